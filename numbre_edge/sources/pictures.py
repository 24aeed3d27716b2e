"""Whatever a program holds a picture in -> a frame."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.content import MAX_BYTES, MAX_PIXELS, check_size, read_bytes, reason
from numbre_edge.sources.decode import decode_frame
from numbre_edge.sources.depth import eight_bit, on_white
from numbre_edge.types import Frame, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

_UNNAMED = "picture"
_KINDS = (
    "a path, an encoded file's bytes, a file opened with mode 'rb', an array of pixels (grey, BGR or BGRA), "
    "a PIL image or a Frame"
)


class BinaryFile(Protocol):
    """A file opened with mode ``rb``, an ``io.BytesIO``, an answer of a server: read from where it stands."""

    def read(self, size: int, /) -> bytes: ...


class PillowImage(Protocol):
    """A ``PIL.Image.Image`` of any mode."""

    @property
    def mode(self) -> str: ...

    def getbands(self) -> tuple[str, ...]: ...


Picture = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryFile | NDArray[Any] | PillowImage | Frame
"""What ``Reader.read`` takes:

- the path of a picture file, or what it holds: bytes, or a file opened with mode ``rb``;
- pixels as an array, or what NumPy makes one of: (H, W) or (H, W, 1) grey, (H, W, 3) BGR, (H, W, 4) BGRA;
  uint8, bool, uint16, or floats from 0 (black) to 1 (white);
- a PIL image of any mode: its EXIF orientation is applied;
- a Frame, as it is.

Transparency is white paper.
"""


def as_frame(picture: Picture, *, max_pixels: int = MAX_PIXELS) -> Frame:
    """Return a picture as a frame of upright 8-bit pixels.

    Of a file of several pages or frames the first is taken, and a UserWarning
    says so.

    Raises:
        SourceError: it cannot be read, or is a file of more than ``max_pixels``; the message names it.
        UsageError: what is no picture at all, or pixels of another shape or kind.
    """
    if isinstance(picture, Frame):
        return picture
    if isinstance(picture, str | os.PathLike):
        return _named(str(Path(picture)), lambda: read_bytes(Path(picture)), max_pixels)
    if isinstance(picture, bytes | bytearray) or (isinstance(picture, memoryview) and picture.ndim == 1):
        return _named(_UNNAMED, lambda: bytes(picture), max_pixels)
    if _is_pillow(picture):
        return Frame(_pillow_pixels(picture))
    if (read := getattr(picture, "read", None)) is not None:
        name = getattr(picture, "name", None)
        return _named(name if isinstance(name, str) else _UNNAMED, lambda: _read_all(read), max_pixels)
    if isinstance(picture, memoryview) or hasattr(picture, "__array__") or hasattr(picture, "__array_interface__"):
        return Frame(_array_pixels(np.asarray(picture)))
    raise UsageError(f"a picture is {_KINDS}; not {'None' if picture is None else f'a {type(picture).__name__}'}")


def _named(name: str, read: Callable[[], bytes], max_pixels: int) -> Frame:
    try:
        frame = decode_frame(read(), name, max_pixels=max_pixels)
    except SourceError as exc:
        raise SourceError(f"{name}: {exc}") from exc
    if frame.note:
        warnings.warn(f"{name}: {frame.note}", stacklevel=4)  # at the line that calls Reader.read
    return frame


def _read_all(read: Callable[[int], object]) -> bytes:
    """Return what is left of a file, in bounds: some give less at a time than they are asked for."""
    chunks: list[bytes] = []
    size = 0
    try:
        while size <= MAX_BYTES and (chunk := read(MAX_BYTES + 1 - size)):
            if not isinstance(chunk, bytes):
                raise UsageError(f"the file gives {type(chunk).__name__}, not bytes; open it with mode 'rb'")
            chunks.append(chunk)
            size += len(chunk)
    except OSError as exc:
        raise SourceError(reason(exc)) from exc
    except ValueError as exc:  # a closed file
        raise SourceError(f"cannot be read: {exc}") from exc
    check_size(size)
    if not chunks:
        raise SourceError("empty: nothing is left to read; rewind it with seek(0)")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _array_pixels(pixels: NDArray[Any]) -> Pixels:
    grey = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 1)
    if not pixels.size or not (grey or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))):
        hint = ""
        if pixels.ndim == 3 and pixels.shape[0] in (1, 3, 4):
            hint = ": channels come last, as in numpy.moveaxis(pixels, 0, -1)"
        elif pixels.ndim == 4:
            hint = ": one picture at a time"
        raise UsageError(
            f"pixels must be (H, W) grey, (H, W, 3) BGR or (H, W, 4) BGRA, not {pixels.shape} {pixels.dtype}{hint}"
        )
    eight = _eight_bit_array(pixels)
    if grey:
        return np.ascontiguousarray(eight.reshape(pixels.shape[:2]))
    return np.ascontiguousarray(eight) if eight.shape[2] == 3 else on_white(eight)


def _eight_bit_array(pixels: NDArray[Any]) -> Pixels:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype.kind == "u" and pixels.dtype.itemsize == 2:  # of either byte order
        return eight_bit(pixels.astype(np.uint16, copy=False))
    if pixels.dtype.kind != "f":
        raise UsageError(
            f"pixels must be uint8, bool, uint16 or floats from 0 to 1, not {pixels.dtype}: "
            "pass pixels.astype(numpy.uint8) if they are 0 to 255"
        )
    low, high = float(pixels.min()), float(pixels.max())
    if not 0 <= low <= high <= 1:  # or one is not a number
        raise UsageError(
            f"float pixels must be from 0, black, to 1, white, not {low:g} to {high:g}: "
            "pass pixels.astype(numpy.uint8) if they are 0 to 255"
        )
    return np.asarray(np.rint(pixels * 255), np.uint8)


def _is_pillow(picture: object) -> TypeGuard[Image]:
    """Return whether it is a PIL image: where PIL was not imported, there are none."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(picture, pillow.Image)


def _pillow_pixels(image: Image) -> Pixels:
    from PIL import ImageOps
    from PIL.Image import DecompressionBombError

    if 0 in image.size:
        raise SourceError(f"the PIL image of mode {image.mode} has no pixels: it is {image.width}x{image.height}")
    try:
        image = ImageOps.exif_transpose(image)
        if image.mode == "F" or image.mode.startswith("I"):
            samples = np.asarray(image)
            return eight_bit(samples.astype(np.uint16) if image.mode.startswith("I;16") else samples)
        if image.mode in ("1", "L"):
            return np.array(image.convert("L"))
        if image.has_transparency_data:
            if image.mode == "La":
                image = image.convert("LA")
            return on_white(np.asarray(image.convert("RGBA"))[..., [2, 1, 0, 3]])
        return np.ascontiguousarray(np.asarray(image.convert("RGB"))[..., ::-1])
    except (OSError, SyntaxError, ValueError, DecompressionBombError) as exc:
        raise SourceError(f"the PIL image of mode {image.mode} cannot be read: {exc}") from exc
