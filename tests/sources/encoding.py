"""Pictures encoded, by OpenCV and by hand."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

WHITE, INK = (235, 235, 235), (160, 40, 30)  # BGR


def encoded(suffix: str, pixels: NDArray[np.generic], *parameters: int) -> bytes:
    ok, data = cv2.imencode(suffix, pixels, parameters)
    assert ok
    return data.tobytes()


def png(width: int, height: int, *, colour: int, rows: bytes, extra: tuple[bytes, ...] = ()) -> bytes:
    """Write a PNG by hand: 8 bits, or 1 for a palette of two."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), *(chunk(e[:4], e[4:]) for e in extra), chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def heic(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    heif = pytest.importorskip("pillow_heif")
    heif.from_bytes("BGR", pixels.shape[1::-1], pixels.tobytes()).save(file, format="HEIF", quality=95)
    return file.getvalue()
