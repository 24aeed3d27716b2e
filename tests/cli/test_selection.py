"""What the options that say what is read understand."""

from __future__ import annotations

import pytest

from numbre_edge.cli.selection import orientation, paging, parse_region, parse_size
from numbre_edge.errors import UsageError
from numbre_edge.sources.paging import Paging
from numbre_edge.sources.view import Orientation, Region


@pytest.mark.parametrize(
    ("roi", "region"),
    [
        (None, None),
        ("1, 2,30,40", Region(1, 2, 30, 40)),
        ("10%,20%,50%,30%", Region(10, 20, 50, 30, percent=True)),
        ("12.5%, 0%, 33.3%, 100%", Region(12.5, 0, 33.3, 100, percent=True)),
        ("33.3%,0%,66.7%,1%", Region(33.3, 0, 66.7, 1, percent=True)),
    ],
)
def test_a_region_is_in_pixels_or_in_percent(roi: str | None, region: Region | None) -> None:
    assert parse_region(roi) == region


@pytest.mark.parametrize(
    "roi",
    [
        *("", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1.5,2,3,4", "-1,0,5,5", "0,0,5,0", "10%,20,30%,40", "%,%,%,%"),
        *("-1%,0%,5%,5%", "60%,0%,50%,5%", "0%,60%,5%,50%", "0%,0%,0%,5%", "nan%,0%,5%,5%", "0%,0%,inf%,5%"),
    ],
)
def test_another_region_is_wrong_usage(roi: str) -> None:
    with pytest.raises(UsageError, match=f"--roi {roi}: "):
        parse_region(roi)


def test_an_orientation_is_a_turn_and_a_mirror() -> None:
    assert orientation(None, None) == Orientation()
    assert orientation("270", "v") == Orientation(rotate=270, flip="v")


@pytest.mark.parametrize(
    ("pages", "ranges"),
    [
        (None, ()),
        ("1", ((1, 1),)),
        ("1,3-5, 8-", ((1, 1), (3, 5), (8, None))),
        ("8-,3-5,4-6,5,1,1,9", ((1, 1), (3, 5), (6, 6), (8, None))),
        ("2-,1-4", ((1, 4), (5, None))),
    ],
)
def test_pages_are_in_order_and_each_is_named_once(pages: str | None, ranges: tuple[object, ...]) -> None:
    assert paging(pages, 300) == Paging(ranges=ranges, dpi=300)  # type: ignore[arg-type]


@pytest.mark.parametrize("pages", ["", "0", "0-3", "5-3", "-3", "1,,2", "1,", "one", "1.5", "1-2-3", "９-", "1" * 10])
def test_other_pages_are_wrong_usage(pages: str) -> None:
    with pytest.raises(UsageError, match=f"--pages {pages}: must be pages counted from 1, .* like 1,3-5,8-"):
        paging(pages, 200)


def test_a_size_is_two_whole_numbers() -> None:
    assert parse_size("1280x720") == parse_size("1280X720") == (1280, 720)
    for text in ("", "1280", "1280x", "1280x720x3", "0x5", "-1x5", "1.5x2"):
        with pytest.raises(UsageError, match="--size"):
            parse_size(text)
