"""A camera or network stream of which only the newest frame counts, and which may go away and come back."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from numbre_edge.errors import SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.sources.capture import Capture
from numbre_edge.sources.stream import Stream
from numbre_edge.types import Frame, Pixels

SILENCE = 0.25  # seconds after which events() yields None
_GOODBYE = 2.0  # seconds that leaving waits for the reader; one held up in a driver goes when that lets go


@dataclass(frozen=True)
class Patience:
    """How long a live stream waits, in seconds.

    Attributes:
        retry: before the first new attempt; doubled with each further one that fails.
        longest_retry: before any attempt.
        stall: without a frame until the capture is closed and opened again.
        blocked: without a sign of life, until ``lost`` is said though the reader itself is held up.
    """

    retry: float = 0.5
    longest_retry: float = 10.0
    stall: float = 6.0
    blocked: float = 9.0


class LiveStream(Stream):
    """The newest frame of a camera, as a Stream.

    One thread reads all frames, so that no driver's queue fills up, and keeps the
    last. ``Frame.index`` counts the frames that were captured: gaps are frames
    that nobody asked for in time.
    """

    def __init__(
        self,
        name: str,
        open_capture: Callable[[], Capture],
        *,
        kind: Literal["camera", "network"],
        patience: Patience | None = None,
    ) -> None:
        """Describe a camera; entering opens it.

        Args:
            name: the source as the user wrote it, without passwords.
            open_capture: opens the camera, at first and after each loss; may take its time.
            kind: a camera of this machine that never gave a frame is an error and not waited for.
            patience: how long to wait for what.
        """
        self.name, self.kind = name, kind
        self.began = time.monotonic()
        self._open = open_capture
        self._patience = patience or Patience()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        # Shared between the reader and whoever iterates, under the lock of `_news`:
        self._news = threading.Condition()
        self._pending: deque[Frame | SourceEvent] = deque()  # at most one Frame
        self._failure: Exception | None = None
        self._captured = 0
        self._well = False  # frames come: `open` was the last state said
        self._said = False  # that nothing comes, since the last sign of life
        self._sign = self.began  # the last sign of life of the reader, monotonic

    def __enter__(self) -> Self:
        self.began = self._sign = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"reader of {self.name}", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with self._news:
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join(_GOODBYE)

    def events(self) -> Iterator[Frame | SourceEvent | None]:
        """Yield the newest frame, each change of state in its place, and None after a quarter second of silence.

        Raises:
            SourceError: a device of this machine that cannot be opened or gives no frame at all.
        """
        while not self._stop.is_set():
            with self._news:
                self._news.wait_for(lambda: self._pending or self._failure or self._stop.is_set(), SILENCE)
                news = self._pending.popleft() if self._pending else self._check_blocked()
                failure = None if news else self._failure
            if failure is not None:
                raise failure
            yield news

    def _run(self) -> None:
        """Capture until told to stop; the body of the reader's thread."""
        delay = self._patience.retry
        while not self._stop.is_set():
            before = self._captured
            try:
                with closing(self._open()) as capture:
                    self._read(capture)
            except SourceError as exc:
                if self.kind == "camera" and self._captured == 0:
                    self._fail(exc)
                    return
                if self._captured > before:
                    delay = self._patience.retry
                self._lose(f"{exc}; trying again in {delay:g} s")
                self._stop.wait(delay)
                delay = min(2 * delay, self._patience.longest_retry)
            except Exception as exc:  # a fault of ours: whoever iterates must hear of it
                self._fail(exc)
                return

    def _read(self, capture: Capture) -> None:
        last = time.monotonic()
        while not self._stop.is_set():
            pixels = capture.read()
            now = time.monotonic()
            if pixels is not None:
                self._show(pixels, now)
                last = now
            elif now - last > self._patience.stall:
                silence = f"no frame for {self._patience.stall:g} s"
                raise SourceError(f"{self.name}: {silence}: check its cable, and that no other program uses it")

    def _show(self, pixels: Pixels, now: float) -> None:
        """Make ``pixels`` the newest frame."""
        frame = Frame(pixels, self.name, self._captured, now - self.began)
        with self._news:
            if not self._well:
                self._pending.append(SourceEvent("open", self.name, frame.timestamp))
            self._well, self._said, self._sign = True, False, now
            self._captured += 1
            self._pending = deque(news for news in self._pending if isinstance(news, SourceEvent))
            self._pending.append(frame)
            self._news.notify_all()

    def _lose(self, detail: str) -> None:
        with self._news:
            self._sign = time.monotonic()
            self._well, self._said = False, True
            self._pending.append(SourceEvent("lost", self.name, self._sign - self.began, detail))
            self._news.notify_all()

    def _fail(self, failure: Exception) -> None:
        with self._news:
            self._failure = failure
            self._news.notify_all()

    def _check_blocked(self) -> SourceEvent | None:
        """Say, once, that the reader is held up: a driver need not keep its own time limits."""
        now = time.monotonic()
        if self._said or self._failure or now - self._sign < self._patience.blocked:
            return None
        self._well, self._said = False, True
        detail = f"no frame for {self._patience.blocked:g} s; waiting for it to come back"
        return SourceEvent("lost", self.name, now - self.began, detail)
