"""Page -> readings, by whichever finder is chosen: what finds digits, cuts them out and has them read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numbre_edge.errors import UsageError

if TYPE_CHECKING:  # the command line names the finders, and loads none for its help
    from numbre_edge.backends import Backend
    from numbre_edge.recognition.recogniser import Recogniser

FINDERS = ("components", "learned", "both")
FINDER = "components"  # unless another is asked for


def open_recogniser(finder: str, backend: Backend, *, min_confidence: float | None = None) -> Recogniser:
    """Put a finder and a classifier together.

    Args:
        finder: one of FINDERS. ``components``: connected ink, cut where digits may touch. ``learned``: a network that
            was taught what a digit looks like, on any page. ``both``: connected ink where it is sure and the network
            confirms it, else the network.
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
    if finder == "both":
        from numbre_edge.recognition.both import BothRecogniser

        return BothRecogniser(*(open_recogniser(way, backend, min_confidence=min_confidence) for way in FINDERS[:2]))
    raise UsageError(f"no finder {finder!r}; there are {', '.join(FINDERS)}")
