"""Page -> readings, by whichever finder is chosen: what finds digits, cuts them out and has them read."""

from __future__ import annotations

from typing import Protocol

from numbre_edge.backends import Backend
from numbre_edge.errors import UsageError
from numbre_edge.types import Recognition
from numbre_edge.vision.page import Page

FINDERS = ("components",)


class Recogniser(Protocol):
    """Reads pages. It keeps nothing of one page for the next, so that threads may share it."""

    def recognise(self, page: Page) -> Recognition:
        """Return the page's numbers and the evidence for them, all boxes in frame pixels."""
        ...


def open_recogniser(finder: str, backend: Backend, *, min_confidence: float | None = None) -> Recogniser:
    """Put a finder and a classifier together.

    Args:
        finder: one of FINDERS. ``components``: connected ink, cut where digits may touch.
        backend: what reads patches.
        min_confidence: below it a digit is doubtful; None takes the model's own threshold.

    Raises:
        UsageError: no such finder.
    """
    if finder == "components":
        from numbre_edge.recognition.components import ComponentRecogniser

        return ComponentRecogniser(backend, min_confidence)
    raise UsageError(f"no finder {finder!r}; there is {', '.join(FINDERS)}")
