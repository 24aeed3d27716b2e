"""What a file says of itself before anything is decoded: its format, size and pages."""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.sources.formats import HEAD, picture_format, read_header
from numbre_edge.sources.tiff import exif_orientation

PIXELS = np.random.default_rng(3).integers(0, 255, (37, 53, 3), np.uint8)
KINDS = {
    ".jpg": "JPEG",
    ".png": "PNG",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".webp": "WebP",
    ".jp2": "JPEG 2000",
    ".ppm": "PNM",
    ".pgm": "PNM",
    ".avif": "AVIF",
}


def encoded(suffix: str, pixels: Any = PIXELS, *parameters: int) -> bytes:
    ok, data = cv2.imencode(suffix, pixels, parameters)
    if not ok:
        pytest.skip(f"this OpenCV cannot write {suffix}")
    return data.tobytes()


@pytest.mark.parametrize(("suffix", "kind"), KINDS.items())
@pytest.mark.parametrize("channels", [1, 3])
def test_every_format_says_its_size(suffix: str, kind: str, channels: int) -> None:
    if (suffix, channels) in {(".ppm", 1), (".pgm", 3)}:
        pytest.skip("the suffix says another")
    data = encoded(suffix, PIXELS[..., 0] if channels == 1 else PIXELS)
    assert picture_format(data[:HEAD]) == kind
    header = read_header(data, kind)
    assert header is not None
    assert (header.width, header.height, header.pages) == (53, 37, 1)


@pytest.mark.parametrize("quality", [50, 101])  # above 100: lossless
@pytest.mark.parametrize("channels", [3, 4])
def test_every_kind_of_webp_says_its_size(quality: int, channels: int) -> None:
    pixels = np.dstack([PIXELS, PIXELS[..., 0]])[..., :channels]
    header = read_header(encoded(".webp", pixels, cv2.IMWRITE_WEBP_QUALITY, quality), "WebP")
    assert header is not None
    assert (header.width, header.height) == (53, 37)


def test_a_heic_says_the_size_of_the_whole_not_of_its_tiles() -> None:
    heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    heif.from_bytes("BGR", (53, 37), PIXELS.tobytes()).save(file, format="HEIF")
    header = read_header(file.getvalue(), "HEIC")
    assert header is not None
    assert header.width * header.height >= 53 * 37


SOF = b"\xff\xc0\0\x11\x08\0\x09\0\x07\x03\1\x22\0\2\x11\0\3\x11\0"  # 7 x 9, colour at half the resolution


def test_an_avif_has_the_size_that_its_decoder_makes_room_for_whatever_it_states() -> None:
    for data in (encoded(".avif"), animation(".avif", 2)):
        header = read_header(
            data.replace(b"ispe\0\0\0\0" + struct.pack(">II", 53, 37), b"ispe" + bytes(11) + b"\1"), "AVIF"
        )
        assert header is not None
        assert (header.width, header.height) == (53, 37)
    assert read_header(b"\0\0\0\x14ftypavif\0\0\0\0avif", "AVIF") is None


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"P5 # a scan\n# of 1999\n 7\t9 # wide\n255\n" + bytes(63), (7, 9)),
        (b"P1\n7 9\n" + b"0 " * 63, (7, 9)),
        (b"BM" + bytes(12) + struct.pack("<IHHHH", 12, 7, 9, 1, 24), (7, 9)),
        (b"BM" + bytes(12) + struct.pack("<IiiHH", 40, 7, -9, 1, 24), (7, 9)),  # rows from top to bottom
        (b"MM\0*" + struct.pack(">IHHHIHHHHIHH", 8, 2, 256, 3, 1, 7, 0, 257, 3, 1, 9, 0), (7, 9)),
        (b"II+\0" + struct.pack("<HHQQHHQQHHQQQ", 8, 0, 16, 2, 256, 4, 1, 7, 257, 4, 1, 9, 0), (7, 9)),
        (b"\xff\xd8\xff\xff\xe1\0\x04hi ?" + SOF + b"\xff\xda\0\x0c\x03", (7, 9)),
        (b"\xff\x4f\xff\x51\0\x29\0\0" + struct.pack(">8IHB", 17, 29, 10, 20, 9, 9, 0, 0, 1, 7), (7, 9)),
    ],
)
def test_rarer_headers(data: bytes, size: tuple[int, int]) -> None:
    kind = picture_format(data)
    assert kind is not None
    header = read_header(data, kind)
    assert header is not None
    assert (header.width, header.height) == size


def test_a_jpeg_that_comes_in_parts_takes_more_memory() -> None:
    whole = read_header(b"\xff\xd8" + SOF + b"\xff\xda\0\x0c\x03", "JPEG")
    in_parts = read_header(b"\xff\xd8" + SOF + b"\xff\xda\0\x08\x01", "JPEG")
    progressive = read_header(encoded(".jpg", PIXELS, cv2.IMWRITE_JPEG_PROGRESSIVE, 1), "JPEG")
    assert whole is not None
    assert in_parts is not None
    assert progressive is not None
    assert (whole.working, in_parts.working) == (0, 2 * 63 * 3 // 2)
    assert progressive.working == 2 * 37 * 53 * 3 // 2


def animation(suffix: str, frames: int) -> bytes:
    moving = cv2.Animation()
    moving.frames = [np.dstack([PIXELS, PIXELS[..., :1]]) + np.uint8(frame) for frame in range(frames)]
    moving.durations = [100] * frames
    ok, data = cv2.imencodeanimation(suffix, moving)
    assert ok
    return data.tobytes()


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
def test_an_animation_says_how_many_frames(suffix: str) -> None:
    header = read_header(animation(suffix, 3), KINDS[suffix])
    assert header is not None
    assert (header.width, header.height, header.pages) == (53, 37, 3)


def test_a_tiff_says_how_many_pages_without_its_previews() -> None:
    ok, data = cv2.imencodemulti(".tif", [PIXELS] * 3)
    assert ok
    content = bytearray(data.tobytes())
    header = read_header(bytes(content), "TIFF")
    assert header is not None
    assert header.pages == 3

    second = struct.unpack_from("<I", content, 4)[0]
    second = struct.unpack_from("<I", content, second + 2 + 12 * struct.unpack_from("<H", content, second)[0])[0]
    struct.pack_into("<HHII", content, second + 2, 254, 4, 1, 1)  # NewSubfileType: a smaller version of another
    header = read_header(bytes(content), "TIFF")
    assert header is not None
    assert header.pages == 2


@pytest.mark.parametrize("order", [">", "<"])
def test_an_exif_block_says_the_orientation(order: str) -> None:
    mark = b"MM\0*" if order == ">" else b"II*\0"
    block = mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x112, 3, 1, 6, 0, 0)
    assert exif_orientation(block) == 6
    assert exif_orientation(b"Exif\0\0" + block) == 6
    assert exif_orientation(b"") == 1


@pytest.mark.parametrize("line", [b"BM", b"BMW.jpg\n", b"GIF8.png", b"P5 scan.png\n", b"P1\n", b"P6 10 x", b""])
def test_text_is_no_picture(line: bytes) -> None:
    assert picture_format(line) is None


LOOPS = {
    "a JPEG of empty segments": (b"\xff\xd8" + b"\xff\xe1\0\0" * 2**20, "JPEG"),
    "a JPEG of fill bytes": (b"\xff\xd8" + b"\xff" * 2**22, "JPEG"),
    "a GIF of blocks of a byte": (b"GIF89a\1\0\1\0\0\0\0!\0" + b"\1\0" * 2**20, "GIF"),
    "a TIFF whose pages are a circle": (b"II*\0" + struct.pack("<IHI", 8, 0, 8), "TIFF"),
    "a TIFF of 4 billion entries": (b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**32) + bytes(2**20), "TIFF"),
    "a box of no length": (b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\1boxx" * 2**20, "JPEG 2000"),
    "a comment without end": (b"P5 " + b"#" * 2**20, "PNM"),
}


@pytest.mark.parametrize(("data", "kind"), LOOPS.values(), ids=LOOPS.keys())
def test_no_header_is_read_for_long(data: bytes, kind: str) -> None:
    read_header(data, kind)  # without its bound this takes minutes, or for ever


@pytest.mark.parametrize(("suffix", "kind"), KINDS.items())
def test_a_header_of_anything_is_read_or_not_but_does_not_fail(suffix: str, kind: str) -> None:
    data = encoded(suffix, PIXELS if suffix != ".pgm" else PIXELS[..., 0])
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = np.frombuffer(data, np.uint8)[: rng.integers(4, len(data))].copy()
        places = rng.integers(0, min(len(damaged), 200), 4)
        damaged[places] = rng.integers(0, 255, 4)
        header = read_header(damaged.tobytes(), kind)
        assert header is None or (header.width > 0 and header.height > 0 and header.memory >= 0)
