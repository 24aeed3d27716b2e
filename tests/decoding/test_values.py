"""A number as written has a value where it can have only one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.decoding.values import value_of, valued
from numbre_edge.types import Box, Digit, Reading


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("407", 407),
        ("007", 7),
        ("-3", -3),
        ("12.50", 12.5),
        ("12,50", 12.5),
        ("-264.27", -264.27),
        ("0.123", 0.123),
        ("1234.567", 1234.567),
        ("1.234", None),
        ("70,497", None),
        ("1.234.567", 1234567),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("12,34.5", None),
        ("1.2.2020", None),
        ("1,2,3", None),
        ("4?7", None),
        ("1?.5", None),
    ],
)
def test_what_can_mean_one_thing_has_that_value(text: str, value: float | None) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.234", ".", 1.234),
        ("1.234", ",", 1234),
        ("1,234", ",", 1.234),
        ("1,234", ".", 1234),
        ("12,50", ".", None),
        ("407", ",", 407),
    ],
)
def test_who_says_which_mark_is_decimal_decides(text: str, decimal: str, value: float | None) -> None:
    assert value_of(text, decimal) == value


def readings(*texts: str) -> list[Reading]:
    return [Reading((Digit(0, 1.0, Box(0, 0, 1, 1)),), text, 1.0, Box(0, 0, 1, 1)) for text in texts]


def test_a_picture_s_other_numbers_say_which_mark_is_decimal() -> None:
    assert [r.value for r in valued(readings("12.50", "1.234", "8"))] == [12.5, 1.234, 8]
    assert [r.value for r in valued(readings("12,50", "1.234"))] == [12.5, 1234]
    assert [r.value for r in valued(readings("12,50", "7.25", "1.234"))] == [12.5, 7.25, None]
    assert [r.value for r in valued(readings("1.234"))] == [None]


def test_an_option_goes_before_what_the_picture_says() -> None:
    assert [r.value for r in valued(readings("12,50", "1.234"), "point")] == [None, 1.234]


@given(st.text("0123456789?.,-", min_size=1, max_size=12))
def test_whatever_is_written_has_at_most_one_value(text: str) -> None:
    value = value_of(text)
    assert value is None or "?" not in text
