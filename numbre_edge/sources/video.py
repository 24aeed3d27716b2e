"""Video file -> frames, each N-th of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.errors import SourceError
from numbre_edge.types import Frame

VIDEOS = frozenset(
    {"mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "mjpg", "mjpeg", "ogv", "wmv", "3gp", "ts"}
)
_FFMPEG_QUIET = "-8"  # AV_LOG_QUIET


def video_frames(path: Path, *, every: int = 1) -> Iterator[Frame]:
    """Yield frames 0, ``every``, 2 * ``every``, ... of a video; timestamps in seconds.

    Raises:
        SourceError: not a video, or one without a single frame.
    """
    with _opened(path) as capture:
        rate = capture.get(cv2.CAP_PROP_FPS)
        index = 0
        while capture.grab():
            if index % every == 0:
                ok, pixels = capture.retrieve()
                if not ok:
                    raise SourceError(f"damaged: frame {index} of the video cannot be decoded; copy the file again")
                timestamp = index / rate if rate > 0 else 0.0
                yield Frame(np.asarray(pixels, np.uint8), str(path), index, timestamp)
            index += 1
        if index == 0:
            raise SourceError("damaged: the video opens but has no frame that can be decoded; copy the file again")


@contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", _FFMPEG_QUIET)
    logging = cv2.utils.logging
    level = logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        capture = cv2.VideoCapture(str(path))
    finally:
        logging.setLogLevel(level)
    try:
        if not capture.isOpened():
            raise SourceError(
                "cannot be opened as a video: damaged, truncated or of an unknown codec; copy it again or convert it"
            )
        yield capture
    finally:
        capture.release()
