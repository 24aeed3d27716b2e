"""A level is seen whole, each centre by one tile; a picture at every scale that can matter."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.finding.finder import find
from numbre_edge.finding.grid import HIGHEST, LOWEST, STRIDE, Answers, Found
from numbre_edge.finding.levels import levels
from numbre_edge.finding.light import PAPER
from numbre_edge.finding.tiles import tiles
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
def test_every_place_of_a_level_belongs_to_one_tile(height: int, width: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))

    owners = [tile for tile in tiles(written(height, width), SIDE) if len(tile.owned(at(x - tile.x, y - tile.y)))]

    assert len(owners) == 1
    assert owners[0].x <= x < owners[0].x + SIDE
    assert owners[0].y <= y < owners[0].y + SIDE


def test_a_tile_begins_with_a_cell() -> None:
    assert all(tile.x % STRIDE == tile.y % STRIDE == 0 for tile in tiles(written(600, 900), SIDE))


def test_tiles_are_of_one_size_with_paper_beyond_the_level() -> None:
    (tile,) = tiles(written(100, 120), SIDE)

    assert tile.pixels.shape == (SIDE, SIDE)
    assert (tile.pixels[100:] == PAPER).all()
    assert (tile.pixels[:, 120:] == PAPER).all()


def test_even_ground_makes_no_tile() -> None:
    level = np.full((600, 900), PAPER, np.uint8)
    level[500:520, 700:703] = 20

    assert [(tile.x <= 700 < tile.x + SIDE) for tile in tiles(level, SIDE)] == [True]


@given(st.integers(8, 3000), st.integers(8, 3000), st.floats(0.02, 1.0))
def test_a_digit_of_any_size_has_its_level(height: int, width: int, share: float) -> None:
    tall = share * height
    scales = [level.scale[1] for level in levels(np.zeros((height, width), np.uint8))]

    sizes = [tall * scale for scale in scales]

    assert any(LOWEST <= size <= HIGHEST for size in sizes) or max(sizes) < LOWEST


def test_the_finest_level_is_bounded() -> None:
    assert max(max(level.pixels.shape) for level in levels(np.zeros((3000, 4000), np.uint8))) == 1280
    assert max(max(level.pixels.shape) for level in levels(np.zeros((30, 40), np.uint8))) == 80


def test_found_digits_are_told_in_the_pictures_pixels() -> None:
    grey = np.full((400, 2560), 200, np.uint8)
    grey[100:140, 2000:2004] = 20

    def answer(batch: Pixels) -> Answers:
        """Say there is a digit wherever the darkest pixel of a tile is."""
        cells = SIDE // STRIDE
        heat = np.full((len(batch), cells, cells, 2), -9, np.float32)
        boxes = np.zeros((len(batch), cells, cells, 4), np.float32)
        for i, tile in enumerate(batch):
            row, column = np.argwhere(tile == tile.min()).mean(0).astype(int) // STRIDE
            heat[i, row, column, 0] = 4.0
        return Answers(heat, boxes, boxes[..., :1])

    found = find(levels(grey), answer, SIDE, threshold=0.5)

    assert len(found)
    centres = found.boxes[:, :2] + found.boxes[:, 2:] / 2
    assert np.abs(centres - (2002, 120)).max() < 70  # half a cell of the coarsest level
