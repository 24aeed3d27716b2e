"""OpenCV keeps still: what it would print about a broken source, an error says once; and nobody is in it at the end."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

_FFMPEG_QUIET = "-8"  # AV_LOG_QUIET
_LONGEST = 15.0  # seconds: more than any driver's own limit, V4L2's being 10


class _Silence:
    """The level of OpenCV's log belongs to the whole process: the first thread in lowers it, the last out restores.

    At the end of the program no thread may be inside: one that comes back from OpenCV during that ends the process by
    SIGABRT, since Python (before 3.14) ends its thread by an unwinding that C++ takes for a crash.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._inside = 0
        self._level = 0
        self._ending = False
        atexit.register(self._end_program)

    def begin(self) -> None:
        with self._lock:
            while self._ending and threading.current_thread() is not threading.main_thread():
                self._lock.wait()  # for ever: a daemon, which goes with the program
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
                self._lock.notify_all()

    def _end_program(self) -> None:
        try:
            with self._lock:
                self._ending = True
                self._lock.wait_for(lambda: self._inside == 0, _LONGEST)
        except KeyboardInterrupt:  # enough is enough
            os._exit(130)


_silence = _Silence()


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep the messages of OpenCV and of the FFmpeg in it off stderr; in several threads at once too."""
    _silence.begin()
    try:
        yield
    finally:
        _silence.end()
