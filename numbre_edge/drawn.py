"""The mark inside a picture that we drew ourselves: it is no picture to read numbers from."""

from __future__ import annotations

import zlib
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


_MARKS = [
    (command, start, at, mark)
    for command in DRAWN
    for text in [f"numbre-edge {command}".encode()]
    for (start, at), mark in [(_PNG, _text_chunk(b"Software", text)), (_JPEG, _comment(text))]
]
MARKED = max(at + len(mark) for _, _, at, mark in _MARKS)  # bytes from the start of a file that tell
SUFFIXES = frozenset({"png", "jpg", "jpeg", "jpe", "jfif"})  # of files that may bear a mark


def marked(encoded: bytes, command: Command) -> bytes:
    """Return a PNG or JPEG file, as OpenCV writes it, with the mark of a command in it; others as they are.

    Viewers show it as the program that made the picture, or as a comment.
    """
    for by, start, at, mark in _MARKS:
        if by == command and encoded.startswith(start):
            return encoded[:at] + mark + encoded[at:]
    return encoded


def drawn_by(head: bytes) -> Command | None:
    """Return which command drew a file that begins with ``head``, at least ``MARKED`` bytes, if one did."""
    for command, start, at, mark in _MARKS:
        if head.startswith(start) and head.startswith(mark, at):
            return command
    return None
