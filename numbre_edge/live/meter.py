"""How well the reading of a stream keeps up."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence

from numbre_edge.events import Statistics
from numbre_edge.sources.stream import Stream
from numbre_edge.types import Frame

_WINDOW = 300  # frames that the figures look back on: 10 s at 30 frames per second


class Meter:
    """Counts frames and times their reading."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._read = self._unchanged = self._dropped = 0
        self.frames = 0  # that came
        self._newest = 0  # index of a frame
        self._first = 0.0  # time.monotonic() of the first frame
        self._times: deque[float] = deque(maxlen=_WINDOW)  # the same of the last ones
        self._ages: deque[float] = deque(maxlen=_WINDOW)  # seconds, at the end of their reading

    def arrived(self, frame: Frame) -> None:
        now = time.monotonic()
        if not self.frames:
            self._first = now
        elif self._stream.live:
            self._dropped += max(0, frame.index - self._newest - 1)
        self.frames += 1
        self._times.append(now)
        self._newest = frame.index

    def interrupted(self) -> None:
        """Forget the pace: the time without a camera is not the reading's."""
        self._times.clear()

    def passed_over(self) -> None:
        self._unchanged += 1

    def was_read(self, frame: Frame) -> None:
        self._read += 1
        if self._stream.live:
            self._ages.append(time.monotonic() - self._stream.began - frame.timestamp)

    def statistics(self) -> Statistics:
        latest = self._times[-1]
        span = latest - self._times[0]
        ages = sorted(self._ages)
        return Statistics(
            read=self._read,
            unchanged=self._unchanged,
            dropped=self._dropped,
            seconds=latest - self._first,
            fps=(len(self._times) - 1) / span if span > 0 else None,
            p50=_percentile(ages, 0.50),
            p95=_percentile(ages, 0.95),
        )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the least of the values, in order, that ``share`` of them do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
