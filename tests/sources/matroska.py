"""A Matroska video written by hand (RFC 9559), each frame a JPEG shown at a time of its own: OpenCV writes none."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def matroska(pictures: Sequence[NDArray[np.uint8]], times: Sequence[float], *, duration: float) -> bytes:
    """Return the file of ``pictures``, all of one size, shown at ``times``; both those and ``duration`` in seconds."""
    height, width = pictures[0].shape[:2]
    header = _element("1A45DFA3", _element("4282", b"matroska"), _number("4287", 4), _number("4285", 2))
    info = _element(
        "1549A966",
        _number("2AD7B1", 1_000_000),  # nanoseconds a tick
        *(_element(kind, b"numbre-edge") for kind in ("4D80", "5741")),
        _element("4489", struct.pack(">d", duration * 1000)),
    )
    size = _element("E0", _number("B0", width), _number("BA", height))
    track = _element("AE", *(_number(kind, 1) for kind in ("D7", "73C5", "83")), _element("86", b"V_MJPEG"), size)
    clusters = [
        _element("1F43B675", _number("E7", round(time * 1000)), _element("A3", b"\x81\0\0\x80" + _jpeg(picture)))
        for picture, time in zip(pictures, times, strict=True)
    ]
    return header + _element("18538067", info, _element("1654AE6B", track), *clusters)


def _element(kind: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes.fromhex(kind) + (len(body) | 1 << 56).to_bytes(8, "big") + body


def _number(kind: str, value: int) -> bytes:
    return _element(kind, value.to_bytes(8, "big"))


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", picture)[1].tobytes()
