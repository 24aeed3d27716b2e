"""What the first bytes of a picture file say: its format, its size, how many pages. Nothing is decoded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),  # with offsets of 64 bits
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_PNM = re.compile(rb"P([1-6])(?:\s|#[^\r\n]*)+(\d{1,9})(?:\s|#[^\r\n]*)+(\d{1,9})(?:\s|#[^\r\n]*)+(\d{0,9})")
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)  # bytes
HEAD = 4096  # bytes of a file that tell its format


@dataclass(frozen=True)
class Header:
    """What a picture file announces.

    Attributes:
        width, height: in pixels, before any EXIF rotation.
        channels: of the decoded picture, transparency included.
        depth: bytes a sample once decoded.
        pages: pictures in the file: of a TIFF its pages, of an animation its frames.
        buffers: bytes that decoding needs beside the decoded picture, as far as the format tells.
    """

    width: int
    height: int
    channels: int = 3
    depth: int = 1
    pages: int = 1
    buffers: int = 0


def picture_format(data: bytes) -> str | None:
    """Return the format that the first ``HEAD`` bytes of a file announce ("JPEG", "HEIC", ...), or None."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and _number(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if _PNM.match(data[:HEAD]):
        return "PNM"
    if data[4:8] == b"ftyp":
        brands = data[8 : min(_number(data[:4]), 256)]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        if any(brand in brands for brand in _HEIC_BRANDS):
            return "HEIC"
    return None


def _number(data: bytes, order: Literal["big", "little"] = "big") -> int:
    return int.from_bytes(data, order)
