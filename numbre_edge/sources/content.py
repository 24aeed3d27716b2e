"""A file's content, in bounds and without waiting for ever, or why it cannot be had."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from numbre_edge.errors import SourceError, TooLarge

MAX_PIXELS = 200_000_000  # of a picture: as many as the largest sensors of phones have
# Bytes that decoding may take, the file included. Reading itself takes about 80 MB more: below 1 GB in all.
MAX_MEMORY = 900 * 2**20
MAX_BYTES = 400 * 2**20  # of a picture file: 100 megapixels of raw colour are 300 million
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # Windows has none, and no pipes among its files


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, or of a pipe that somebody writes to.

    Raises:
        SourceError: missing, a folder or device, in /proc, not readable, or larger than
            ``MAX_BYTES``. The message leaves the path out.
    """
    try:
        about = path.stat()
        kind = about.st_mode
        if not (is_stored(about) or stat.S_ISFIFO(kind) or stat.S_ISDIR(kind)):
            what = "made up by the system" if stat.S_ISREG(kind) else "a device or socket"
            raise SourceError(f"is {what}, not a picture")
        with open(path, "rb", opener=_open_at_once) as file:
            return _read_pipe(file) if stat.S_ISFIFO(kind) else _read_file(file)
    except OSError as exc:
        raise SourceError(reason(exc)) from exc
    except ValueError as exc:  # a NUL in the path
        raise SourceError("no such file") from exc


def is_stored(about: os.stat_result) -> bool:
    """Return whether it is a regular file, and not of /proc, where some have no end and some wait for ever."""
    made_up = about.st_size == 0 and os.path.ismount("/proc") and about.st_dev == os.stat("/proc").st_dev
    return stat.S_ISREG(about.st_mode) and not made_up


def reason(exc: OSError) -> str:
    """Return why a file cannot be read."""
    if isinstance(exc, FileNotFoundError):
        return "no such file"
    if isinstance(exc, IsADirectoryError):
        return "is a folder, not a picture"
    if isinstance(exc, PermissionError):
        return "permission denied; check who may read it"
    return (exc.strerror or str(exc)).lower()


def check_video(path: Path) -> None:
    """Say why a video cannot be opened, which OpenCV does not.

    Raises:
        SourceError: missing, no regular file, empty or not readable. The message leaves the path out.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError("is no regular file; a video is read from one")
        with path.open("rb") as file:
            if not file.read(1):
                raise SourceError("empty: the file has 0 bytes")
    except OSError as exc:
        raise SourceError(reason(exc)) from exc
    except ValueError as exc:  # a NUL in the path
        raise SourceError("no such file") from exc


def check_size(size: int) -> None:
    """Raise SourceError where a picture file of ``size`` bytes is too large."""
    if size > MAX_BYTES:
        raise SourceError(f"too large: a picture file may have {MAX_BYTES // 2**20} MB; scale it down")


def most_memory(max_pixels: int) -> int:
    """Return how many bytes decoding a picture may take: more where ``max_pixels`` is more than usual."""
    return MAX_MEMORY * max(max_pixels, MAX_PIXELS) // MAX_PIXELS


def check_pixels(width: int, height: int, *, memory: int, max_pixels: int) -> None:
    """Refuse a picture by what its header says: more than ``max_pixels``, or more ``memory`` to decode it than may be.

    Its bytes are ``most_memory`` at most.

    Raises:
        TooLarge: it is, or there is less memory than that.
    """
    import numpy as np  # not for the commands' help, which names MAX_PIXELS

    size = f"{width}x{height} pixels"
    remedy = "scale it down, cut it up or allow more pixels"
    if width * height > max_pixels:
        raise TooLarge(f"too large: its {size} are more than {max_pixels / 1e6:,.6g} million; {remedy}")
    most = most_memory(max_pixels)
    if memory > most:
        raise TooLarge(
            f"too large: decoding its {size} takes {memory // 2**20} MB, of at most {most // 2**20}; {remedy}"
        )
    try:
        np.empty(memory, np.uint8)  # promised by the system, and never touched
    except MemoryError as exc:
        raise TooLarge(
            f"out of memory: decoding its {size} takes {memory // 2**20} MB; close other programs or scale it down"
        ) from exc


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting: else a pipe waits for somebody to write to it, maybe for ever."""
    return os.open(path, flags | _NONBLOCK)


def _read_file(file: io.BufferedReader) -> bytes:
    size = os.fstat(file.fileno()).st_size
    check_size(size)
    data = file.read((size or MAX_BYTES) + 1)  # what says that it is empty may yet be endless, as a file of /sys
    check_size(len(data))
    return data


def _read_pipe(file: io.BufferedReader) -> bytes:
    first = file.raw.read(1)  # None where its writer has yet to write
    if first == b"":
        raise SourceError("empty: a pipe that nobody writes to")
    os.set_blocking(file.fileno(), True)
    data = (first or b"") + file.read(MAX_BYTES)
    check_size(len(data))
    return data
