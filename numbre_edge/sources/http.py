"""A camera that speaks HTTP: one JPEG after the other in one answer, or one picture an answer.

Both are read here and not by OpenCV: in Python, each wait has an end, and whoever waits can be left alone when the
program ends. Any other kind of answer is a video for FFmpeg.
"""

from __future__ import annotations

import http.client
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.capture import Capture
from numbre_edge.sources.http_client import ask
from numbre_edge.sources.jpegs import LARGEST, JpegCutter, decoded
from numbre_edge.sources.network import Address, Answer, refused
from numbre_edge.types import Pixels

SNAPSHOTS = (
    2.0  # a second, of an address that gives single pictures: three make a number firm, in less than its patience
)
_CHUNK = 1 << 16  # bytes asked of a connection at once
_WAIT = 0.2  # seconds that one look at the clock takes at most


def open_http(
    address: Address,
    *,
    fps: float | None,
    open_timeout: float,
    read_timeout: float,
    open_video: Callable[[], Capture],
) -> Capture:
    """Ask once, and return what reads this kind of answer.

    Args:
        address: http or https; a camera that signed its own certificate is believed, as FFmpeg believes it.
        fps: pictures a second to ask for, where each answer is one picture; by default 2.
        open_timeout: seconds until an answer must have begun, with its headers.
        read_timeout: seconds until the next picture must have come.
        open_video: takes what is neither pictures nor JPEGs in a row.

    Raises:
        SourceError: not reached, refused, or no picture.
        UsageError: ``fps`` for a stream, which has a rate of its own.
    """
    again = partial(ask, address, open_timeout=open_timeout, read_timeout=read_timeout)
    response = again()
    kind = response.headers.get_content_type()
    if kind.startswith("image/"):
        return Snapshots(again, response, interval=1 / (fps or SNAPSHOTS), timeout=read_timeout)
    if fps is not None:
        response.close()
        raise UsageError(f"{address} answers with a stream ({kind}), which has a rate of its own: leave --fps out")
    if kind.startswith("multipart/"):
        return JpegStream(response, timeout=read_timeout)
    response.close()
    try:
        return open_video()
    except SourceError as exc:
        raise SourceError(refused(address, Answer(response.status, kind))) from exc


class JpegStream:
    """An answer without end, one JPEG after the other: motion JPEG."""

    def __init__(self, response: http.client.HTTPResponse, *, timeout: float) -> None:
        self._response, self._timeout = response, timeout
        self._cutter = JpegCutter()
        self._waiting: deque[bytes] = deque()
        self._last = time.monotonic()  # when the last picture was whole

    def read(self) -> Pixels | None:
        """Return the next frame, (H, W, 3) BGR uint8; None where none came with what the server sent.

        Raises:
            SourceError: the answer ended, or brought no picture for too long.
        """
        lost = f"the stream broke off, or sent no frame for {self._timeout:g} s"
        if not self._waiting:
            try:
                data = self._response.read1(_CHUNK)
            except (OSError, http.client.HTTPException) as exc:
                raise SourceError(lost) from exc
            self._waiting.extend(self._cutter.feed(data))
            if not data or (not self._waiting and time.monotonic() - self._last > self._timeout):
                raise SourceError(lost)
        if not self._waiting:
            return None
        self._last = time.monotonic()
        return decoded(self._waiting.popleft())

    def close(self) -> None:
        self._response.close()


class Snapshots:
    """Single pictures, each asked for."""

    def __init__(
        self,
        ask: Callable[[], http.client.HTTPResponse],
        first: http.client.HTTPResponse,
        *,
        interval: float,
        timeout: float,
    ) -> None:
        """``first`` is the answer that told what kind of address it is; each ``interval`` s one more is asked for."""
        self._ask, self._interval, self._timeout = ask, interval, timeout
        self._answer: http.client.HTTPResponse | None = first
        self._due = time.monotonic()

    def read(self) -> Pixels | None:
        """Return the next picture, (H, W, 3) BGR uint8; None where it is not yet time for one, or it is damaged.

        Raises:
            SourceError: no picture came of it.
        """
        wait = self._due - time.monotonic()
        if wait > 0:
            time.sleep(min(wait, _WAIT))
            return None
        self._due = time.monotonic() + self._interval
        response, self._answer = self._answer or self._ask(), None
        with response:
            kind = response.headers.get_content_type()
            if not kind.startswith("image/"):
                raise SourceError(f"gave pictures, and now something else ({kind})")
            return decoded(_whole(response, self._timeout))

    def close(self) -> None:
        if self._answer is not None:
            self._answer.close()


def _whole(response: http.client.HTTPResponse, timeout: float) -> bytes:
    """Return a picture, of bounded size, that comes in bounded time."""
    end = time.monotonic() + timeout
    data = bytearray()
    try:
        while chunk := response.read1(_CHUNK):
            data += chunk
            if len(data) > LARGEST:
                raise SourceError(f"sends a picture of more than {LARGEST >> 20} MB; ask for a smaller one")
            if time.monotonic() > end:
                raise TimeoutError
    except (OSError, http.client.HTTPException) as exc:
        raise SourceError(f"the picture broke off, or took more than {timeout:g} s") from exc
    return bytes(data)
