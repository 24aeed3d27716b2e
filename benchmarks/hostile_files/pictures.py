"""Pictures and videos: damaged ones of every format, and those made to take all memory or all time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from hostile_files.damage import Rng, copies

File = tuple[str, bytes]  # its name, and what is in it

_COPIES = 56  # of each good picture
_MEGABYTES_AT_ONCE = 1 << 20


def page() -> np.ndarray:
    """Return a small page with a number: (96, 160, 3) uint8."""
    paper = np.full((96, 160, 3), 225, np.uint8)
    cv2.putText(paper, "407", (20, 66), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (70, 50, 40), 4, cv2.LINE_AA)
    return paper


def good_pictures() -> Iterator[File]:
    """Yield a small page in every format that OpenCV writes, and in several of its kinds."""
    colour = page()
    grey = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    alpha = np.dstack([colour, 255 - grey])
    deep, real = grey.astype(np.uint16) * 257, (grey / 255).astype(np.float32)
    kinds = [
        *(("rgb.png", colour, ()), ("alpha.png", alpha, ()), ("deep.png", deep, ())),
        ("bits.png", np.where(grey > 127, 255, 0).astype(np.uint8), (cv2.IMWRITE_PNG_BILEVEL, 1)),
        *(("rgb.jpg", colour, ()), ("grey.jpg", grey, ())),
        ("scans.jpg", colour, (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
        ("marks.jpg", colour, (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)),
        *(("rgb.webp", colour, ()), ("alpha.webp", alpha, (cv2.IMWRITE_WEBP_QUALITY, 101))),
        *(("rgb.bmp", colour, ()), ("alpha.bmp", alpha, ()), ("grey.bmp", grey, ())),
        ("lzw.tif", colour, (cv2.IMWRITE_TIFF_COMPRESSION, 5)),
        ("plain.tif", grey, (cv2.IMWRITE_TIFF_COMPRESSION, 1)),
        ("deflate.tif", deep, (cv2.IMWRITE_TIFF_COMPRESSION, 8)),
        ("float.tif", real, (cv2.IMWRITE_TIFF_COMPRESSION, 1)),
        *(("rgb.jp2", colour, ()), ("grey.jp2", grey, ()), ("rgb.gif", colour, ()), ("rgb.avif", colour, ())),
        *(("rgb.ppm", colour, ()), ("grey.pgm", grey, ()), ("bits.pbm", grey, ())),
    ]
    for name, pixels, options in kinds:
        try:
            written, encoded = cv2.imencode(Path(name).suffix, pixels, options)
        except cv2.error:  # a format that this OpenCV was built without
            continue
        if written:
            yield name, encoded.tobytes()


def good_videos() -> Iterator[File]:
    """Yield videos of six small pages."""
    with TemporaryDirectory() as folder:
        for name, code in (("mjpg.avi", "MJPG"), ("mp4v.mp4", "mp4v"), ("ffv1.avi", "FFV1")):
            path = Path(folder, name)
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 10, (160, 96))
            for _ in range(6):
                writer.write(page())
            writer.release()
            if path.exists() and path.stat().st_size:
                yield name, path.read_bytes()


def pictures(rng: Rng) -> Iterator[File]:
    """Yield all hostile pictures."""
    for name, content in good_pictures():
        stem, _, suffix = name.rpartition(".")
        yield f"{stem}-good.{suffix}", content
        for number, copy in enumerate(copies(content, _COPIES, rng)):
            yield f"{stem}-{number:03d}.{suffix}", copy
    for number in range(24):
        yield f"junk-{number:03d}.png", rng.bytes(int(rng.integers(0, 5000)))
    yield from _pngs()
    yield from _headers()


def videos(rng: Rng) -> Iterator[File]:
    """Yield all hostile videos."""
    for name, content in good_videos():
        stem, _, suffix = name.rpartition(".")
        for number, copy in enumerate(copies(content, 20, rng)):
            yield f"{stem}-{number:03d}.{suffix}", copy


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, depth: int, colour: int, *extra: bytes, size: int | None = None) -> bytes:
    """Return a PNG of nothing; what is packed has ``size`` bytes, by default as many as the header says."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    left = size if size is not None else height * (1 + (width * depth * channels + 7) // 8)
    packing, packed = zlib.compressobj(1), bytearray()
    while left > 0:
        packed += packing.compress(bytes(min(left, _MEGABYTES_AT_ONCE)))
        left -= _MEGABYTES_AT_ONCE
    packed += packing.flush()
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    palette = _chunk(b"PLTE", bytes(6)) if colour == 3 else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + palette
        + b"".join(extra)
        + _chunk(b"IDAT", bytes(packed))
        + _chunk(b"IEND", b"")
    )


def _pngs() -> Iterator[File]:
    sizes = (0, 1, 65535, 2**20, 2**31 - 1, 2**32 - 1)
    for number, (width, height) in enumerate(product(sizes, sizes)):
        yield f"size-{number:02d}.png", _png(width, height, 8, 2, size=1000)
    for name, (side, depth, colour) in {
        "bomb-alpha-100mp.png": (10_000, 8, 6),
        "bomb-rgb-100mp.png": (10_000, 8, 2),
        "bomb-deep-64mp.png": (8_000, 16, 6),
        "bomb-bits-400mp.png": (20_000, 1, 0),
        "bomb-palette-100mp.png": (10_000, 8, 3),
    }.items():
        yield name, _png(side, side, depth, colour)
    nothing = zlib.compress(bytes(50 << 20), 9)
    yield "text-bomb.png", _png(32, 32, 8, 0, *[_chunk(b"zTXt", b"a\0\0" + nothing)] * 20)
    yield "profile-bomb.png", _png(32, 32, 8, 2, _chunk(b"iCCP", b"a\0\0" + nothing))
    yield "many-chunks.png", _png(32, 32, 8, 0, _chunk(b"tEXt", b"a\0b") * 100_000)
    yield "too-much.png", _png(32, 32, 8, 0, size=200 << 20)
    yield "exif.png", _png(32, 32, 8, 0, _chunk(b"eXIf", _looped_tiff()))


def _looped_tiff() -> bytes:
    """Return a TIFF whose directory names itself as the next, for ever."""
    entries = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in ((0x112, 99), (0x8769, 8)))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + entries + struct.pack("<I", 8)


def _tiff(width: int, height: int, *, bits: int = 8, packing: int = 1, counts: int = 16) -> bytes:
    """Return a TIFF of one strip of zeros, whatever its size says."""
    values = ((256, width), (257, height), (258, bits), (259, packing), (262, 1), (273, 8), (277, 1), (278, height))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in (*values, (279, counts)))
    return b"II*\0" + struct.pack("<I", 24) + bytes(16) + struct.pack("<H", 9) + entries + bytes(4)


def _headers() -> Iterator[File]:
    """Yield files of other formats that promise more than they hold."""
    yield "loop.tif", _looped_tiff()
    for number, (side, bits, packing) in enumerate(product((1, 60_000, 2**31 - 1, 2**32 - 1), (1, 8, 64), (1, 5, 7))):
        yield f"size-{number:02d}.tif", _tiff(side, side, bits=bits, packing=packing)
    yield "strips.tif", _tiff(4000, 4000, counts=2**32 - 1)
    for number, (width, height) in enumerate(product((1, -1, 30_000, 2**31 - 1, -(2**31)), (1, -30_000, 2**31 - 1))):
        header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, number % 3, 0, 0, 0, 0, 0)
        yield f"size-{number:02d}.bmp", b"BM" + struct.pack("<IHHI", 10_000, 0, 0, 54) + header + bytes(2000)
    texts = (
        *(b"P5 99999999 99999999 255\n", b"P6 40000 40000 255\n", b"P4 200000 200000\n", b"P5 1 1 99999999\n\0"),
        *(
            b"P5 -1 -1 255\n",
            b"P2 3 3 255 " + b"9" * 10**6,
            b"P5 #" + b"x" * 10**6,
            b"P7\nWIDTH 9999999\n",
            b"P1 9 9 2",
        ),
    )
    for number, text in enumerate(texts):
        yield f"size-{number:02d}.pnm", text
    for number, (width, height) in enumerate(product((1, 65535), (1, 65535))):
        yield f"size-{number:02d}.gif", (
            b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
            + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0;"
        )  # fmt: skip
        start = b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
        yield f"size-{number:02d}.jpg", start + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + bytes(500) + b"\xff\xd9"
        canvas = (
            b"VP8X" + struct.pack("<II", 10, 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        )
        yield f"size-{number:02d}.webp", b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas
    for number, size in enumerate((0, 1, 7, 2**31, 2**32 - 1)):
        box = struct.pack(">I", size)
        yield f"box-{number:02d}.avif", struct.pack(">I", 20) + b"ftypavif\0\0\0\0avif" + box + b"meta" + bytes(64)
        yield f"box-{number:02d}.heic", struct.pack(">I", 20) + b"ftypheic\0\0\0\0heic" + box + b"meta" + bytes(64)
        yield f"box-{number:02d}.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + box + b"jp2h" + bytes(64)
    extremes = np.array([[np.nan, np.inf, -np.inf], [3e38, -3e38, 1e-45], [0, 1, 255]], np.float32)
    yield "extremes.tif", cv2.imencode(".tif", np.kron(extremes, np.ones((16, 16), np.float32)))[1].tobytes()
