"""What a picture file says of itself: its format, its size, how many pages. Nothing is decoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from numbre_edge.sources.isobmff import av1_sizes, boxes, frame_count, stated_sizes
from numbre_edge.sources.tiff import Tiff

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
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)  # bytes
_BETWEEN = rb"(?:\s|#[^\r\n]*[\r\n])"
_PNM = re.compile(rb"P([1-6])%b+(\d{1,9})%b+(\d{1,9})(?:%b+(\d{1,9}))?\s" % (_BETWEEN, _BETWEEN, _BETWEEN))
_MOST_SEGMENTS = 65_536  # of a JPEG before its size: profiles and previews are a few hundred
_MOST_FRAMES = 100_000
_MOST_CHUNKS = 2**20  # of a PNG: encoders write some 10 kB each
JPEG_SCAN = 0xDA  # the marker SOS
_PDF_WITHIN = 1024  # bytes of a file: what mail and printers wrote before it is passed over by readers of PDF
HEAD = 4096  # bytes of a file that tell its format


@dataclass(frozen=True)
class Header:
    """What a picture file says before anything is decoded.

    Attributes:
        width, height: in pixels, before any EXIF rotation.
        pages: of a TIFF, without its previews; of an animation its frames.
        pixel: bytes a pixel of the decoded picture.
        working: bytes that its decoder needs while it decodes, beside file and picture: measured, or of its tables.
    """

    width: int
    height: int
    pages: int = 1
    pixel: int = 3
    working: int = 0

    @property
    def memory(self) -> int:
        """Bytes that decoding takes beside the file: OpenCV's Python face copies the picture once."""
        picture = self.width * self.height * self.pixel
        return picture + max(picture, self.working)


def picture_format(data: bytes) -> str | None:
    """Return the format that the first ``HEAD`` bytes of a file announce ("JPEG", "HEIC", ...), or None."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and _little(data, 14, 4) in _BMP_HEADERS:
        return "BMP"
    if _PNM.match(data[:HEAD]):
        return "PNM"
    if data[4:8] == b"ftyp":
        brands = data[8 : min(_big(data, 0, 4), 256)]
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        if any(brand in brands for brand in _HEIC_BRANDS):
            return "HEIC"
    return "PDF" if b"%PDF-" in data[:_PDF_WITHIN] else None


def read_header(data: bytes, kind: str) -> Header | None:
    """Return what a file of that format, but PDF, says of itself; None where it says no size that anything could be."""
    header = _READERS[kind](data)
    return header if header and header.width > 0 and header.height > 0 else None


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the marker and start of each segment up to the first scan (ITU-T T.81, annex B).

    Segments are stepped over: an EXIF thumbnail is a JPEG of its own.
    """
    at = 2
    for _ in range(_MOST_SEGMENTS):
        at = data.find(b"\xff", at)  # decoders pass over what is between segments
        if not 0 <= at < len(data) - 1:
            return
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in (0x00, 0x01, 0xD8) or 0xD0 <= marker <= 0xD7:  # not the start of a segment
            at += 2
        else:
            yield marker, at
            if marker == JPEG_SCAN:
                return
            at += 2 + _big(data, at + 2, 2)


def _jpeg(data: bytes) -> Header | None:
    frame, progressive = b"", False
    for marker, at in jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header, SOF
            frame, progressive = data[at : at + 32], marker % 4 == 2
        elif marker == JPEG_SCAN and frame:
            in_parts = progressive or _big(data, at + 4, 1) < _big(frame, 9, 1)  # not all components in one scan
            return _jpeg_frame(frame, in_parts=in_parts)
    return None


def _jpeg_frame(segment: bytes, *, in_parts: bool) -> Header:
    height, width, components = _big(segment, 5, 2), _big(segment, 7, 2), _big(segment, 9, 1)
    pixel = 1 if components == 1 else 3
    if not in_parts:
        return Header(width, height, pixel=pixel)
    factors = [(factor >> 4, factor & 15) for factor in segment[11 : 10 + 3 * components : 3]]
    across, down = max((f[0] for f in factors), default=1) or 1, max((f[1] for f in factors), default=1) or 1
    share = sum(f[0] * f[1] for f in factors) / (across * down)
    return Header(width, height, pixel=pixel, working=int(2 * width * height * share))  # all its coefficients, 16 bits


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each chunk that lies within the file, and where its content starts and ends (5.3)."""
    at = 8
    for _ in range(_MOST_CHUNKS):
        end = at + 8 + _big(data, at, 4)
        if end + 4 > len(data):
            return
        yield data[at + 4 : at + 8], at + 8, end
        at = end + 4


def _png(data: bytes) -> Header:
    """PNG specification, 11.2.2; tRNS, and acTL of an animation, stand before the first IDAT."""
    width, height, depth, colour = _big(data, 16, 4), _big(data, 20, 4), _big(data, 24, 1), _big(data, 25, 1)
    pixels = max(data.find(b"IDAT"), 0)
    channels = {0: 1, 2: 3}.get(colour, 4) if data.find(b"tRNS", 0, pixels) < 0 else 4
    animation = data.find(b"acTL", 0, pixels)
    pages = _big(data, animation + 4, 4) if animation > 0 else 1
    working = 12 * width * height if animation > 0 else 0  # canvases
    return Header(width, height, max(pages, 1), channels * (2 if depth == 16 else 1), working)


def _gif(data: bytes) -> Header:
    """GIF89a specification, 18 to 23."""
    width, height = _little(data, 6, 2), _little(data, 8, 2)
    flags = _little(data, 10, 1)
    at = 13 + (3 << (flags & 7) + 1 if flags & 128 else 0)
    pages = 0
    while pages < _MOST_FRAMES:
        kind = data[at : at + 1]
        if kind == b",":  # an image: its descriptor, its colours, the size of its codes
            pages += 1
            flags = _little(data, at + 9, 1)
            at += 11 + (3 << (flags & 7) + 1 if flags & 128 else 0)
        elif kind == b"!":
            at += 2
        else:
            break
        while size := _little(data, at, 1):
            at += 1 + size
        at += 1
    return Header(width, height, max(pages, 1), working=10 * width * height)


def _bmp(data: bytes) -> Header:
    if _little(data, 14, 4) in (12, 16):
        return Header(_little(data, 18, 2), _little(data, 20, 2))
    width, height = _little(data, 18, 4, signed=True), abs(_little(data, 22, 4, signed=True))
    return Header(width, height, pixel=4 if _little(data, 28, 2) == 32 else 3)


def _pnm(data: bytes) -> Header | None:
    match = _PNM.match(data[:HEAD])
    if match is None:
        return None
    kind, width, height, most = (int(group or 0) for group in match.groups())
    deep = 2 if most > 255 and kind not in (1, 4) else 1
    return Header(width, height, pixel=(3 if kind in (3, 6) else 1) * deep)


def _webp(data: bytes) -> Header | None:
    """RFC 9649: the first chunk says the size, ANMF chunks are the frames of an animation."""
    kind, pages = data[12:16], 1
    if kind == b"VP8X":
        width, height = 1 + _little(data, 24, 3), 1 + _little(data, 27, 3)
        pages = sum(name == b"ANMF" for name, _, _ in _chunks(data))
    elif kind == b"VP8L":
        bits = _little(data, 21, 4)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    transparent = kind != b"VP8 "
    working = (8 if pages > 1 else 4) * width * height
    return Header(width, height, max(pages, 1), 4 if transparent else 3, working)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, start and end of each chunk of a RIFF file."""
    at = 12
    for _ in range(_MOST_FRAMES):
        if at + 8 > len(data):
            return
        size = _little(data, at + 4, 4)
        yield data[at : at + 4], at + 8, at + 8 + size
        at += 8 + size + size % 2


def _jpeg2000(data: bytes) -> Header | None:
    """ISO/IEC 15444-1, annexes A.5.1 and I: the marker SIZ of the codestream."""
    if data.startswith(b"\xff\x4f"):
        at = 0
    else:
        at = next((start for kind, start, _ in boxes(data) if kind == b"jp2c"), -1)
    if at < 0 or data[at : at + 4] != b"\xff\x4f\xff\x51":
        return None
    width, height = (_big(data, at + 8 + i, 4) - _big(data, at + 16 + i, 4) for i in (0, 4))
    components = _big(data, at + 40, 2)
    depth = 2 if _big(data, at + 42, 1) & 127 > 7 else 1
    pixel = depth * (1 if components == 1 else 3 if components == 3 else 4)
    return Header(width, height, pixel=pixel, working=(5 * components + 1) * width * height)


def _avif(data: bytes) -> Header | None:
    within = av1_sizes(data)
    return _isobmff(data, within, working=18) if within else None


def _heic(data: bytes) -> Header:
    return _isobmff(data, [], working=8)  # its decoder refuses what is larger than stated


def _isobmff(data: bytes, sizes: list[tuple[int, int]], *, working: int) -> Header:
    width, height = max([*sizes, *stated_sizes(data), (0, 0)], key=lambda size: size[0] * size[1])
    return Header(width, height, max(frame_count(data), 1), 4, working * width * height)


def _tiff(data: bytes) -> Header:
    tiff = Tiff(data)
    return replace(tiff_page(tiff), pages=max(len(tiff.pages()), 1))


def tiff_page(tiff: Tiff) -> Header:
    """Return what the first directory of a TIFF says."""
    first = tiff.first()
    width, height, samples = first.get(256, 0), first.get(257, 0), first.get(277, 1)
    channels = 1 if samples == 1 and first.get(262) in (0, 1) else 3 if samples == 3 else 4
    sample = max(1, first.get(258, 1) // 8)  # bytes
    pixel = channels * sample
    strip = width * min(first.get(278, height), height)
    tile = first.get(322, 0) * first.get(323, 0)
    working = max(2 * pixel, 4) * max(strip, tile)
    return Header(width, height, pixel=pixel, working=working)


_READERS: dict[str, Callable[[bytes], Header | None]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "GIF": _gif,
    "BMP": _bmp,
    "PNM": _pnm,
    "TIFF": _tiff,
    "WebP": _webp,
    "JPEG 2000": _jpeg2000,
    "AVIF": _avif,
    "HEIC": _heic,
}


def _big(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _little(data: bytes, at: int, size: int, *, signed: bool = False) -> int:
    return int.from_bytes(data[at : at + size], "little", signed=signed)
