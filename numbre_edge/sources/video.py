"""Video file -> frames, each N-th of them, or all of them as a stream."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from numbre_edge.errors import SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.quiet import quiet_opencv
from numbre_edge.sources.capture import native_capture
from numbre_edge.sources.content import MAX_PIXELS, check_pixels, check_video
from numbre_edge.sources.noise import without_noise
from numbre_edge.sources.stream import Stream
from numbre_edge.types import Frame

_MEMORY = 16  # bytes a pixel that decoding takes: 12 of motion JPEG, 16 of MPEG-4, both of two threads
# Containers that store how many frames they hold. For others OpenCV multiplies the duration with a
# nominal rate, which is far off where the rate varies.
_COUNTED = frozenset({"mp4", "m4v", "mov", "avi", "3gp"})


def video_frames(path: Path, *, every: int = 1, max_pixels: int = MAX_PIXELS) -> Generator[Frame, None, None]:
    """Yield frames 0, ``every``, 2 * ``every``, ... of a video; timestamps in seconds, as the video states them.

    Raises:
        SourceError: not a video, one of frames of more than ``max_pixels``, or
            without a single frame; or, after all frames that can be read, one
            that promises more than it holds. The message leaves the path out.
    """
    check_video(path)
    with _opened(path) as capture:
        width, height = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        check_pixels(width, height, memory=_MEMORY * width * height, max_pixels=max_pixels)
        rate = capture.get(cv2.CAP_PROP_FPS)
        index, clock = 0, _Clock(1 / rate if rate > 0 else 0.0)
        while _grab(capture):
            timestamp = clock.next(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            if index % every == 0:
                with quiet_opencv():
                    ok, pixels = capture.retrieve()
                if not ok:
                    raise SourceError(f"damaged: frame {index} of the video cannot be decoded; copy the file again")
                yield Frame(np.asarray(pixels, np.uint8), str(path), index, timestamp)
            index += 1
        if index == 0:
            raise SourceError("damaged: the video opens but has no frame that can be decoded; copy the file again")
        _check_whole(path, index, clock, promised=capture.get(cv2.CAP_PROP_FRAME_COUNT), rate=rate)


class _Clock:
    """When each frame is shown: what the video states, or one frame after the last where it states nothing later.

    Attributes:
        now: seconds since the video began, of the last frame.
        longest: seconds that a frame was shown for, at most.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self.now = -1.0
        self.longest = step

    def next(self, stated: float) -> float:
        """Return the time of the next frame, for which OpenCV says ``stated``."""
        if self.now < 0:
            self.now = max(stated, 0.0)
            return self.now
        later = stated if stated > self.now else self.now + self._step
        self.longest = max(self.longest, later - self.now)
        self.now = later
        return later


class VideoStream(Stream):
    """All frames of a video file as a Stream: at the pace of whoever asks, none left out."""

    kind = "video"

    def __init__(self, name: str) -> None:
        """``name`` is the file's path."""
        self.name = name
        self.began = time.monotonic()
        self._frames: Generator[Frame, None, None] | None = None

    def __enter__(self) -> Self:
        """Raises SourceError where there is no such file, or one that may not be read."""
        try:
            check_video(Path(self.name))
        except SourceError as exc:
            raise SourceError(f"{self.name}: {exc}") from exc
        self.began = time.monotonic()
        self._frames = video_frames(Path(self.name))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def events(self) -> Iterator[Frame | SourceEvent | None]:
        """Yield ``open``, every frame and ``ended``, in the video's own time.

        Raises:
            SourceError: not a video; or, after all frames that can be read, damaged.
        """
        last = None
        try:
            for frame in self._frames or ():
                if last is None:
                    yield SourceEvent("open", self.name, frame.timestamp)
                yield frame
                last = frame.timestamp
        except SourceError as exc:
            raise SourceError(f"{self.name}: {exc}") from exc
        if last is not None and self._frames is not None:  # not left before its end
            yield SourceEvent("ended", self.name, last)


def _grab(capture: cv2.VideoCapture) -> bool:
    with quiet_opencv():
        return capture.grab()


def _check_whole(path: Path, count: int, clock: _Clock, *, promised: float, rate: float) -> None:
    """Say when a video ended long before its own header says.

    OpenCV tells a damaged frame from the end of the file as little as it tells a file cut short. A few
    frames or a moment less are ordinary: edit lists, repeated frames, sound that is longer than the picture,
    a last frame that is shown as long as others were.
    """
    if promised <= 0 or rate <= 0:
        return  # a container that does not say
    if path.suffix.lower().lstrip(".") in _COUNTED:
        if promised - count > max(2, 0.05 * promised):
            raise SourceError(f"damaged: only {count} of the video's {promised:.0f} frames can be read; copy it again")
        return
    duration = promised / rate
    if duration - clock.now > max(0.5, 0.02 * duration, 2 * clock.longest):
        raise SourceError(f"damaged: the video ends after {clock.now:.1f} of its {duration:.1f} s; copy it again")


@contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
    with without_noise():
        capture = native_capture(str(path))
    try:
        if not capture.isOpened():
            raise SourceError(
                "cannot be opened as a video: damaged, truncated or of an unknown codec; copy it again or convert it"
            )
        yield capture
    finally:
        capture.release()
