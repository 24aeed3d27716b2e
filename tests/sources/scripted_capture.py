"""A camera that does what a test tells it, and how to read a stream in tests."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

from numbre_edge.errors import SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.sources.live import Patience
from numbre_edge.sources.stream import Stream
from numbre_edge.types import Frame, Pixels

QUICK = Patience(retry=0.02, longest_retry=0.04)
LONG = 30.0  # seconds; ends a hang, and nothing else

News = Frame | SourceEvent | None


class ScriptedCapture:
    """Gives the frames put into ``frames`` one by one, and raises the errors put there."""

    def __init__(self) -> None:
        self.frames: queue.Queue[Pixels | SourceError | Exception] = queue.Queue()
        self.closed = 0

    def read(self) -> Pixels | None:
        try:
            item = self.frames.get(timeout=0.02)
        except queue.Empty:
            return None
        self.frames.task_done()
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        self.closed += 1


def collect(stream: Stream, done: Callable[[list[News]], bool]) -> list[News]:
    """Return what a stream yields until ``done`` says that it is enough."""
    found: list[News] = []
    end = time.monotonic() + LONG
    for news in stream.events():
        found.append(news)
        if done(found):
            return found
        assert time.monotonic() < end, f"waited in vain; last seen: {found[-5:]}"
    raise AssertionError(f"the stream ended; seen: {found}")


def frames_in(found: list[News]) -> list[Frame]:
    return [news for news in found if isinstance(news, Frame)]


def states_in(found: list[News]) -> list[str]:
    return [news.state for news in found if isinstance(news, SourceEvent)]


def details_in(found: list[News]) -> list[str]:
    return [news.detail for news in found if isinstance(news, SourceEvent) and news.detail]


def enough_frames(count: int) -> Callable[[list[News]], bool]:
    return lambda found: len(frames_in(found)) >= count


def reached(*states: str) -> Callable[[list[News]], bool]:
    """Done when the states seen are at least these."""
    return lambda found: states_in(found)[: len(states)] == list(states)


def said(state: str) -> Callable[[list[News]], bool]:
    return lambda found: state in states_in(found)
