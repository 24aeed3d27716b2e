"""Answers that mean the same digit become one."""

from __future__ import annotations

import numpy as np

from numbre_edge.finding.grid import CLASSES, Found
from numbre_edge.finding.overlap import overlaps, suppressed


def found(*boxes: tuple[float, float, float, float], heat: tuple[float, ...], mark: tuple[bool, ...] = ()) -> Found:
    count = len(boxes)
    return Found(
        np.float32(boxes),
        np.float32(heat),
        np.full((count, len(CLASSES)), 1 / 14, np.float32),
        np.array(mark or [False] * count),
        np.zeros(count, np.float32),
        np.zeros(count, np.intp),
    )


def test_shares_of_the_union_and_of_the_smaller_box() -> None:
    union, smaller = overlaps(np.float32([0, 0, 10, 10]), np.float32([[0, 0, 10, 10], [5, 0, 10, 10], [20, 0, 5, 5]]))

    assert np.allclose(union, [1, 1 / 3, 0])
    assert np.allclose(smaller, [1, 0.5, 0])


def test_two_levels_that_see_one_digit_leave_the_surer() -> None:
    kept = suppressed(found((10, 10, 20, 30), (11, 12, 19, 29), heat=(0.6, 0.9)))

    assert kept.boxes.tolist() == [[11, 12, 19, 29]]


def test_two_levels_that_see_one_1_beside_itself_leave_the_surer() -> None:
    kept = suppressed(found((10, 10, 4, 30), (14, 11, 4, 29), heat=(0.6, 0.9)))

    assert kept.boxes.tolist() == [[14, 11, 4, 29]]


def test_two_1s_stay() -> None:
    assert len(suppressed(found((10, 10, 4, 30), (22, 10, 4, 30), heat=(0.6, 0.9)))) == 2


def test_the_loops_of_an_8_go_with_the_8() -> None:
    kept = suppressed(found((10, 10, 20, 40), (12, 10, 16, 19), (12, 31, 16, 19), heat=(0.9, 0.5, 0.5)))

    assert len(kept) == 1


def test_touching_digits_stay() -> None:
    assert len(suppressed(found((10, 10, 20, 30), (27, 10, 20, 30), heat=(0.9, 0.8)))) == 2


def test_a_point_in_a_digits_box_stays() -> None:
    assert len(suppressed(found((10, 10, 20, 30), (24, 36, 4, 4), heat=(0.9, 0.8), mark=(False, True)))) == 2


def test_nothing_stays_nothing() -> None:
    assert len(suppressed(Found.joined([]))) == 0
