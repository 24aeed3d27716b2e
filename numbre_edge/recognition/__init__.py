"""Page -> readings, by whichever finder is chosen: what finds digits, cuts them out and has them read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numbre_edge.errors import UsageError

if TYPE_CHECKING:  # the command line names the finders, and loads none for its help
    from pathlib import Path

    from numbre_edge.backends import Backend
    from numbre_edge.recognition.following import FollowingRecogniser
    from numbre_edge.recognition.recogniser import Recogniser
    from numbre_edge.recognition.transcribed import TranscribingRecogniser

# Ways to find digits, and the networks that each runs: what finds, what looks closely, what reads whole numbers.
NETWORKS: dict[str, tuple[str, ...]] = {
    "components": (),
    "learned": ("finder", "refiner"),
    "transcribed": ("finder", "refiner", "transcriber"),
    "both": ("finder", "refiner", "transcriber"),
    "printed": ("printed-finder", "printed-refiner"),
}
FINDERS = tuple(NETWORKS)
FINDER = "both"  # unless another is asked for: it reads most kinds of pictures best, and none much worse
CELL_FINDER = "transcribed"  # of table and form: by rules, a frame reads as a 1 (benchmarks/tables.py, forms.py)
_PRINTED_MARK = 0.3  # how likely a point is at least that is read in print, where little else is small and dark
LIVE_FINDER = "components"  # of live: of a number that stands clear it is right in more frames (benchmarks/tracking.py)


def open_recogniser(
    finder: str,
    backend: Backend,
    *,
    finder_model: Path | None = None,
    refiner_model: Path | None = None,
    transcriber_model: Path | None = None,
    min_confidence: float | None = None,
    digits_only: bool = False,
) -> Recogniser:
    """Put a finder and a classifier together.

    Args:
        finder: one of FINDERS. ``components``: connected ink that stands clear. ``learned``: whatever a network that
            was taught what a digit looks like, on any page. ``transcribed``: the same, and each number is read a second
            time by a network that reads it at once. ``both``: connected ink where it is sure and the finder confirms
            it, else what is transcribed; and what then stands, once more. ``printed``: as ``learned``, by networks that
            were taught print and displays.
        backend: what reads patches.
        finder_model: the file of the network that finds, for all but the first; None takes the shipped one.
        refiner_model: of the one that looks closely at what was found.
        transcriber_model: of the one that reads a number at once.
        min_confidence: below it a digit is doubtful; None takes the classifier's own, and none for what a finder read.
        digits_only: whether a number ends at its point, and has no sign; as one by connected ink always does.

    Raises:
        UsageError: no such finder.
    """
    if finder not in FINDERS:
        raise UsageError(f"no finder {finder!r}; there are {', '.join(FINDERS)}")
    from numbre_edge.recognition.components import ComponentRecogniser

    if finder == "components":
        return ComponentRecogniser(backend, min_confidence)
    from numbre_edge.backends import open_network
    from numbre_edge.decoding import LIKELY_MARK
    from numbre_edge.recognition.both import BothRecogniser
    from numbre_edge.recognition.learned import LearnedRecogniser
    from numbre_edge.recognition.transcribed import TranscribingRecogniser

    finds, refines, *transcribes = NETWORKS[finder]
    networks = (
        open_network("finder", backend.name, finder_model, shipped=finds),
        open_network("refiner", backend.name, refiner_model, shipped=refines),
    )
    likely_mark = _PRINTED_MARK if finder == "printed" else LIKELY_MARK
    recogniser = LearnedRecogniser(*networks, backend, min_confidence, likely_mark=likely_mark, digits_only=digits_only)
    transcriber = None
    if transcribes and not digits_only:  # what reads a number at once reads its points too
        transcriber = open_network("transcriber", backend.name, transcriber_model, shipped=transcribes[0])

    def read_again(inner: Recogniser) -> Recogniser:
        return TranscribingRecogniser(inner, transcriber, min_confidence) if transcriber else inner

    if finder == "both":
        return read_again(BothRecogniser(ComponentRecogniser(backend, min_confidence), read_again(recogniser)))
    return read_again(recogniser)


def follower_of(recogniser: Recogniser) -> FollowingRecogniser | None:
    """Return what follows a stream's numbers with this recogniser's networks; None where it has none."""
    from numbre_edge.recognition.following import FollowingRecogniser
    from numbre_edge.recognition.learned import LearnedRecogniser

    return FollowingRecogniser(recogniser) if isinstance(recogniser, LearnedRecogniser) else None


def transcriber_of(recogniser: Recogniser) -> TranscribingRecogniser | None:
    """Return what reads a number at once, as this recogniser does; None where it has no network for that."""
    from numbre_edge.recognition.transcribed import TranscribingRecogniser

    return recogniser if isinstance(recogniser, TranscribingRecogniser) else None
