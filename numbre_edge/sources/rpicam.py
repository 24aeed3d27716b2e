"""The Raspberry Pi's own camera: JPEGs piped from ``rpicam-vid``, so that no Python bindings are needed."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
from collections import deque

from numbre_edge.errors import SourceError
from numbre_edge.sources.devices import describe_devices
from numbre_edge.sources.jpegs import JpegCutter, decoded
from numbre_edge.types import Pixels

PROGRAMS = ("rpicam-vid", "libcamera-vid")  # its name since Bookworm, and before
SIZE = (1280, 720)  # pixels; the programs' own default is 640x480
FPS = 30.0

_CHUNK = 1 << 20  # bytes asked of the pipe at once
_WAIT = 0.2  # seconds that one look into the pipe takes at most
_GRACE = 1.0  # seconds to stop by itself
_KEPT = 4096  # bytes of what it said last: it may say a line a frame
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class RpicamCapture:
    """A running ``rpicam-vid`` and the frames in its pipe."""

    def __init__(self, program: str, *, size: tuple[int, int] = SIZE, fps: float = FPS) -> None:
        """Start ``program`` with pictures of ``size`` (width, height) at ``fps`` a second.

        Raises:
            SourceError: it cannot be started.
        """
        command = [program, "-t", "0", "-n", "--codec", "mjpeg", "--width", str(size[0]), "--height", str(size[1])]
        command += ["--framerate", f"{fps:g}", "-o", "-"]
        self._name = os.path.basename(program)
        self._cutter = JpegCutter()
        self._waiting: deque[bytes] = deque()
        self._said = b""  # the end of what it wrote to stderr
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # a Ctrl-C is for us, who then end it in order
            )
        except OSError as exc:
            raise SourceError(f"rpicam: {program} cannot be started: {exc.strerror or exc}; reinstall it") from exc
        self._pipes = [pipe for pipe in (self._process.stdout, self._process.stderr) if pipe is not None]
        self._open = {pipe.fileno() for pipe in self._pipes}
        self._pictures = self._pipes[0].fileno()

    def read(self) -> Pixels | None:
        """Return the next frame, (H, W, 3) BGR uint8; None where none came for a moment.

        Raises:
            SourceError: the program ended, with what it said.
        """
        if not self._waiting:
            self._look()
        if not self._waiting:
            return None
        return decoded(self._waiting.popleft())

    def close(self) -> None:
        """End the program, and wait until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in self._pipes:
            pipe.close()

    def _look(self) -> None:
        """Take what is in the pipes, after at most a moment."""
        ready, _, _ = select.select(list(self._open), [], [], _WAIT)
        for pipe in ready:
            data = os.read(pipe, _CHUNK)
            if not data:
                self._open.discard(pipe)
            elif pipe == self._pictures:
                self._waiting.extend(self._cutter.feed(data))
            else:
                self._said = (self._said + data)[-_KEPT:]
        if self._pictures not in self._open and not self._waiting:
            self._ended()

    def _ended(self) -> None:
        """Raise why there are no more pictures."""
        try:
            status = f"exit status {self._process.wait(_GRACE)}"
        except subprocess.TimeoutExpired:
            status = "its output is closed"
        while self._open and select.select(list(self._open), [], [], 0)[0]:
            (pipe,) = self._open
            data = os.read(pipe, _CHUNK)
            if not data:
                break
            self._said = (self._said + data)[-_KEPT:]
        raise SourceError(
            f"{self._name} stopped ({status}){_complaint(self._said)}; check the camera's cable, "
            f"that no other program uses it, and `{self._name.replace('vid', 'hello')} --list-cameras`"
        )


def find_program() -> str | None:
    """Return the path of ``rpicam-vid``, or of ``libcamera-vid`` as it was once called, or None."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def open_rpicam(*, size: tuple[int, int] | None = None, fps: float | None = None) -> RpicamCapture:
    """Start the Raspberry Pi's camera; by default 1280x720 pixels 30 times a second.

    Raises:
        SourceError: the program is not installed or cannot be started.
    """
    program = find_program()
    if program is None:
        raise SourceError(
            f"rpicam: {' and '.join(PROGRAMS)} are not installed: on a Raspberry Pi, sudo apt install rpicam-apps; "
            f"{describe_devices(ribbon=False)}"
        )
    return RpicamCapture(program, size=size or SIZE, fps=fps or FPS)


def _complaint(said: bytes) -> str:
    """Return the last line in which the program speaks of an error, else its last line, after a colon."""
    lines = [" ".join(line.split()) for line in _COLOUR.sub("", said.decode("utf-8", "replace")).splitlines()]
    lines = [line for line in lines if line]
    errors = [line for line in lines if re.search(r"(?i)error|fail|no camera|unable|timed out", line)]
    return f": {(errors or lines)[-1]}" if lines else ""
