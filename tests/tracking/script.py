"""What the tests of tracking tell a tracker, frame by frame, and what it says to that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from numbre_edge.events import NumberEvent
from numbre_edge.tracking import Tracker
from numbre_edge.types import Box, Digit, Reading

FPS = 30
SECOND = FPS  # frames
HEIGHT = 24  # of a digit, pixels; it is 16 wide and stands 20 from the next


def reading(text: str, x: int = 100, y: int = 50, *, confidence: float = 0.99, height: int = HEIGHT) -> Reading:
    """Return ``text`` as read with its left top at (x, y); a ``?`` is a doubtful digit, signs are marks."""
    scale = height / HEIGHT
    return Reading.of(
        [
            Digit(
                None if sign == "?" else int(sign),
                0.4 if sign == "?" else confidence,
                Box(round(x + 20 * place * scale), y, round(16 * scale), height),
            )
            for place, sign in enumerate(text)
            if sign not in ".,-+"
        ],
        text=text,
    )


def alone(*texts: str, times: int = 1) -> list[list[Reading]]:
    """Return frames with one number each, none for "", all at one place, the whole ``times`` over."""
    return [[reading(text)] if text else [] for text in texts] * times


class Stage:
    """Thirty frames a second for one tracker."""

    def __init__(self, tracker: Tracker | None = None) -> None:
        self.tracker = tracker or Tracker()
        self.frame = 0

    def play(self, frames: Iterable[Sequence[Reading] | None]) -> list[NumberEvent]:
        """Return what happens in ``frames``; None is one that looks like the last."""
        events = []
        for readings in frames:
            now = self.frame / FPS
            if readings is None:
                events += self.tracker.unchanged(frame=self.frame, timestamp=now)
            else:
                events += self.tracker.update(readings, frame=self.frame, timestamp=now)
            self.frame += 1
        return events

    def texts(self) -> list[str]:
        """Return what the tracker shows."""
        return [number.text for number in self.tracker.current]


def told(events: Iterable[NumberEvent]) -> list[tuple[str, int, str]]:
    """Return what was said: kind of event, id, text."""
    return [(event.event, event.id, event.text) for event in events]
