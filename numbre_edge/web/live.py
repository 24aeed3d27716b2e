"""The camera of a server: one that is not there yet is waited for, a file plays at its own pace."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from numbre_edge.errors import SourceError
from numbre_edge.events import Listener, Seen, SourceEvent
from numbre_edge.live import run
from numbre_edge.live.watch import Follower
from numbre_edge.sources.stream import Stream
from numbre_edge.sources.view import UPRIGHT, Orientation, Region
from numbre_edge.tracking import Rules

_TICK = 0.2  # seconds between two looks whether to stop


def keep_watching(
    open_stream: Callable[[], Stream],
    reader: Follower,
    listeners: Sequence[Listener],
    *,
    rules: Rules | None = None,
    orientation: Orientation = UPRIGHT,
    region: Region | None = None,
    stop: Callable[[], bool],
    retry: float = 10.0,
) -> None:
    """Read a stream as ``live.run`` does; a camera that cannot be opened is said to be lost, and tried again.

    Args:
        open_stream: makes the stream, unopened, anew for each attempt.
        reader: of its frames.
        listeners: told of all that happens.
        rules: what is known of the numbers.
        orientation: how each frame is set right.
        region: the part of each frame to read.
        stop: whether to end.
        retry: seconds until the next attempt.

    Raises:
        NumbreError: as ``live.run`` does, but for a camera's SourceError.
    """
    while not stop():
        stream = open_stream()
        began = time.monotonic()
        try:
            run(stream, reader, listeners, rules=rules, orientation=orientation, region=region, stop=stop)
            return
        except SourceError as exc:
            if not stream.live:
                raise
            lost = SourceEvent("lost", stream.name, time.monotonic() - began, f"{exc}; trying again in {retry:g} s")
            for listener in listeners:
                listener.event(lost)
        wait(stop, retry)


def wait(over: Callable[[], bool], seconds: float = math.inf) -> None:
    """Wait until ``over`` says so, or so long; signals are heard meanwhile."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not over():
        time.sleep(min(left, _TICK))


class OwnPace(Listener):
    """Holds up the run of a file, so that it takes the time that it shows."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._began: float | None = None  # time.monotonic() of timestamp 0

    def frame(self, seen: Seen) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = now - seen.frame.timestamp
        wait(self._stop, self._began + seen.frame.timestamp - now)
