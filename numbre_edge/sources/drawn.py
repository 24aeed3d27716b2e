"""The mark inside a picture that we drew ourselves: it is no picture to read numbers from."""

from __future__ import annotations

import zlib

_HEADER = 33  # bytes of a PNG before the first chunk that may differ: its signature and IHDR


def _text_chunk(keyword: bytes, text: bytes) -> bytes:
    """Return a tEXt chunk (PNG specification, 11.3.3.2)."""
    body = b"tEXt" + keyword + b"\0" + text
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


_MARK = _text_chunk(b"Software", b"numbre-edge explain")
MARKED = _HEADER + len(_MARK)  # bytes from the start of a file that tell


def marked(png: bytes) -> bytes:
    """Return the PNG file with the mark in it; viewers show it as the program that made the picture."""
    return png[:_HEADER] + _MARK + png[_HEADER:]


def is_marked(head: bytes) -> bool:
    """Return whether a file that begins with ``head``, at least ``MARKED`` bytes, bears the mark."""
    return head[_HEADER:MARKED] == _MARK
