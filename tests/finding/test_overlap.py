"""Answers that mean the same digit become one."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_edge.finding.grid import Found
from numbre_edge.finding.overlap import distinct, overlaps, suppressed


def found(*boxes: tuple[float, float, float, float], heat: tuple[float, ...], mark: tuple[bool, ...] = ()) -> Found:
    count = len(boxes)
    return Found(
        np.float32(boxes),
        np.float32(heat),
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


def test_whether_a_stroke_is_a_1_or_a_slash_stays_open() -> None:
    kept = suppressed(found((10, 10, 8, 30), (11, 9, 8, 31), heat=(0.6, 0.9), mark=(False, True)))

    assert kept.heat.tolist() == [np.float32(0.9), np.float32(0.6)]


@pytest.mark.parametrize(
    ("second", "likely", "mark", "standing"),
    [
        ((11, 9, 8, 31), (0.4, 0.9), True, [False, True]),  # a slash
        ((11, 9, 8, 31), (0.9, 0.4), True, [True, False]),  # a 1
        ((12, 34, 4, 4), (0.4, 0.9), True, [True, True]),  # a point within a 7's box
        ((10, 10, 8, 16), (0.9, 0.4), False, [True, False]),  # a part of it
        ((30, 10, 8, 30), (0.9, 0.4), False, [True, True]),
    ],
)
def test_the_likelier_of_two_readings_of_the_same_ink_stands(
    second: tuple[int, int, int, int], likely: tuple[float, float], mark: bool, standing: list[bool]
) -> None:
    boxes = np.array([(10, 10, 8, 30), second], np.int32)

    assert distinct(boxes, np.float32(likely), np.array([False, mark])).tolist() == standing


@pytest.mark.parametrize(("likely", "standing"), [((0.99, 0.97), [True, True]), ((0.99, 0.8), [True, False])])
def test_digits_that_run_into_each_other_stand_where_both_are_plain(
    likely: tuple[float, float], standing: list[bool]
) -> None:
    boxes = np.array([(10, 10, 20, 30), (19, 10, 20, 30)], np.int32)  # they share 55 % of either

    assert distinct(boxes, np.float32(likely), np.zeros(2, np.bool_)).tolist() == standing


def test_nothing_stays_nothing() -> None:
    assert len(suppressed(Found.joined([]))) == 0
