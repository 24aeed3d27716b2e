"""Files that somebody handed over, read within bounds: never a pipe that hangs, never more than is looked at."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from numbre_edge.errors import ModelError

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # opening a pipe waits for its other end; Windows has no such option


def read_whole(path: Path, most: int) -> bytes:
    """Return a file's bytes.

    Args:
        path: of a file on disk.
        most: bytes that it may have.

    Raises:
        ModelError: missing, unreadable, larger, or no file but a folder, a pipe, a device.
    """
    try:
        if not path.is_dir():  # which Windows refuses to open
            with open(os.open(path, os.O_RDONLY | _NONBLOCK | getattr(os, "O_BINARY", 0)), "rb") as file:
                about = os.fstat(file.fileno())
                # What says that it is empty may yet be endless, as files in /proc are.
                content = file.read(most + 1) if stat.S_ISREG(about.st_mode) and about.st_size <= most else b""
        else:
            about = path.stat()
    except (OSError, ValueError) as exc:
        raise ModelError(f"{path}: cannot be read ({getattr(exc, 'strerror', None) or exc})") from exc
    if not stat.S_ISREG(about.st_mode):
        raise ModelError(f"{path}: is no file but a {_kind(about.st_mode)}")
    if max(about.st_size, len(content)) > most:
        raise ModelError(f"{path}: is larger than {most / 2**20:g} MB, too large for what it should be")
    return content


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "folder"), (stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"))
    return next((name for is_kind, name in kinds if is_kind(mode)), "device")
