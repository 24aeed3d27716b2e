"""What a counter or a meter cannot show."""

from __future__ import annotations

from dataclasses import dataclass

from numbre_edge.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is known of the numbers beforehand; a text that contradicts it is not believed.

    Attributes:
        digits: every number has so many.
        increasing: a number is never lower than it was.
        max_rate: the most that a number changes in a second; one unit more is allowed, for the step of its last digit.

    Raises:
        UsageError: no number could follow such a rule.
    """

    digits: int | None = None
    increasing: bool = False
    max_rate: float | None = None

    def __post_init__(self) -> None:
        if self.digits is not None and self.digits < 1:
            raise UsageError(f"numbers of {self.digits} digits do not exist; give 1 or more")
        if self.max_rate is not None and not self.max_rate > 0:
            raise UsageError(f"a highest rate of {self.max_rate:g} a second lets nothing change; give more than 0")

    def allow_length(self, text: str) -> bool:
        """Whether a number may have as many digits as ``text``."""
        return self.digits is None or len(text) == self.digits

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


def _range(text: str) -> tuple[int, int]:
    """Return the lowest and the highest number that ``text`` may be."""
    return int(text.replace("?", "0")), int(text.replace("?", "9"))
