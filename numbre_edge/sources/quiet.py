"""OpenCV keeps still: what it would print about a broken source, an error says once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

_FFMPEG_QUIET = "-8"  # AV_LOG_QUIET


class _Silence:
    """The level of OpenCV's log belongs to the whole process: the first thread in lowers it, the last out restores."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._level = 0

    def begin(self) -> None:
        with self._lock:
            if self._inside == 0:
                # FFmpeg's own messages: read once, when OpenCV first uses it.
                os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", _FFMPEG_QUIET)
                self._level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
            self._inside += 1

    def end(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                cv2.utils.logging.setLogLevel(self._level)


_silence = _Silence()


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep the messages of OpenCV and of the FFmpeg in it off stderr; in several threads at once too."""
    _silence.begin()
    try:
        yield
    finally:
        _silence.end()
