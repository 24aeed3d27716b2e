"""How well the reading of a stream keeps up, in words."""

from __future__ import annotations

from collections.abc import Callable

from numbre_edge.errors import NumbreError
from numbre_edge.events import Listener, Seen, Statistics


class Summary(Listener):
    """Says the last line about a run; after an error too, unless it is that nobody reads any more.

    Args:
        say: takes the line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._statistics: Statistics | None = None

    def frame(self, seen: Seen) -> None:
        self._statistics = seen.statistics

    def __exit__(self, *error: object) -> None:
        if error[0] is None or isinstance(error[1], NumbreError):
            if self._statistics is not None:
                self._say(summary(self._statistics))
            elif error[0] is None:
                self._say("no frame came")


def status(statistics: Statistics) -> str:
    """Return for example "29.8 frames/s, capture to reading p50 21 ms, p95 34 ms"."""
    return _pace(statistics.fps, statistics)


def summary(statistics: Statistics) -> str:
    """Return for example "1204 frames read, 33 unchanged, 2 dropped in 41.2 s: 30.0 frames/s, ..."."""
    counts = f"{statistics.read} frame{'s' * (statistics.read != 1)} read, {statistics.unchanged} unchanged"
    if statistics.dropped:
        counts += f", {statistics.dropped} dropped"
    pace = _pace(statistics.mean_fps, statistics)
    return f"{counts} in {statistics.seconds:.1f} s" + (f": {pace}" if pace else "")


def _pace(fps: float | None, statistics: Statistics) -> str:
    parts = [] if fps is None else [f"{fps:.1f} frames/s"]
    if statistics.p50 is not None and statistics.p95 is not None:
        parts.append(f"capture to reading p50 {statistics.p50 * 1000:.0f} ms, p95 {statistics.p95 * 1000:.0f} ms")
    return ", ".join(parts)
