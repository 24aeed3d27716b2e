"""Encoded picture -> upright 8-bit pixels, whatever the format and the depth."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import MissingExtra, SourceError, memory_errors, out_of_memory
from numbre_edge.geometry import WORKING_SIDE
from numbre_edge.quiet import quiet_opencv
from numbre_edge.sources.content import MAX_MEMORY, MAX_PIXELS, check_pixels
from numbre_edge.sources.depth import eight_bit, on_white
from numbre_edge.sources.formats import JPEG_SCAN, Header, jpeg_segments, picture_format, png_chunks, read_header
from numbre_edge.sources.noise import without_noise
from numbre_edge.sources.paging import Paging
from numbre_edge.sources.pdf import pdf_pages
from numbre_edge.sources.tiff import exif_orientation
from numbre_edge.types import Frame, Pixels, Reduced, readable

_MOST_SCANS = 100  # of a progressive JPEG: encoders write about ten; each takes as long as a whole picture
_UPRIGHT = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH  # any depth, EXIF rotation applied, transparency dropped
_HALF = cv2.IMREAD_REDUCED_GRAYSCALE_2
_LARGE = 2 * WORKING_SIDE  # longer side, pixels, from which on half of a JPEG's are enough to read it
# Ancillary chunks of a PNG that decoding looks at: transparency, orientation (EXIF, in a text too), an animation's.
_DECODED = frozenset({b"tRNS", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"fdAT"})


def decode(data: bytes, name: str, *, max_pixels: int = MAX_PIXELS) -> Pixels:
    """Decode a picture file's bytes; of several pages or frames the first.

    EXIF rotation is applied, transparency becomes white paper, 16-bit and
    float samples become 8-bit.

    Args:
        data: the whole file.
        name: what the user calls it; only its suffix is used, in messages.
        max_pixels: that its header may say.

    Returns:
        (H, W) grey or (H, W, 3) BGR, uint8.

    Raises:
        SourceError: not a picture, damaged, truncated, too large, or a format
            whose decoder is not installed. The message leaves the name out.
    """
    return decode_frame(data, name, max_pixels=max_pixels, whole=True).pixels


def decode_frame(data: bytes, name: str, *, max_pixels: int = MAX_PIXELS, whole: bool = False) -> Frame:
    """Decode a picture file's bytes as ``decode`` does, into a frame that notes what was left unread.

    Unless it is to be ``whole`` at once, a large JPEG is reduced to half its size and to grey while it is decoded, and
    decoded anew when somebody asks for its pixels.
    """
    kind = kind_of(data, name)
    if kind == "PDF":
        return _first_page(data, name, max_pixels)
    if kind == "HEIC":
        _heif()  # or what to install
    header = read_header(data, kind)
    if header is None:
        raise SourceError(f"damaged: this {kind} file states no size; copy it again or save it as PNG")
    half = kind == "JPEG" and not whole and _is_large(header)
    pixels, note = decoded(data, kind, header, max_pixels=max_pixels, half=half)
    notes = [_one_of("page" if kind == "TIFF" else "frame", header.pages)] if header.pages > 1 else []
    frame = Frame(pixels, name, note="; ".join([*notes, *note]))
    if not half:
        return frame
    on_its_side = (frame.width > frame.height) != (header.width > header.height)
    size = (header.height, header.width) if on_its_side else (header.width, header.height)
    return replace(frame, pixels=partial(decode, data, name, max_pixels=max_pixels), reduced=Reduced(pixels, *size))


def _is_large(header: Header) -> bool:
    """Return whether half its size is enough; not of a picture so nearly square that EXIF may have turned its half."""
    return max(header.width, header.height) >= _LARGE and abs(header.width - header.height) != 1


def decoded(
    data: bytes | bytearray, kind: str, header: Header, *, max_pixels: int, half: bool = False
) -> tuple[Pixels, list[str]]:
    """Decode what ``header`` was read of; with the pixels comes what whoever reads the result should know.

    ``half``: a JPEG, in grey at half its size.
    """
    check_pixels(header.width, header.height, memory=len(data) + header.memory, max_pixels=max_pixels)
    if (
        kind == "PNG" and isinstance(data, bytes) and 2 * len(data) + header.memory <= MAX_MEMORY
    ):  # it may copy the file
        data = _without_odd_chunks(data)
    with memory_errors(), without_noise() as noise:
        pixels = _decode_heic(data) if kind == "HEIC" else _decode_opencv(data, kind, _HALF if half else _UPRIGHT)
    if pixels is None or not pixels.size:
        raise SourceError(f"damaged: this {kind} file cannot be decoded; copy it again or save it as PNG")
    return pixels, [f"damaged in places ({noise[0]}); copy it again"] if noise else []


def _first_page(data: bytes, name: str, max_pixels: int) -> Frame:
    with closing(pdf_pages(data, name, paging=Paging(ranges=((1, 1),)), max_pixels=max_pixels)) as pages:
        page = readable(next(pages))
    return replace(page, pages=1, note=_one_of("page", page.pages) if page.pages > 1 else "")


def _one_of(what: str, count: int) -> str:
    return f"{what} 1 of {count} was read"


def kind_of(data: bytes, name: str) -> str:
    """Return the format of a file that is not cut short: decoders may fill the missing part with grey."""
    if not data:
        raise SourceError("empty: the file has 0 bytes")
    if not any(data[:4096]) and data.count(0) == len(data):
        raise SourceError(f"not a picture: all {len(data)} bytes are zero")
    kind = picture_format(data)
    if kind is None:
        suffix = Path(name).suffix
        raise SourceError(
            "not a picture: the content is no format known here" + (f", though named {suffix}" if suffix else "")
        )
    if (kind == "JPEG" and not _jpeg_is_complete(data)) or (kind == "PNG" and not _png_is_complete(data)):
        raise SourceError(f"truncated: this {kind} file ends before its end marker; copy it again")
    return kind


def _jpeg_is_complete(data: bytes) -> bool:
    """Return whether an end-of-image marker follows the compressed data, in which FF D9 is nothing else."""
    scan = next((at for marker, at in jpeg_segments(data) if marker == JPEG_SCAN), -1)
    end = data.find(b"\xff\xd9", scan) if scan >= 0 else -1
    if data.count(bytes((0xFF, JPEG_SCAN)), max(scan, 0), max(end, 0)) > _MOST_SCANS:
        raise SourceError(f"damaged: this JPEG file has more than {_MOST_SCANS} scans; save it as PNG")
    return end >= 0


def _png_is_complete(data: bytes) -> bool:
    """Return whether chunk follows upon chunk up to the last: decoders make room for one before they look further."""
    for kind, start, end in png_chunks(data):
        if kind == b"IEND":
            return True
        written = int.from_bytes(data[end : end + 4], "big")
        if kind in (b"IHDR", b"PLTE", b"IDAT") and crc32(memoryview(data)[start - 4 : end]) != written:
            raise SourceError("damaged: a checksum in this PNG file is wrong; copy it again")
    return False


def _without_odd_chunks(data: bytes) -> bytes:
    """Return a PNG without the chunks that change no sample: profiles, times, sizes on paper.

    Programs write some of them wrong, a profile of sRGB above all, and for each libpng writes a line to stderr that
    names no file and that OpenCV has no setting against.
    """
    runs, begin = [], 0
    for kind, start, end in png_chunks(data):
        if kind == b"IEND":
            break
        if kind[0] & 32 and kind not in _DECODED:  # a small letter: ancillary (PNG specification, 5.4)
            runs.append(memoryview(data)[begin : start - 8])
            begin = end + 4
    return b"".join([*runs, memoryview(data)[begin:]]) if runs else data


def _decode_opencv(data: bytes | bytearray, kind: str, jpeg: int) -> Pixels | None:
    buffer = np.frombuffer(data, np.uint8)
    try:
        with quiet_opencv():
            pixels = cv2.imdecode(buffer, jpeg) if kind == "JPEG" else _decode_transparent(buffer)
    except cv2.error as exc:
        if out_of_memory(exc):
            raise
        return None
    return None if pixels is None else eight_bit(pixels)


def _decode_transparent(buffer: Pixels) -> NDArray[Any] | None:
    """Decode a format that may be transparent. OpenCV either keeps transparency or applies EXIF rotation."""
    decoded: tuple[Any, ...] = cv2.imdecodeWithMetadata(buffer, flags=cv2.IMREAD_UNCHANGED)
    pixels, kinds, metadata = decoded
    del decoded  # the picture goes as soon as another takes its place
    if pixels is None:
        return None
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = on_white(eight_bit(pixels))
    exif = [bytes(block) for kind, block in zip(kinds, metadata, strict=False) if kind == cv2.IMAGE_METADATA_EXIF]
    return _turned(pixels, exif_orientation(exif[0])) if exif else pixels


def _turned(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Set a picture upright whose EXIF orientation is 1 to 8: from 5 on, rows were columns; then what is mirrored.

    The mirrored one takes the place of the other: there are never three.
    """
    if orientation >= 5:
        pixels = cv2.transpose(pixels)
    mirror = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return pixels if mirror is None else cv2.flip(pixels, mirror, dst=pixels)


def _heif() -> Any:
    try:
        import pillow_heif
    except ImportError as exc:
        raise SourceError(str(MissingExtra("reading HEIC pictures", "heic"))) from exc
    return pillow_heif


def _decode_heic(data: bytes | bytearray) -> Pixels | None:
    try:
        picture = _heif().open_heif(data, convert_hdr_to_8bit=True, bgr_mode=True)
        pixels: Pixels = np.array(picture, np.uint8)  # libheif has turned it upright
    except MemoryError:
        raise
    except Exception:  # of a damaged file pillow-heif raises what it happens to run into, IndexError too
        return None
    return on_white(pixels) if pixels.ndim == 3 and pixels.shape[2] == 4 else pixels
