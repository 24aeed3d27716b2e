"""Which reading of a new frame is which of the numbers known so far."""

from __future__ import annotations

import pytest

from numbre_edge.tracking.match import Known, match, within
from numbre_edge.types import Box, Reading
from tests.tracking.script import HEIGHT, reading


def known(text: str, x: int = 100, y: int = 50, *, missing: bool = False, new: bool = False) -> Known:
    return Known(reading(text, x, y).box, frozenset({text}), missing, new)


@pytest.mark.parametrize(
    ("text", "heights", "missing", "found"),
    [
        ("407", 2.9, False, True),  # the same text may have gone far
        ("407", 3.1, False, False),
        ("401", 0.9, False, True),
        ("401", 1.1, False, False),
        ("401", 1.9, True, True),  # out of sight it has gone further
        ("401", 2.1, True, False),
    ],
)
def test_how_far_a_number_goes(text: str, heights: float, missing: bool, found: bool) -> None:
    moved = reading(text, y=50 + round(heights * HEIGHT))
    assert match([known("407", missing=missing)], [moved]) == ({0: 0} if found else {})


@pytest.mark.parametrize(("heights", "found"), [(0.9, True), (1.1, False)])
def test_the_same_single_digit_is_no_reason_to_look_further(heights: float, found: bool) -> None:
    assert bool(match([known("8")], [reading("8", y=50 + round(heights * HEIGHT))])) is found


@pytest.mark.parametrize(("text", "x"), [("40", 100), ("07", 120), ("4071", 100), ("0", 120)])
def test_a_digit_more_or_less_at_one_end_does_not_move_it(text: str, x: int) -> None:
    assert match([known("407")], [reading(text, x)]) == {0: 0}


@pytest.mark.parametrize(("height", "found"), [(40, True), (42, False), (15, True), (13, False)])
def test_it_does_not_grow_or_shrink_at_once(height: int, found: bool) -> None:
    assert bool(match([known("407")], [reading("407", height=height)])) is found


def test_each_reading_belongs_to_one_number_the_nearest() -> None:
    numbers = [known("12"), known("12", x=130)]
    assert match(numbers, [reading("12", 134), reading("12", 101)]) == {0: 1, 1: 0}
    assert match(numbers, [reading("12", 128)]) == {1: 0}
    assert match([], [reading("12")]) == {}
    assert match(numbers, []) == {}


def test_the_text_tells_two_apart_that_have_come_close() -> None:
    numbers = [known("12", x=100), known("98", x=112)]
    readings: list[Reading] = [reading("98", 104), reading("12", 110)]
    assert match(numbers, readings) == {0: 1, 1: 0}


def test_what_has_appeared_goes_before_what_has_not() -> None:
    assert match([known("49", x=140, new=True), known("8")], [reading("8149")]) == {1: 0}


@pytest.mark.parametrize(
    ("part", "inside"),
    [
        (Box(10, 10, 20, 20), True),
        (Box(-5, 0, 20, 20), True),
        (Box(-12, 0, 20, 20), False),
        (Box(60, 60, 5, 5), False),
        (Box(-60, -60, 5, 5), False),
        (Box(-50, -50, 200, 200), False),
    ],
)
def test_within_is_by_most_of_the_area(part: Box, inside: bool) -> None:
    assert within(part, Box(0, 0, 50, 50)) is inside
