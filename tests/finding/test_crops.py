"""What a refiner looks at: a digit in the middle, of one height, with what stands beside it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from numbre_edge.finding.crops import ANSWERS, CROP, LINKED, NEAR, NOTHING, Refined, crop, crops, halved, moved, moves
from numbre_edge.finding.levels import levels
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Pixels
from tests.finding.test_tiles import found_at


def bar(top: int, height: int) -> Pixels:
    """Return a level with one bar, of ink 0 on PAPER, whose middle is at x 100."""
    level = np.full((200, 200), PAPER, np.uint8)
    cv2.rectangle(level, (97, top), (102, top + height - 1), 0, cv2.FILLED)
    return level


@pytest.mark.parametrize("height", [12, 18, 24, 36])
def test_a_digit_is_as_high_as_any_and_in_the_middle(height: int) -> None:
    level = bar(60, height)

    for view, high in zip(
        crop(level, halved(level), np.float32([97, 60, 6, height]), mark=False), (18, 7), strict=True
    ):
        rows, columns = np.nonzero(view < 0.75 * PAPER)
        assert view.shape == NEAR
        assert abs(np.ptp(rows) + 1 - high) <= 2
        assert abs(rows.mean() - (NEAR[0] - 1) / 2) <= 0.6
        assert abs(columns.mean() - (NEAR[1] - 1) / 2) <= 0.6


def test_a_mark_keeps_its_size() -> None:
    level = bar(60, 6)
    rows, _ = np.nonzero(crop(level, halved(level), np.float32([97, 60, 6, 6]), mark=True)[0] < PAPER / 2)

    assert np.ptp(rows) + 1 == 6


def test_beyond_the_level_is_paper() -> None:
    level = bar(0, 20)

    for view in crop(level, halved(level), np.float32([0, 0, 6, 18]), mark=False):
        assert (view[:, :20] == PAPER).all()


def test_a_crop_is_taken_from_the_level_on_which_it_was_found() -> None:
    grey = np.full((400, 600), 255, np.uint8)
    cv2.rectangle(grey, (200, 100), (219, 199), 0, cv2.FILLED)
    scales = levels(grey)
    found, fitting = found_at(200, 100, 20, 100), [n for n, s in enumerate(scales) if 10 <= 100 * s.scale[1] <= 40]

    cuts = [crops(scales, replace(found, level=np.array([number])))[0] for number in fitting]

    assert len(cuts) == 2
    assert all(cut.shape == CROP for cut in cuts)
    assert all(abs(int((cut[: NEAR[0], NEAR[1] // 2] < 90).sum()) - 18) <= 2 for cut in cuts)


def test_what_a_refiner_says_is_taken_apart() -> None:
    logits = np.zeros((1, ANSWERS), np.float32)
    logits[0, 7], logits[0, LINKED] = 20, -20

    said = Refined.of(logits)

    assert said.classes.shape == (1, NOTHING + 1)
    assert said.classes[0, 7] == pytest.approx(1)
    assert said.links[0] == pytest.approx(0, abs=1e-6)


def test_two_looks_make_one_opinion() -> None:
    def look(seven: float, links: float) -> Refined:
        classes = np.full((1, NOTHING + 1), (1 - seven) / NOTHING, np.float32)
        classes[0, 7] = seven
        return Refined(classes, np.float32([links]), np.float32([[seven] * 4]))

    said = look(0.9, 0.2).pooled(look(0.1, 0.6))

    assert said.classes.sum() == pytest.approx(1)
    assert 0.1 < said.classes[0, 7] < 0.9
    assert said.links[0] == pytest.approx(0.4)
    assert said.moves[0, 0] == pytest.approx(0.9)


def test_a_box_is_moved_as_was_written() -> None:
    boxes, truth = np.float32([[10, 20, 12, 20], [5, 5, 3, 30]]), np.float32([[12, 18, 16, 24], [6, 4, 4, 28]])

    assert np.allclose(moved(boxes, moves(boxes, truth)), truth, atol=1e-4)


@pytest.mark.parametrize("extreme", [3e38, -3e38])
def test_a_stranger_s_network_may_say_anything(extreme: float) -> None:
    said = Refined.of(np.array([[extreme] * ANSWERS, [-extreme, *[extreme] * (ANSWERS - 1)]], np.float32))

    assert all(np.isfinite(values).all() for values in vars(said).values())
