"""What a counter or a meter cannot show."""

from __future__ import annotations

import pytest

from numbre_edge.errors import UsageError
from numbre_edge.tracking import Rules


@pytest.mark.parametrize(
    ("rules", "before", "after", "seconds", "allowed"),
    [
        (Rules(), "900", "1", 0.0, True),
        (Rules(increasing=True), "407", "407", 0.0, True),
        (Rules(increasing=True), "407", "408", 0.0, True),
        (Rules(increasing=True), "407", "406", 60.0, False),
        (Rules(increasing=True), "99", "100", 0.0, True),
        (Rules(increasing=True), "407", "4?0", 0.0, True),  # may be 410
        (Rules(increasing=True), "4?7", "408", 0.0, True),  # was 407 at least
        (Rules(increasing=True), "4?7", "406", 0.0, False),
        (Rules(max_rate=2.0), "100", "105", 2.0, True),  # two seconds' worth, and one
        (Rules(max_rate=2.0), "100", "106", 2.0, False),
        (Rules(max_rate=2.0), "100", "95", 2.0, True),
        (Rules(max_rate=2.0), "100", "94", 2.0, False),
        (Rules(max_rate=0.001), "100", "101", 0.0, True),
        (Rules(max_rate=2.0), "100", "1??", 0.0, True),
        (Rules(increasing=True, max_rate=2.0), "100", "99", 2.0, False),
        (Rules(increasing=True), "12.5", "12.6", 0.0, True),
        (Rules(increasing=True), "12.5", "12,4", 0.0, False),
        (Rules(increasing=True), "1.234,5", "1.234,4", 0.0, False),
        (Rules(increasing=True), "-3", "-2.5", 0.0, True),
        (Rules(increasing=True), "-2", "-3", 0.0, False),
        (Rules(increasing=True), "12.?", "12.4", 0.0, True),
    ],
)
def test_what_may_follow_what(rules: Rules, before: str, after: str, seconds: float, allowed: bool) -> None:
    assert rules.allow_change(before, after, seconds) is allowed


def test_so_many_digits() -> None:
    assert [Rules(digits=3).allow_form(text) for text in ("40", "407", "4?7", "4071")] == [False, True, True, False]
    assert Rules().allow_form("40718")


@pytest.mark.parametrize(
    ("decimals", "text", "allowed"),
    [
        (1, "12.5", True),
        (1, "1.234,5", True),
        (1, "125", False),
        (1, "1.25", False),
        (0, "125", True),
        (0, "12.5", False),
    ],
)
def test_so_many_decimals(decimals: int, text: str, allowed: bool) -> None:
    assert Rules(decimals=decimals).allow_form(text) is allowed
    assert Rules(digits=3).allow_form("12.5")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"digits": 0}, "numbers of 0 digits do not exist"),
        ({"decimals": -1}, "numbers of -1 decimals do not exist"),
        ({"max_rate": 0.0}, "a highest rate of 0 a second lets nothing change"),
        ({"max_rate": float("nan")}, "a highest rate of nan"),
    ],
)
def test_rules_that_nothing_follows_are_refused(rules: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Rules(**rules)  # type: ignore[arg-type]
