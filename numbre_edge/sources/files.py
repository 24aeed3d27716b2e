"""A file on disk or on stdin -> frames."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from numbre_edge.errors import SourceError, UsageError, one_line
from numbre_edge.sources.archive import Entry
from numbre_edge.sources.content import MAX_PIXELS, read_bytes, reason
from numbre_edge.sources.pages import pages
from numbre_edge.sources.paging import DPI, EVERY_PAGE, Paging
from numbre_edge.sources.pdf import pdf_pages
from numbre_edge.types import Frame, Unreadable, readable

# Suffixes, lower case.
PICTURES = frozenset(
    {"png", "apng", "jpg", "jpeg", "jpe", "jfif", "jif", "jfi", "bmp", "dib", "webp", "tif", "tiff", "btf", "gif"}
    | {"jp2", "j2k", "j2c", "jpc", "pbm", "pgm", "ppm", "pnm", "avif", "avifs", "heic", "heif", "hif"}
)
PDF = "pdf"
ARCHIVE = "zip"
READ = PICTURES | {PDF}  # what a folder or an archive is looked through for
# Why a file is not read.
NOT_BY_NAME = "not a picture or video by its name"
APPLES = "what macOS keeps about a file, not the file"
VIDEOS = frozenset(
    {"mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "mjpg", "mjpeg", "ogv", "wmv", "3gp", "ts"}
)


@dataclass(frozen=True)
class Source:
    """One file to read, or one that was named and cannot be read.

    Attributes:
        name: its path as the user wrote it, or ``-`` for a picture on stdin: what results call it. In an archive, the
            archive's path and, after a slash, the entry's name.
        error: why it cannot be read, in one line, where that is known already.
        content: the picture that came on stdin.
        entry: where it lies in an archive.
    """

    name: str
    error: str | None = None
    content: bytes | None = field(default=None, repr=False)
    entry: Entry | None = field(default=None, repr=False)

    @property
    def path(self) -> Path:
        return Path(self.name)

    @property
    def file(self) -> Path:
        """The file on the disk that it is, or that is in."""
        return self.path if self.entry is None else Path(self.entry.archive)

    @property
    def is_video(self) -> bool:
        """Whether it is a video, by its suffix."""
        return suffix(self.path) in VIDEOS

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF, by its suffix: of as many pages as it likes."""
        return suffix(self.path) == PDF


@dataclass(frozen=True)
class PassedOver:
    """A file that is not read, and is no error.

    Attributes:
        name: its path as the user wrote it.
        why: what it is instead of a picture, or why it is not read.
    """

    name: str
    why: str

    @property
    def mistakable(self) -> bool:
        """Whether somebody may take it for a picture to read."""
        return self.why != NOT_BY_NAME


def frames(
    source: Source, *, every: int = 1, max_pixels: int = MAX_PIXELS, paging: Paging = EVERY_PAGE
) -> Iterator[Frame | Unreadable]:
    """Yield a picture, the pages of a TIFF or PDF, or every ``every``-th frame of a video.

    Raises:
        SourceError: the file cannot be read, or says that it has more than
            ``max_pixels``. The message leaves its name out.
    """
    if source.error is not None:
        raise SourceError(source.error)
    if source.is_video:
        from numbre_edge.sources.video import video_frames  # with cameras and streams: not for a picture

        yield from video_frames(source.path, every=every, max_pixels=max_pixels)
    elif source.entry is not None:
        yield from pages(source.entry.read(), source.name, paging=paging, max_pixels=max_pixels)
    elif source.content is not None:
        yield from pages(source.content, source.name, paging=paging, max_pixels=max_pixels)
    elif source.is_pdf and os.path.isfile(source.path):
        with _opened(source.path) as file:
            yield from pdf_pages(file, source.name, paging=paging, max_pixels=max_pixels)
    else:
        yield from pages(read_bytes(source.path), source.name, paging=paging, max_pixels=max_pixels)


def attempts(
    source: Source, *, every: int = 1, max_pixels: int = MAX_PIXELS, paging: Paging = EVERY_PAGE
) -> Iterator[Frame | Unreadable]:
    """Yield what ``frames`` does, and what it raises as one more that is unreadable."""
    index = 0
    try:
        for frame in frames(source, every=every, max_pixels=max_pixels, paging=paging):
            yield frame
            index = frame.index + (every if source.is_video else 1)
    except SourceError as exc:
        yield Unreadable(source.name, index, one_line(exc))


def frame_at(source: Source, index: int = 0, *, max_pixels: int = MAX_PIXELS, dpi: int = DPI) -> Frame:
    """Return one frame of a video or an animation, or one page of a TIFF or PDF, by its number from 0.

    Raises:
        SourceError: as ``frames`` does.
        UsageError: there is no such frame.
    """
    paging = Paging(ranges=((index + 1, index + 1),), dpi=dpi, all_frames=index > 0)
    for frame in frames(source, every=max(index, 1), max_pixels=max_pixels, paging=paging):
        if frame.index == index:
            return readable(frame)
    why = "the video ends before it" if source.is_video else "a picture has frame 0"
    raise UsageError(f"{source.name}: there is no frame {index}; {why}")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as exc:
        raise SourceError(reason(exc)) from exc
    with file:
        yield file


def suffix(path: Path) -> str:
    """Return ``jpg`` of ``a/b.JPG``."""
    return path.suffix.lower().lstrip(".")
