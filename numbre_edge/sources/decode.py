"""Encoded picture -> upright 8-bit pixels, whatever the format and the depth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import MissingExtra, SourceError
from numbre_edge.sources.formats import picture_format
from numbre_edge.sources.quiet import quiet_opencv
from numbre_edge.types import Pixels

_UPRIGHT = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH  # any depth, EXIF rotation applied, transparency dropped


def decode(data: bytes, name: str) -> Pixels:
    """Decode a picture file's bytes.

    EXIF rotation is applied, transparency becomes white paper, 16-bit and
    float samples become 8-bit.

    Args:
        data: the whole file.
        name: what the user calls it; only its suffix is used, in messages.

    Returns:
        (H, W) grey or (H, W, 3) BGR, uint8.

    Raises:
        SourceError: not a picture, damaged, truncated, too large, or a format
            whose decoder is not installed. The message leaves the name out.
    """
    kind = picture_format(data)
    _check_complete(data, kind)
    pixels = _decode_heic(data) if kind == "HEIC" else _decode_opencv(data)
    if pixels is None or not pixels.size:
        if kind is None:
            suffix = Path(name).suffix
            raise SourceError(
                "not a picture: the content is no format known here" + (f", though named {suffix}" if suffix else "")
            )
        raise SourceError(f"damaged: this {kind} file cannot be decoded; copy it again or save it as PNG")
    return pixels


def _check_complete(data: bytes, kind: str | None) -> None:
    """Refuse a file cut short: decoders may fill the missing part with grey and say nothing."""
    if not data:
        raise SourceError("empty: the file has 0 bytes")
    if not any(data[:4096]) and not any(data):
        raise SourceError(f"not a picture: all {len(data)} bytes are zero")
    if (kind == "JPEG" and not _jpeg_is_complete(data)) or (kind == "PNG" and b"IEND" not in data):
        raise SourceError(f"truncated: this {kind} file ends before its end marker; copy it again")


def _jpeg_is_complete(data: bytes) -> bool:
    """Return whether an end-of-image marker follows the compressed data (ITU-T T.81, annex B).

    Segments before the scan are stepped over: an EXIF thumbnail is a JPEG of
    its own, with its own end marker.
    """
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker == 0xDA:  # start of scan: from here on FF D9 is only the end marker
            return data.find(b"\xff\xd9", at) >= 0
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at + 2 <= len(data)  # out of step without running out of file: let the decoder judge


def _decode_opencv(data: bytes) -> Pixels | None:
    buffer = np.frombuffer(data, np.uint8)
    try:
        with quiet_opencv():
            pixels = cv2.imdecode(buffer, _UPRIGHT) if data.startswith(b"\xff\xd8") else _decode_transparent(buffer)
    except cv2.error as exc:
        if "CV_IO_MAX_IMAGE" in str(exc):
            raise SourceError(
                "too large: OpenCV decodes at most 1,048,576 pixels on a side and 2^30 in all; scale it down"
            ) from exc
        return None
    except MemoryError as exc:
        raise SourceError("too large: it does not fit in memory when decoded; scale it down") from exc
    return None if pixels is None else _eight_bit(pixels)


def _decode_transparent(buffer: Pixels) -> NDArray[Any] | None:
    """Decode a format that may be transparent. OpenCV either keeps transparency or applies EXIF rotation."""
    pixels: NDArray[Any] | None
    pixels, kinds, metadata = cv2.imdecodeWithMetadata(buffer, flags=cv2.IMREAD_UNCHANGED)
    rotated = cv2.IMAGE_METADATA_EXIF in kinds
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
        return cv2.imdecode(buffer, _UPRIGHT) if rotated else pixels
    composite = _on_white(_eight_bit(pixels))
    if not rotated:
        return composite
    _, encoded = cv2.imencodeWithMetadata(".png", composite, kinds, metadata)
    return cv2.imdecode(encoded, _UPRIGHT)


def _on_white(pixels: NDArray[np.uint8]) -> Pixels:
    """Return (H, W, 4) BGRA as (H, W, 3) BGR, on white paper."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def _decode_heic(data: bytes) -> Pixels | None:
    try:
        import pillow_heif
    except ImportError as exc:
        raise SourceError(str(MissingExtra("reading HEIC pictures", "heic"))) from exc
    try:
        picture = pillow_heif.open_heif(data, convert_hdr_to_8bit=True, bgr_mode=True)
        pixels: Pixels = np.array(picture, np.uint8)  # libheif has turned it upright
    except (ValueError, RuntimeError, EOFError, SyntaxError, OSError):
        return None
    return _on_white(pixels) if pixels.ndim == 3 and pixels.shape[2] == 4 else pixels


def _eight_bit(pixels: NDArray[Any]) -> Pixels:
    """Return samples of any depth as uint8."""
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return (pixels >> 8).astype(np.uint8)
    # Float and 32-bit samples have no agreed white: stretch what is there.
    values = np.nan_to_num(pixels.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.full(pixels.shape, 255, np.uint8)
    return np.asarray(np.rint((values - low) * (255 / (high - low))), np.uint8)
