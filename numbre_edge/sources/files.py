"""A file on disk or on stdin -> frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.content import MAX_PIXELS, read_bytes
from numbre_edge.sources.decode import decode_frame
from numbre_edge.types import Frame

# Suffixes, lower case.
PICTURES = frozenset(
    {"png", "jpg", "jpeg", "jpe", "jfif", "bmp", "dib", "webp", "tif", "tiff", "gif", "jp2"}
    | {"pbm", "pgm", "ppm", "pnm", "avif", "heic", "heif"}
)
VIDEOS = frozenset(
    {"mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "mjpg", "mjpeg", "ogv", "wmv", "3gp", "ts"}
)


@dataclass(frozen=True)
class Source:
    """One file to read, or one that was named and cannot be read.

    Attributes:
        name: its path as the user wrote it, or ``-`` for a picture on stdin: what results call it.
        error: why it cannot be read, in one line, where that is known already.
        content: the picture that came on stdin.
    """

    name: str
    error: str | None = None
    content: bytes | None = field(default=None, repr=False)

    @property
    def path(self) -> Path:
        return Path(self.name)

    @property
    def is_video(self) -> bool:
        """Whether it is a video, by its suffix."""
        return suffix(self.path) in VIDEOS


def frames(source: Source, *, every: int = 1, max_pixels: int = MAX_PIXELS) -> Iterator[Frame]:
    """Yield a picture's one frame, or every ``every``-th frame of a video.

    Raises:
        SourceError: the file cannot be read, or says that it has more than
            ``max_pixels``. The message leaves its name out.
    """
    if source.error is not None:
        raise SourceError(source.error)
    if source.is_video:
        from numbre_edge.sources.video import video_frames  # with cameras and streams: not for a picture

        yield from video_frames(source.path, every=every, max_pixels=max_pixels)
    else:
        data = read_bytes(source.path) if source.content is None else source.content
        yield decode_frame(data, source.name, max_pixels=max_pixels)


def frame_at(source: Source, index: int = 0, *, max_pixels: int = MAX_PIXELS) -> Frame:
    """Return one frame of a video by its number, from 0; of a picture there is only frame 0.

    Raises:
        SourceError: as ``frames`` does.
        UsageError: there is no such frame.
    """
    for frame in frames(source, every=max(index, 1), max_pixels=max_pixels):
        if frame.index == index:
            return frame
    why = "the video ends before it" if source.is_video else "a picture has frame 0"
    raise UsageError(f"{source.name}: there is no frame {index}; {why}")


def suffix(path: Path) -> str:
    """Return ``jpg`` of ``a/b.JPG``."""
    return path.suffix.lower().lstrip(".")
