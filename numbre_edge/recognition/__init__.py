"""Page -> readings, by whichever finder is chosen: what finds digits, cuts them out and has them read."""

from __future__ import annotations

from typing import Protocol

from numbre_edge.backends import Backend
from numbre_edge.errors import UsageError
from numbre_edge.types import Recognition
from numbre_edge.vision.page import Page

FINDERS = ("components", "learned")


class Recogniser(Protocol):
    """Reads pages. It keeps nothing of one page for the next, so that threads may share it."""

    def recognise(self, page: Page) -> Recognition:
        """Return the page's numbers and the evidence for them, all boxes in frame pixels."""
        ...


def open_recogniser(finder: str, backend: Backend, *, min_confidence: float | None = None) -> Recogniser:
    """Put a finder and a classifier together.

    Args:
        finder: one of FINDERS. ``components``: connected ink, cut where digits may touch. ``learned``: a network that
            was taught what a digit looks like.
        backend: what reads patches.
        min_confidence: below it a digit is doubtful; None takes the model's own threshold.

    Raises:
        UsageError: no such finder.
    """
    if finder == "components":
        from numbre_edge.recognition.components import ComponentRecogniser

        return ComponentRecogniser(backend, min_confidence)
    if finder == "learned":
        from numbre_edge.backends import open_finder
        from numbre_edge.recognition.learned import LearnedRecogniser

        return LearnedRecogniser(open_finder(backend.name), backend, min_confidence)
    raise UsageError(f"no finder {finder!r}; there are {', '.join(FINDERS)}")
