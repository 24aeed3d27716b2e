"""The camera's run on one side, any number of viewers on the other; the run never waits for them."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any

import cv2

from numbre_edge.events import Listener, NumberEvent, Seen, SourceEvent, Tracked
from numbre_edge.sinks.annotate import draw
from numbre_edge.sinks.events import event_as_json
from numbre_edge.sinks.jsonl import DECIMALS
from numbre_edge.types import Box
from numbre_edge.web.metrics import Metrics
from numbre_edge.web.reading import fitted

MOST_VIEWERS = 64  # streams; a page has two
_INTERVAL = 1 / 15  # seconds between two pictures that are shown
_PACE = 0.5  # seconds between two views in which the same numbers stand
# Seconds without another picture after which one is sent again: browsers show it once something follows; and then
# so that a connection that died is noticed.
_AGAIN, _STILL = 0.2, 5.0
_HEARTBEAT = 15.0  # seconds of silence in which a connection may have died
_KEPT = 256  # events, for who is slow or was away
_LARGEST = 1280  # pixels, the longer side of a picture that is shown
_QUALITY = (cv2.IMWRITE_JPEG_QUALITY, 80)


class Hub(Listener):
    """Keeps the newest picture, the numbers in view and the last events, for whoever asks.

    The thread that listens hands them over; all else happens in the server's event loop. A picture is drawn and
    encoded when a first viewer wants it, and once for all of them.

    Args:
        source: what is watched, passwords masked.
        metrics: told of all that happens.
        encode: makes the picture that is shown.
    """

    def __init__(self, source: str, metrics: Metrics, encode: Callable[[Seen], bytes] | None = None) -> None:
        self._metrics, self._encode = metrics, encode or drawn_jpeg
        # The listening thread's:
        self._due = 0.0  # time.monotonic() of the next picture that is shown
        self._told: list[tuple[int, str]] = []
        # The loop's:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._state = SourceEvent("lost", source, 0.0, "not open yet")
        self._seen: Seen | None = None
        self._encoded: tuple[Seen, asyncio.Future[bytes]] | None = None
        self._encoder = ThreadPoolExecutor(1, "encoder of pictures")
        self._events: deque[tuple[int, str]] = deque(maxlen=_KEPT)  # number, JSON
        self._numbers = count(1)
        self._paced = 0.0  # time.monotonic() of the next view, if nothing changes
        self._viewed: list[tuple[int, str]] = []
        self._pictures, self._news = _Bell(), _Bell()
        self._closed = False

    def event(self, event: NumberEvent | SourceEvent) -> None:
        self._hand_over(self._take_event, event)

    def frame(self, seen: Seen) -> None:
        now = time.monotonic()
        said = _said(seen)
        if now >= self._due or said != self._told:
            self._due, self._told = now + _INTERVAL, said
            self._hand_over(self._take_frame, seen)

    def open(self) -> None:
        """Begin to take what the run tells: from within the server's loop."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Let every viewer go, from any thread."""
        self._hand_over(self._let_go, None)

    @property
    def full(self) -> bool:
        """Whether there are as many viewers as there may be."""
        return self._metrics.viewers >= MOST_VIEWERS

    @contextmanager
    def viewer(self) -> Iterator[None]:
        """Count a viewer meanwhile."""
        self._metrics.viewers += 1
        try:
            yield
        finally:
            self._metrics.viewers -= 1

    def view(self) -> dict[str, Any]:
        """Return the camera's state, and the numbers in view."""
        seen = self._seen
        return {
            "source": self._state.source,
            "state": self._state.state,
            "detail": self._state.detail,
            "width": seen.frame.width if seen else None,
            "height": seen.frame.height if seen else None,
            "frame": seen.frame.index if seen else None,
            "timestamp": round(seen.frame.timestamp, 3) if seen else None,
            "fps": round(seen.statistics.fps, 1) if seen and seen.statistics.fps else None,
            "numbers": [_number(number) for number in seen.numbers] if seen else [],
        }

    async def picture(self) -> bytes | None:
        """Return the newest picture, numbers drawn in, as JPEG; None before the first."""
        if self._seen is None:
            return None
        if self._encoded is None or self._encoded[0] is not self._seen:
            encoding = asyncio.get_running_loop().run_in_executor(self._encoder, self._encode, self._seen)
            self._encoded = self._seen, encoding
        return await asyncio.shield(self._encoded[1])  # one viewer's going is not the others'

    async def pictures(self) -> AsyncIterator[bytes]:
        """Yield pictures as they come, always the newest, until closed."""
        patience = _AGAIN
        while not self._closed:
            rung = self._pictures.rung
            picture = await self.picture()
            if picture is not None:
                yield picture
            patience = _AGAIN if await self._pictures.wait(rung, patience) else _STILL

    async def messages(self, after: int | None = None) -> AsyncIterator[str]:
        """Yield server-sent events: each that happens, and as ``view`` what is in view; until closed.

        Args:
            after: number of the last event that the viewer knows; None for those to come.
        """
        last = self._events[-1][0] if after is None and self._events else after or 0
        while not self._closed:
            rung = self._news.rung
            for number, event in [kept for kept in self._events if kept[0] > last]:
                yield f"id: {number}\ndata: {event}\n\n"
                last = number
            yield f"event: view\ndata: {json.dumps(self.view(), ensure_ascii=False)}\n\n"
            while not await self._news.wait(rung, _HEARTBEAT):
                yield ": nothing new\n\n"

    def _hand_over(self, take: Callable[[Any], None], what: object) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the server is gone
                self._loop.call_soon_threadsafe(take, what)

    def _take_event(self, event: NumberEvent | SourceEvent) -> None:
        self._metrics.happened(event)
        if isinstance(event, SourceEvent):
            self._state = event
        self._events.append((next(self._numbers), json.dumps(event_as_json(event), ensure_ascii=False)))
        self._news.ring()

    def _take_frame(self, seen: Seen) -> None:
        self._metrics.saw(len(seen.numbers), seen.statistics)
        self._seen = seen
        self._pictures.ring()
        now, said = time.monotonic(), _said(seen)
        if now >= self._paced or said != self._viewed:
            self._paced, self._viewed = now + _PACE, said
            self._news.ring()

    def _let_go(self, _: object) -> None:
        self._closed = True
        self._pictures.ring()
        self._news.ring()
        self._encoder.shutdown(wait=False)


def drawn_jpeg(seen: Seen) -> bytes:
    """Return a frame as JPEG, its numbers drawn in, no larger than a screen."""
    pixels = fitted(seen.frame.pixels, _LARGEST)
    scale = pixels.shape[1] / seen.frame.width
    numbers = [replace(number, box=_scaled(number.box, scale)) for number in seen.numbers]
    return cv2.imencode(".jpg", draw(pixels, numbers), _QUALITY)[1].tobytes()


class _Bell:
    """Wakes all who wait in one event loop."""

    def __init__(self) -> None:
        self.rung = 0  # times
        self._event = asyncio.Event()

    def ring(self) -> None:
        self.rung += 1
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, rung: int, seconds: float) -> bool:
        """Wait until it was rung more often than ``rung`` times; return False after so many seconds."""
        if self.rung == rung:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._event.wait()
        return self.rung != rung


def _said(seen: Seen) -> list[tuple[int, str]]:
    return [(number.id, number.text) for number in seen.numbers]


def _scaled(box: Box, scale: float) -> Box:
    return Box(*(round(side * scale) for side in box))


def _number(number: Tracked) -> dict[str, Any]:
    return {
        "id": number.id,
        "text": number.text,
        "confidence": round(number.confidence, DECIMALS),
        "box": list(number.box),
    }
