"""What decoders print on stderr about a picture or video: kept off it, where stderr is the program's own.

They name no file, OpenCV has no setting against them, and one damaged picture of a folder may bring hundreds of lines.
"""

from __future__ import annotations

import atexit
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# How libpng's lines begin, and libjpeg's (jerror.h, JWRN_*).
_NOISE = (
    *(b"libpng ", b"Corrupt JPEG data", b"Premature end of JPEG file", b"Inconsistent progression sequence"),
    *(b"Warning: unknown JFIF revision", b"Unknown Adobe color transform", b"Invalid SOS parameters"),
    *(b"Invalid color quantization", b"Application transferred too many scanlines"),
)
# OpenCV's, of an AVI (container_avi.cpp): four bytes of the file as they are, a line's end too.
_AVI_NOISE = re.compile(rb"Unexpected (?:element|list type)\. Expected: .{0,4}\. Got: .{0,4}\.\n", re.DOTALL)


class _Stderr:
    """File descriptor 2, held back while somebody decodes: noise is taken out, what others wrote is passed on."""

    def __init__(self) -> None:
        self.own = False  # of the program: not of one that this package is used in
        self._lock = threading.Lock()
        self._inside = 0
        self._real = self._held = -1  # file descriptors
        self._taken = 0  # bytes of what is held
        atexit.register(self._give_back)

    def begin(self) -> bool:
        """Return whether it is held back: not if it is closed, or no file can be opened any more."""
        with self._lock:
            if self._inside == 0:
                try:
                    self._real = os.dup(2)
                except OSError:
                    return False
                try:
                    self._held, self._taken = os.memfd_create("stderr"), 0
                except OSError:
                    os.close(self._real)
                    return False
                os.dup2(self._held, 2)
            self._inside += 1
            return True

    def end(self) -> list[str]:
        """Return the lines of noise since the last one left."""
        with self._lock:
            noise = self._pass_on()
            self._inside -= 1
            if self._inside == 0:
                os.dup2(self._real, 2)
                os.close(self._real)
                os.close(self._held)
            return noise

    def _give_back(self) -> None:
        """Leave nothing held at the end of the program, when a thread may yet be inside."""
        with self._lock:
            if self._inside:
                self._pass_on()
                os.dup2(self._real, 2)

    def _pass_on(self) -> list[str]:
        said = os.pread(self._held, os.fstat(self._held).st_size - self._taken, self._taken)
        self._taken += len(said)
        lines = _AVI_NOISE.sub(b"", said).splitlines(keepends=True)
        with suppress(OSError):  # stderr is full or gone
            os.write(self._real, b"".join(line for line in lines if not line.startswith(_NOISE)))
        return [line.decode(errors="replace").strip() for line in lines if line.startswith(_NOISE)]


_stderr = _Stderr()


def stderr_is_own() -> bool:
    """Return whether stderr is this program's own."""
    return _stderr.own


@contextmanager
def own_stderr() -> Iterator[None]:
    """Have stderr be this program's own meanwhile. Linux only: elsewhere it stays as it is."""
    before, _stderr.own = _stderr.own, hasattr(os, "memfd_create")
    try:
        yield
    finally:
        _stderr.own = before


@contextmanager
def without_noise() -> Iterator[list[str]]:
    """Keep decoders' noise off the program's own stderr; in several threads at once too.

    The list yielded holds its lines afterwards; of another thread too, if one decoded meanwhile.
    """
    noise: list[str] = []
    if not _stderr.own or not _stderr.begin():
        yield noise
        return
    try:
        yield noise
    finally:
        noise += _stderr.end()
