"""A video with its numbers drawn in, which plays as fast as what it shows happened."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.atomic import real, replacing
from numbre_edge.errors import NumbreError, UsageError, is_unicode
from numbre_edge.events import Listener, Seen
from numbre_edge.sinks.annotate import draw
from numbre_edge.types import Pixels

CODECS = {".mp4": "mp4v", ".avi": "MJPG"}  # suffix -> FourCC: those that every build of OpenCV writes
_LONGEST_GAP = 2.0  # seconds without a frame that are kept as they were; a lost camera must not fill the disk
_SLOWEST, _FASTEST, _USUAL = 1.0, 120.0, 30.0  # frames per second
_ROOM = 16 << 20  # bytes that stay free on the disk: the index at a video's end needs some, and so does the system


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class AnnotatedVideo(Listener):
    """Writes frames to a video of a steady rate, each at its time, under a temporary name until it is left.

    A frame is repeated until the next is due, and left out where another has its place already. Every frame
    gets the size of the first, with black bars where its shape is another. What was seen until an error is kept.
    Without a single frame there is no video.

    Args:
        path: ends in .mp4 or .avi.
        fps: frames per second; None takes what the first two frames' timestamps say.
        free: tells how many bytes are free on a folder's disk.

    Raises:
        UsageError: another suffix, or a folder that is not there.
        NumbreError: the video cannot be written, or its disk is nearly full: the video is kept as it is by then.
    """

    def __init__(self, path: Path, *, fps: float | None = None, free: Callable[[Path], int] = _free) -> None:
        if path.suffix.lower() not in CODECS:
            raise UsageError(f"--annotate {path}: a video's name must end in {' or '.join(CODECS)}")
        if path.is_dir():
            raise UsageError(f"--annotate {path}: is a folder; give a file name in it")
        if path.exists() and not path.is_file():
            raise UsageError(f"--annotate {path}: is no file: a video cannot be written into a pipe or a device")
        if not path.parent.is_dir():
            raise UsageError(f"--annotate {path}: there is no folder {path.parent}; make it first")
        if not is_unicode(str(real(path))):
            raise UsageError(
                f"--annotate {path}: its whole path is not UTF-8, and OpenCV writes to no other; choose another"
            )
        self._path = path
        self._fps = fps
        self._free = free
        self._file = ExitStack()  # gives the video its name
        self._temporary = path  # until then
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)  # width, height
        self._shown: Pixels | None = None  # the frame that lasts until the next one
        self._time = 0.0  # of that frame: seconds of the stream
        self._clock = 0.0  # and of the video, which has no long gaps
        self._written = 0  # frames

    def __exit__(self, *error: object) -> None:
        self.close()

    def frame(self, seen: Seen) -> None:
        """Add one frame with its numbers drawn in."""
        frame = seen.frame
        if self._free(real(self._path).parent) < _ROOM:
            until_then = "there is no video" if self._shown is None else "the video ends here, and is kept"
            self.close()
            raise NumbreError(f"{self._path}: its disk is nearly full: {until_then}; make room or write elsewhere")
        drawn = draw(frame.pixels, seen.numbers)
        if self._shown is None:
            self._size = (frame.width, frame.height)
        else:
            self._advance(frame.timestamp - self._time)
        self._shown, self._time = _fitted(drawn, self._size), frame.timestamp

    def close(self) -> None:
        """Finish the video and give it its name.

        Raises:
            NumbreError: it could not be written whole.
        """
        with self._file:
            if self._shown is not None:
                self._repeat(self._written + 1)
                self._shown = None
            if self._writer is None:
                return
            self._writer.release()
            self._writer = None
            if not _holds(self._temporary, self._written):  # OpenCV does not say that a disk is full
                raise NumbreError(f"cannot write {self._path}: the video came out damaged; is the disk full?")

    def _advance(self, elapsed: float) -> None:
        """Let ``elapsed`` seconds pass: show the last frame until then."""
        if self._fps is None:
            self._fps = float(np.clip(1 / elapsed, _SLOWEST, _FASTEST)) if elapsed > 0 else _USUAL
        if elapsed <= 0:  # a video that does not know its times: each frame gets one place
            self._repeat(self._written + 1)
            self._clock = self._written / self._fps
            return
        self._clock += min(elapsed, _LONGEST_GAP)
        self._repeat(round(self._clock * self._fps))

    def _repeat(self, until: int) -> None:
        """Write the last frame until the video has ``until`` of them."""
        while self._written < until:
            assert self._shown is not None
            self._opened().write(self._shown)
            self._written += 1

    def _opened(self) -> cv2.VideoWriter:
        if self._writer is None:
            codec = cv2.VideoWriter.fourcc(*CODECS[self._path.suffix.lower()])
            self._temporary = self._file.enter_context(replacing(self._path))
            writer = cv2.VideoWriter(str(self._temporary), codec, self._fps or _USUAL, self._size)
            if not writer.isOpened():
                raise NumbreError(f"cannot write {self._path}: this OpenCV does not encode {self._path.suffix} videos")
            self._writer = writer
        return self._writer


def _fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Return (H, W, 3) ``pixels`` at ``size`` (width, height), whole, in their own shape, on black."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    scale = min(size[0] / width, size[1] / height)
    inner = (min(size[0], max(1, round(width * scale))), min(size[1], max(1, round(height * scale))))
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(pixels, inner, interpolation=cv2.INTER_AREA)
    return canvas


def _holds(path: Path, frames: int) -> bool:
    """Return whether a video has so many frames; of one cut short, what its header or FFmpeg says of that is a guess.

    The last is looked for; only where it is not at its place all are counted, without decoding them.
    """
    video = cv2.VideoCapture(str(path))
    video.set(cv2.CAP_PROP_POS_FRAMES, frames - 1)
    if video.grab() and video.get(cv2.CAP_PROP_POS_FRAMES) == frames:
        return True
    video = cv2.VideoCapture(str(path))
    video.set(cv2.CAP_PROP_FORMAT, -1)
    return sum(1 for _ in iter(video.grab, False)) >= frames
