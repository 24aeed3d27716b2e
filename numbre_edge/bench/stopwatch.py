"""Where a reading's time goes, seen from outside: the code that reads knows nothing of it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any

import numbre_edge.recognition.components as by_components
import numbre_edge.vision.candidates as by_candidates
from numbre_edge.backends.checked import CheckedBackend, CheckedNetwork
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.recognition.transcribed import TranscribingRecogniser

DECODE, FIND, CUT, CLASSIFY, READ = STAGES = ("decode", "find", "cut", "classify", "read")


class Stopwatch:
    """Adds up seconds by stage; what a stage within another takes is its own alone.

    Args:
        clock: seconds, from any beginning.

    Attributes:
        seconds: so far, by stage.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._open: list[str] = []
        self._since = 0.0
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done meanwhile, but for the stages within it."""
        self._charge()
        self._open.append(name)
        try:
            yield
        finally:
            self._charge()
            self._open.pop()

    def _charge(self) -> None:
        now = self._clock()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


def _of_network(network: CheckedNetwork, *_: object) -> str:
    """Return the stage of a network's answers: the finder finds, the others say what it is."""
    return FIND if network.model.card.kind == "finder" else CLASSIFY


# Whose work is which stage; what none of these does is putting opinions together to numbers.
_SEAMS: tuple[tuple[object, str, str | Callable[..., str]], ...] = (
    (by_components, "candidates", FIND),
    (by_candidates, "split", CUT),
    (by_candidates, "normalize", CUT),
    (LearnedRecogniser, "look", FIND),
    (LearnedRecogniser, "look_at", CUT),
    (TranscribingRecogniser, "retold", CUT),
    (CheckedNetwork, "answer", _of_network),
    (CheckedBackend, "predict", CLASSIFY),
)


@contextmanager
def watched(stopwatch: Stopwatch) -> Iterator[None]:
    """Have the stopwatch time the stages of every reading of this process meanwhile: for a process of its own."""
    with ExitStack() as stack:
        for owner, name, stage in _SEAMS:
            work = getattr(owner, name)
            stack.callback(setattr, owner, name, work)
            setattr(owner, name, _timed(stopwatch, stage, work))
        yield


def _timed(stopwatch: Stopwatch, stage: str | Callable[..., str], work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def timed(*arguments: Any, **options: Any) -> Any:
        with stopwatch.stage(stage if isinstance(stage, str) else stage(*arguments)):
            return work(*arguments, **options)

    return timed
