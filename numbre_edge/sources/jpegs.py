"""JPEGs in a stream of bytes: where each begins and ends, and its pixels."""

from __future__ import annotations

import re

import numpy as np

from numbre_edge.errors import SourceError
from numbre_edge.sources.decode import decode
from numbre_edge.types import Pixels

LARGEST = 64 << 20  # bytes of one JPEG; the largest Pi camera has 64 megapixels

_MARK = 2  # bytes
_START = b"\xff\xd8\xff"  # its mark, and the first byte of the next
# Inside compressed data FF is followed by 00, by a restart mark D0 to D7, or by another FF (ITU-T T.81, B.1.1.5).
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class JpegCutter:
    """A stream of bytes -> the JPEGs in it, one after the other.

    Segments are stepped over by their length, so an end mark inside one (an EXIF
    thumbnail is a JPEG of its own) ends nothing.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._at = 0  # everything before belongs to the JPEG that begins at 0; 0: none has begun
        self._scanning = False  # at compressed data, not at a mark

    def feed(self, data: bytes) -> list[bytes]:
        """Return the JPEGs that are complete with ``data``, oldest first."""
        self._bytes += data
        found = list(iter(self._next, None))
        if len(self._bytes) > LARGEST:
            self._forget(_MARK)
        return found

    def _next(self) -> bytes | None:
        """Return the oldest complete JPEG, or None where more bytes are needed."""
        while self._begin():
            end = self._find_end()
            if end is None:
                return None
            if end > 0:
                jpeg = bytes(self._bytes[:end])
                self._forget(end)
                return jpeg
            self._forget(_MARK)  # and no more: the start of the next one may follow at once
        return None

    def _begin(self) -> bool:
        """Make the next JPEG begin at 0. False where none is in sight."""
        if self._at == 0:
            start = self._bytes.find(_START)
            if start < 0:
                self._forget(max(0, len(self._bytes) - len(_START) + 1))
                return False
            self._forget(start)
            self._at = 2
        return True

    def _find_end(self) -> int | None:
        """Return where the JPEG at 0 ends; 0 where it was cut short; None where more bytes are needed."""
        while True:
            if self._scanning:
                mark = _MARKER.search(self._bytes, self._at)
                if mark is None:
                    self._at = max(self._at, len(self._bytes) - 1)  # the last byte may be half a mark
                    return None
                self._at, self._scanning = mark.start(), False
            head = self._bytes[self._at : self._at + 4]
            if len(head) < 2:
                return None
            if head[0] != 0xFF or head[1] == 0xD8:
                return 0
            if head[1] == 0xD9:
                return self._at + 2
            if head[1] == 0xFF:  # a fill byte
                self._at += 1
                continue
            end = self._at + 2 + int.from_bytes(head[2:], "big")
            if len(head) < 4 or end > len(self._bytes):
                return None
            self._at, self._scanning = end, head[1] == 0xDA

    def _forget(self, count: int) -> None:
        del self._bytes[:count]
        self._at, self._scanning = 0, False


def decoded(picture: bytes) -> Pixels | None:
    """Return a camera's picture, (H, W, 3) BGR uint8; None for a damaged one, after which the next may be well."""
    try:
        pixels = decode(picture, "")
    except SourceError:
        return None
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
