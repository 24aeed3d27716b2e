"""The mark inside a picture that we drew ourselves: it is no picture to read numbers from."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Literal

Command = Literal["explain", "predict"]
DRAWN: dict[Command, str] = {"explain": "a sheet drawn by explain", "predict": "annotated by predict"}

# Where a mark stands: after what a format wants first, at the length that OpenCV writes it.
_PNG = (b"\x89PNG\r\n\x1a\n", 33)  # its signature and IHDR
_JPEG = (b"\xff\xd8\xff\xe0\0\x10JFIF\0", 20)  # the markers SOI and APP0 (JFIF 1.02)


def _text_chunk(keyword: bytes, text: bytes) -> bytes:
    """Return a tEXt chunk (PNG specification, 11.3.3.2)."""
    body = b"tEXt" + keyword + b"\0" + text
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _comment(text: bytes) -> bytes:
    """Return a COM segment (ITU-T T.81, B.2.4.5)."""
    return b"\xff\xfe" + (2 + len(text)).to_bytes(2, "big") + text


def _free_box(text: bytes) -> bytes:
    """Return a free space box (ISO/IEC 14496-12, 8.1.2), which readers of AVIF skip."""
    return (8 + len(text)).to_bytes(4, "big") + b"free" + text


_TEXTS = {command: f"numbre-edge {command}".encode() for command in DRAWN}
_MARKS = [
    (command, start, at, mark)
    for command, text in _TEXTS.items()
    for (start, at), mark in [(_PNG, _text_chunk(b"Software", text)), (_JPEG, _comment(text))]
]
_TAILS = {command: _free_box(text) for command, text in _TEXTS.items()}  # of other formats: nobody looks behind them
_HEAD = max(at + len(mark) for _, _, at, mark in _MARKS)  # bytes
_TAIL = max(map(len, _TAILS.values()))  # bytes
# Of files that may bear a mark: formats that take any picture and keep the colours of what is drawn. Not so a PBM with
# its two, a PGM, a GIF with 256, and JPEG 2000, which OpenCV does not write below 32 x 32.
SUFFIXES = frozenset({"png", "jpg", "jpeg", "jpe", "jfif", "bmp", "dib", "webp", "tif", "tiff", "avif", "ppm", "pnm"})


def marked(encoded: bytes, command: Command) -> bytes:
    """Return a picture file, as OpenCV writes it, with the mark of a command in it.

    Of PNG and JPEG, viewers show it as the program that made the picture, or as a comment; of others it is the end.
    """
    for by, start, at, mark in _MARKS:
        if by == command and encoded.startswith(start):
            return encoded[:at] + mark + encoded[at:]
    return encoded + _TAILS[command]


def drawn_by(content: bytes) -> Command | None:
    """Return which command drew a picture file, if one did."""
    for command, start, at, mark in _MARKS:
        if content.startswith(start) and content.startswith(mark, at):
            return command
    return next((command for command, tail in _TAILS.items() if content.endswith(tail)), None)


def drawn_in(path: Path) -> Command | None:
    """Return which command drew a regular file, if one did.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        return drawn_by(head + file.read())


def is_anothers(path: Path, command: Command) -> bool:
    """Return whether there is something under this name that the command did not draw."""
    try:
        return os.path.lexists(path) and not (path.is_file() and drawn_in(path) == command)
    except OSError:
        return True
