"""Every way a picture may be encoded reads as upright 8-bit pixels, or says why not."""

from __future__ import annotations

import struct
import sys
import zlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.errors import SourceError
from numbre_edge.sources.decode import decode, picture_format

WHITE, INK = (235, 235, 235), (160, 40, 30)  # BGR


@pytest.fixture
def seven() -> NDArray[np.uint8]:
    """A blue 7 on grey paper, (60, 80, 3) BGR: wider than high, so that a rotation shows."""
    pixels = np.full((60, 80, 3), WHITE, np.uint8)
    cv2.putText(pixels, "7", (22, 50), cv2.FONT_HERSHEY_SIMPLEX, 2, INK, 5)
    return pixels


def encoded(suffix: str, pixels: NDArray[np.generic], *parameters: int) -> bytes:
    ok, data = cv2.imencode(suffix, pixels, parameters)
    assert ok
    return data.tobytes()


def with_exif(data: bytes, orientation: int) -> bytes:
    """Put an EXIF segment that says only the orientation behind a JPEG's first marker."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def png(width: int, height: int, *, colour: int, rows: bytes, extra: tuple[bytes, ...] = ()) -> bytes:
    """Write a PNG by hand: 8 bits, or 1 for a palette of two."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), *(chunk(e[:4], e[4:]) for e in extra), chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif", ".gif", ".jp2", ".ppm"])
def test_every_common_format_decodes_to_its_pixels(suffix: str, seven: NDArray[np.uint8]) -> None:
    pixels = decode(encoded(suffix, seven), "a" + suffix)
    assert pixels.shape == (60, 80, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - seven).mean() < (
        25 if suffix == ".gif" else 4
    )  # OpenCV writes GIF with few colours


def test_grey_stays_grey(seven: NDArray[np.uint8]) -> None:
    grey = cv2.cvtColor(seven, cv2.COLOR_BGR2GRAY)
    assert np.array_equal(decode(encoded(".png", grey), "a.png"), grey)


def test_a_one_bit_bitmap_is_black_and_white() -> None:
    pixels = decode(b"P4\n16 2\n\xff\x00\x00\xff", "a.pbm")  # PBM: a 1 is black
    assert pixels.tolist() == [[0] * 8 + [255] * 8, [255] * 8 + [0] * 8]


def test_sixteen_bits_become_eight(seven: NDArray[np.uint8]) -> None:
    deep = seven.astype(np.uint16) * 257
    assert np.array_equal(decode(encoded(".png", deep), "a.png"), seven)


def test_float_samples_are_stretched_from_black_to_white() -> None:
    ramp = np.linspace(0.2, 0.8, 64, dtype=np.float32).reshape(8, 8)
    pixels = decode(encoded(".tif", ramp), "a.tif")
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert (np.diff(pixels.reshape(-1).astype(int)) > 0).all()


def test_a_palette_gives_its_colours() -> None:
    palette = b"PLTE" + bytes([255, 255, 255, 10, 20, 200])
    pixels = decode(png(2, 1, colour=3, rows=b"\0\0\1", extra=(palette,)), "a.png")
    assert pixels.tolist() == [[[255, 255, 255], [200, 20, 10]]]


def test_transparency_is_white_paper() -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)  # black, and so black ink on black where transparency is dropped
    rgba[1:3, 1:3, 3] = 255
    rgba[0, 0, 3] = 51
    pixels = decode(encoded(".png", rgba), "a.png")
    assert pixels.shape == (4, 4, 3)
    assert pixels[1, 1].tolist() == [0, 0, 0]
    assert pixels[3, 3].tolist() == [255, 255, 255]
    assert pixels[0, 0].tolist() == [204, 204, 204]


def test_a_cmyk_jpeg_reads(seven: NDArray[np.uint8]) -> None:
    pillow = pytest.importorskip("PIL.Image", exc_type=ImportError)
    import io

    file = io.BytesIO()
    pillow.fromarray(np.ascontiguousarray(seven[..., ::-1])).convert("CMYK").save(file, "JPEG")
    assert np.abs(decode(file.getvalue(), "a.jpg").astype(int) - seven).mean() < 6


@pytest.mark.parametrize(
    ("orientation", "turn"), [(3, cv2.ROTATE_180), (6, cv2.ROTATE_90_CLOCKWISE), (8, cv2.ROTATE_90_COUNTERCLOCKWISE)]
)
def test_exif_rotation_is_applied(orientation: int, turn: int, seven: NDArray[np.uint8]) -> None:
    upright = decode(with_exif(encoded(".jpg", seven), orientation), "a.jpg")
    expected = cv2.rotate(seven, turn)
    assert upright.shape == expected.shape
    assert np.abs(upright.astype(int) - expected).mean() < 4


def test_exif_rotation_and_transparency_together() -> None:
    rgba = np.zeros((4, 8, 4), np.uint8)
    rgba[:, :4, 3] = 255  # the left half is ink
    exif = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)
    _, data = cv2.imencodeWithMetadata(".png", rgba, [cv2.IMAGE_METADATA_EXIF], [np.frombuffer(exif, np.uint8)])
    pixels = decode(data.tobytes(), "a.png")
    assert pixels.shape == (8, 4, 3)
    assert pixels[:4].max() == 0
    assert pixels[4:].min() == 255


def test_heic_reads_where_its_decoder_is_installed(seven: NDArray[np.uint8]) -> None:
    heif = pytest.importorskip("pillow_heif")
    import io

    file = io.BytesIO()
    heif.from_bytes("BGR", (80, 60), seven.tobytes()).save(file, format="HEIF", quality=95)
    assert picture_format(file.getvalue()) == "HEIC"
    assert np.abs(decode(file.getvalue(), "a.heic").astype(int) - seven).mean() < 8


def test_heic_without_its_decoder_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # what Python itself keeps for a module that cannot be had
    with pytest.raises(SourceError, match=r"pip install 'numbre-edge\[heic\]'"):
        decode(struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(range(1, 99)), "a.heic")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty: the file has 0 bytes"),
        (bytes(5000), "not a picture: all 5000 bytes are zero"),
        (b"hello\n", "not a picture: the content is no format known here, though named .png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"\xff\xd8\xff", "truncated: this JPEG file ends"),
        (b"BM" + bytes(12) + b"\x28" + bytes(range(40)), "damaged: this BMP file cannot be decoded"),
    ],
)
def test_what_is_no_picture_says_so(data: bytes, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data, "folder/a.png")
    assert str(caught.value).startswith(message)
    assert "folder" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif", ".gif", ".jp2", ".ppm"])
@pytest.mark.parametrize("share", [0.1, 0.6, 0.98])
def test_a_file_cut_short_is_an_error(suffix: str, share: float, capfd: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (80, 120, 3), np.uint8)
    data = encoded(suffix, noise)
    with pytest.raises(SourceError, match=r"truncated|damaged"):
        decode(data[: int(len(data) * share)], "a" + suffix)
    assert "OpenCV" not in capfd.readouterr().err


def test_a_thumbnail_within_does_not_hide_that_a_jpeg_is_cut_short(seven: NDArray[np.uint8]) -> None:
    whole, thumbnail = encoded(".jpg", seven), encoded(".jpg", seven[::4, ::4])
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = whole[:2] + segment + whole[2:]
    assert decode(data, "a.jpg").shape == (60, 80, 3)
    with pytest.raises(SourceError, match="truncated"):
        decode(data[:-200], "a.jpg")


def test_what_follows_the_end_of_a_jpeg_does_no_harm(seven: NDArray[np.uint8]) -> None:
    assert decode(encoded(".jpg", seven) + b"a phone's motion clip" * 9, "a.jpg").shape == (60, 80, 3)


def test_more_pixels_than_opencv_takes_is_an_error() -> None:
    with pytest.raises(SourceError, match=r"too large: OpenCV decodes at most .* scale it down"):
        decode(png(60_000, 60_000, colour=0, rows=bytes(100)), "a.png")


def test_the_log_level_of_opencv_is_left_as_it_was() -> None:
    before = cv2.utils.logging.getLogLevel()
    with pytest.raises(SourceError):
        decode(b"GIF89a" + bytes(range(60)), "a.gif")
    assert cv2.utils.logging.getLogLevel() == before
