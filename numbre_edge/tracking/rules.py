"""What a counter or a meter cannot show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from numbre_edge.errors import UsageError
from numbre_edge.vocabulary import SEPARATORS


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is known of the numbers beforehand; a text that contradicts it is not believed.

    Attributes:
        digits: every number has so many.
        decimals: so many of them stand after its last point or comma; with 0 it has neither.
        increasing: a number is never lower than it was.
        max_rate: the most that a number changes in a second; one unit more is allowed, for the step of its last digit.

    Raises:
        UsageError: no number could follow such a rule.
    """

    digits: int | None = None
    decimals: int | None = None
    increasing: bool = False
    max_rate: float | None = None

    def __post_init__(self) -> None:
        if self.digits is not None and self.digits < 1:
            raise UsageError(f"numbers of {self.digits} digits do not exist; give 1 or more")
        if self.decimals is not None and self.decimals < 0:
            raise UsageError(f"numbers of {self.decimals} decimals do not exist; give 0 or more")
        if self.max_rate is not None and not self.max_rate > 0:
            raise UsageError(f"a highest rate of {self.max_rate:g} a second lets nothing change; give more than 0")

    def allow_form(self, text: str) -> bool:
        """Whether a number may have as many digits and decimals as ``text``."""
        digits, decimals = len(re.findall(r"[\d?]", text)), len(_parts(text)[1])
        return self.digits in (None, digits) and self.decimals in (None, decimals)

    def allow_change(self, before: str, after: str, seconds: float) -> bool:
        """Whether ``after`` may follow ``before``, last seen ``seconds`` ago; ``?`` may be any digit."""
        if before == after:
            return True
        (least_before, most_before), (least, most) = _range(before), _range(after)
        if self.increasing and most < least_before:
            return False
        if self.max_rate is None:
            return True
        step = self.max_rate * max(0.0, seconds) + 1
        return least - most_before <= step and least_before - most <= step


def _range(text: str) -> tuple[float, float]:
    """Return the lowest and the highest number that ``text`` may be; its last point or comma stands before decimals."""
    whole, decimals = _parts(text)
    ends = [float(f"{whole}.{decimals or 0}".replace("?", digit)) for digit in "09"]
    return min(ends), max(ends)


def _parts(text: str) -> tuple[str, str]:
    """Return what stands before the last point or comma, without others, and what after it."""
    at = max(text.rfind(mark) for mark in SEPARATORS)
    whole, decimals = (text[:at], text[at + 1 :]) if at >= 0 else (text, "")
    return "".join(sign for sign in whole if sign not in SEPARATORS), decimals
