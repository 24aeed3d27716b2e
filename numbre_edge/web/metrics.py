"""What a server counts, in Prometheus' text format."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

from numbre_edge.events import NumberEvent, SourceEvent, Statistics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds that reading a picture takes
_STATES = ("open", "lost", "ended")


class Metrics:
    """Counters of one server; any thread may tell them something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[str] = Counter()  # status -> requests
        self._times: Counter[int] = Counter()  # place in _BOUNDS -> pictures
        self._seconds = 0.0
        self._events: Counter[str] = Counter()
        self._statistics: Statistics | None = None
        self._state = ""
        self._in_view = 0
        self.viewers = 0  # of the live picture

    def answered(self, status: int) -> None:
        """Count a request."""
        with self._lock:
            self._answers[str(status)] += 1

    def read(self, seconds: float) -> None:
        """Count a picture that was sent, and how long its reading took."""
        with self._lock:
            self._times[bisect_left(_BOUNDS, seconds)] += 1
            self._seconds += seconds

    def happened(self, event: NumberEvent | SourceEvent) -> None:
        """Count what happened in front of the camera, or to it."""
        with self._lock:
            if isinstance(event, SourceEvent):
                self._state = event.state
            else:
                self._events[event.event] += 1

    def saw(self, numbers: int, statistics: Statistics) -> None:
        """Note how the camera's reading keeps up, and how many numbers are in view."""
        with self._lock:
            self._in_view, self._statistics = numbers, statistics

    def text(self) -> str:
        """Return all of it (Prometheus' text format, version 0.0.4)."""
        with self._lock:
            return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from _family("http_requests_total", "counter", "Requests answered.", _by("status", self._answers))
        yield from _family("pictures_read_seconds", "histogram", "Time to read a picture that was sent.", {})
        count = 0
        for place, bound in enumerate((*_BOUNDS, "+Inf")):
            count += self._times[place]
            yield f'numbre_edge_pictures_read_seconds_bucket{{le="{bound}"}} {count}'
        yield f"numbre_edge_pictures_read_seconds_sum {self._seconds:.6f}"
        yield f"numbre_edge_pictures_read_seconds_count {count}"
        yield from _family("viewers", "gauge", "Who watches the live picture.", {"": self.viewers})
        if self._state:
            states = {f'{{state="{state}"}}': int(state == self._state) for state in _STATES}
            yield from _family("source_state", "gauge", "The camera's state: 1 for what it is.", states)
            events = _by("event", self._events)
            yield from _family("number_events_total", "counter", "What happened to numbers in view.", events)
            yield from _family("numbers_in_view", "gauge", "Numbers that are followed.", {"": self._in_view})
        if self._statistics is not None:
            yield from _statistics(self._statistics)


def _statistics(statistics: Statistics) -> Iterator[str]:
    frames = {"read": statistics.read, "unchanged": statistics.unchanged, "dropped": statistics.dropped}
    yield from _family("frames_total", "counter", "Frames of the camera, by what became of them.", _by("fate", frames))
    if statistics.fps is not None:
        yield from _family("frames_per_second", "gauge", "Frames handled a second, of late.", {"": statistics.fps})
    if statistics.p50 is not None and statistics.p95 is not None:
        ages = {'{quantile="0.5"}': statistics.p50, '{quantile="0.95"}': statistics.p95}
        yield from _family("frame_age_seconds", "gauge", "From capture to the end of the reading, of late.", ages)


def _family(name: str, kind: str, text: str, samples: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP numbre_edge_{name} {text}"
    yield f"# TYPE numbre_edge_{name} {kind}"
    yield from (f"numbre_edge_{name}{labels} {value:.10g}" for labels, value in samples.items())


def _by(label: str, counts: Mapping[str, int]) -> dict[str, float]:
    return {f'{{{label}="{value}"}}': count for value, count in sorted(counts.items())}
