"""Command-line arguments -> files -> frames."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.decode import decode
from numbre_edge.sources.video import VIDEOS, video_frames
from numbre_edge.types import Frame

# Suffixes, lower case.
PICTURES = frozenset(
    {"png", "jpg", "jpeg", "jpe", "bmp", "dib", "webp", "tif", "tiff", "gif", "jp2"}
    | {"pbm", "pgm", "ppm", "pnm", "avif", "heic", "heif"}
)
STDIN = "-"


def list_sources(arguments: Iterable[str], *, recursive: bool = False) -> list[Path]:
    """Return the picture and video files that ``arguments`` name, in their order.

    A folder stands for its pictures, sorted; a glob for the pictures and videos
    that it matches; ``-`` for the paths on stdin, one a line. A file that is
    missing is listed all the same: it becomes an error of its own later.

    Args:
        arguments: as typed.
        recursive: look into folders within folders too.

    Raises:
        UsageError: a folder or glob without pictures, or a file that is neither
            picture nor video by its suffix.
    """
    named = [path for argument in arguments for path in (_stdin_lines() if argument == STDIN else [argument])]
    if not named:
        raise UsageError("no picture to read: stdin named none; give one path a line")
    return [path for argument in named for path in _expand(argument, recursive)]


def is_video(path: Path) -> bool:
    """Return whether a file is a video by its suffix."""
    return _suffix(path) in VIDEOS


def frames(path: Path, *, every: int = 1) -> Iterator[Frame]:
    """Yield a picture's one frame, or every ``every``-th frame of a video.

    Raises:
        SourceError: the file cannot be read. The message leaves the path out.
    """
    if is_video(path):
        _check_readable(path)
        yield from video_frames(path, every=every)
    else:
        yield Frame(decode(read_bytes(path), path.name), str(path))


def read_bytes(path: Path) -> bytes:
    """Return a file's content.

    Raises:
        SourceError: missing, a folder, or not readable. The message leaves the path out.
    """
    try:
        return path.read_bytes()
    except OSError as exc:
        raise SourceError(_reason(exc)) from exc


def _stdin_lines() -> list[str]:
    return [line for line in (line.rstrip("\r\n") for line in sys.stdin) if line.strip()]


def _expand(argument: str, recursive: bool) -> list[Path]:
    path = Path(argument)
    if path.is_dir():
        return _folder(path, recursive)
    if not path.exists() and glob.has_magic(argument):
        return _glob(argument)
    if _suffix(path) in PICTURES | VIDEOS:
        return [path]
    if not path.exists():
        raise UsageError(f"{argument}: no such file or folder")
    raise UsageError(f"{argument}: not a picture or video by its name; pictures end in {', '.join(sorted(PICTURES))}")


def _folder(folder: Path, recursive: bool) -> list[Path]:
    def refuse(exc: OSError) -> None:
        raise UsageError(f"{exc.filename}: cannot list this folder: {_reason(exc)}") from exc

    found: list[Path] = []
    passed_over = False
    for parent, folders, names in os.walk(folder, onerror=refuse):
        found += [Path(parent, name) for name in names if _suffix(Path(name)) in PICTURES]
        if not recursive:
            passed_over = bool(folders)
            folders.clear()
    if not found:
        hint = "; --recursive looks into the folders within" if passed_over else ""
        raise UsageError(f"{folder}: no pictures in this folder{hint}")
    return sorted(found)


def _glob(pattern: str) -> list[Path]:
    found = (Path(name) for name in glob.iglob(pattern, recursive=True))
    pictures = sorted(path for path in found if _suffix(path) in PICTURES | VIDEOS and not path.is_dir())
    if not pictures:
        raise UsageError(f"{pattern}: matches no picture or video")
    return pictures


def _check_readable(path: Path) -> None:
    """Say why a video cannot be opened, which OpenCV does not."""
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise SourceError("empty: the file has 0 bytes")
    except OSError as exc:
        raise SourceError(_reason(exc)) from exc


def _reason(exc: OSError) -> str:
    if isinstance(exc, FileNotFoundError):
        return "no such file"
    if isinstance(exc, IsADirectoryError):
        return "is a folder, not a picture"
    if isinstance(exc, PermissionError):
        return "permission denied; check who may read it"
    return (exc.strerror or str(exc)).lower()


def _suffix(path: Path) -> str:
    return path.suffix.lower().lstrip(".")
