"""A level is seen whole, each centre by one part; a picture at every scale that can matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.finding.finder import find
from numbre_edge.finding.grid import HIGHEST, LOWEST, STRIDE, Answers, Found
from numbre_edge.finding.levels import levels
from numbre_edge.finding.light import PAPER
from numbre_edge.finding.tiles import parts
from numbre_edge.types import Pixels

SIDE = 256


def written(height: int, width: int) -> Pixels:
    """Return a level with ink everywhere."""
    level = np.full((height, width), PAPER, np.uint8)
    level[::4, ::4] = 255
    return level


def at(x: float, y: float) -> Found:
    return found_at(x - 8, y - 10, 16, 20)


def found_at(x: float, y: float, width: float, height: float, *, mark: bool = False) -> Found:
    return Found(
        np.float32([[x, y, width, height]]),
        np.float32([1]),
        np.array([mark]),
        np.float32([0]),
        np.array([0]),
    )


@given(st.integers(20, 700), st.integers(20, 700), st.data())
def test_every_place_of_a_level_belongs_to_one_part(height: int, width: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))

    owners = [part for part in parts(written(height, width), SIDE) if len(part.owned(at(x - part.x, y - part.y)))]

    assert len(owners) == 1
    assert owners[0].x <= x < owners[0].x + SIDE
    assert owners[0].y <= y < owners[0].y + SIDE


def test_a_part_begins_with_a_cell() -> None:
    assert all(part.x % STRIDE == part.y % STRIDE == 0 for part in parts(written(600, 900), SIDE))


def test_even_ground_makes_no_part() -> None:
    level = np.full((600, 900), PAPER, np.uint8)
    level[500:520, 700:703] = 20

    assert [(part.x <= 700 < part.x + SIDE) for part in parts(level, SIDE)] == [True]


@given(st.integers(8, 3000), st.integers(8, 3000), st.floats(0.02, 1.0))
def test_a_digit_of_any_size_has_its_level(height: int, width: int, share: float) -> None:
    tall = share * height
    scales = [level.scale[1] for level in levels(np.zeros((height, width), np.uint8))]

    sizes = [tall * scale for scale in scales]

    assert any(LOWEST <= size <= HIGHEST for size in sizes) or max(sizes) < LOWEST


def test_the_finest_level_is_bounded() -> None:
    assert max(max(level.pixels.shape) for level in levels(np.zeros((3000, 4000), np.uint8))) == 1280
    assert max(max(level.pixels.shape) for level in levels(np.zeros((30, 40), np.uint8))) == 80


def test_what_was_enlarged_is_looked_at_no_closer() -> None:
    enlarged = {scale: levels(np.zeros((160, 160), np.uint8), scale)[-1].size[0] for scale in (1.0, 1.3, 1.6, 4.0)}

    assert enlarged == {1.0: 320, 1.3: 320, 1.6: 160, 4.0: 80}


def test_a_level_all_of_whose_digits_the_next_one_shows_is_none() -> None:
    assert [level.size[1] for level in levels(np.zeros((64, 64), np.uint8))] == [32, 64, 128]
    assert [level.size[1] for level in levels(np.zeros((66, 66), np.uint8))] == [16, 33, 66, 132]


@pytest.mark.parametrize(("height", "width"), [(400, 2560), (100, 300), (80, 60)], ids=["cut", "both", "packed"])
def test_found_digits_are_told_in_the_pictures_pixels(height: int, width: int) -> None:
    grey = np.full((height, width), 200, np.uint8)
    x, y = width * 3 // 4, height // 3
    grey[y - height // 20 : y + height // 20, x - 2 : x + 2] = 20

    def answer(batch: Pixels) -> Answers:
        """Say there is a digit wherever it is dark."""
        cells = SIDE // STRIDE
        dark = batch.reshape(-1, cells, STRIDE, cells, STRIDE).min((2, 4)) < PAPER - 40
        heat = np.where(dark[..., np.newaxis], [4.0, -9.0], -9.0).astype(np.float32)
        boxes = np.zeros((len(batch), cells, cells, 4), np.float32)
        return Answers(heat, boxes, boxes[..., :1])

    scales = levels(grey)

    found = find(scales, answer, SIDE, threshold=0.5)

    assert len(found)
    for box, level in zip(found.boxes, found.level, strict=True):
        right, down = np.abs(box[:2] + box[2:] / 2 - (x, y)) - STRIDE / np.array(scales[level].scale)
        assert right < 2
        assert down < height / 20
