"""The benchmark over kinds of pictures counts each kind as much as any, and all numbers as one set beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from numbre_edge.types import Box, Digit, Reading
from tests.modules import loaded

KINDS = loaded(Path(__file__).parents[2] / "benchmarks" / "kinds.py")
Kind, measured, report = KINDS.Kind, KINDS.measured, KINDS.report


def number(text: str, confidence: float = 0.9) -> Reading:
    return Reading.of([Digit(int(sign), confidence, Box(0, 0, 9, 9)) for sign in text if sign.isdigit()], text=text)


def test_a_kind_is_counted_by_its_numbers() -> None:
    pictures = {Path("a"): ["12", "5"], Path("b"): ["7"]}
    read = {Path("a"): [number("12", 0.99), number("9", 0.99)], Path("b"): [number("7")]}

    kind = measured("years", pictures, lambda path: read[path])

    assert (kind.hit, kind.extra, kind.missed, kind.exact, kind.right) == (2, 1, 1, 1, 1)
    assert (kind.sure, kind.lies) == (2, 1)
    assert kind.counts == pytest.approx(2 / 3)


def test_of_amounts_all_digits_are_one_string() -> None:
    kind = measured("amounts", {Path("a"): ["1250"]}, lambda _: [number("12.50")])

    assert (kind.joined, kind.right, kind.counts) == (1, 1, 1.0)


def test_the_mean_and_one_set_are_of_kinds_with_numbers() -> None:
    years = Kind("years", 10, exact=5, joined=6, hit=8, extra=2, missed=2, sure=4, lies=1)
    amounts = Kind("amounts", 4, exact=1, joined=3, hit=3, extra=1, missed=1)
    blank = Kind("blank", 5, exact=3, extra=3, read=2, sure=1, lies=1)

    last = report({"both": [years, amounts, blank]}).splitlines()[-4:]

    assert [line.replace(" ", "") for line in last] == [
        "|blank|5|2read|1of1|0|",
        "|mean||0.775|1of4||",
        "|allnumbersasoneset||0.786|||",
        "|picturesright||8of14|||",
    ]
