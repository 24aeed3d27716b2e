"""Every way a picture may be encoded reads as upright 8-bit pixels."""

from __future__ import annotations

import io
import pickle
import struct
import sys

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.errors import SourceError
from numbre_edge.sources.decode import decode, decode_frame
from numbre_edge.sources.formats import picture_format
from tests.sources.encoding import INK, WHITE, encoded, heic, png


def with_exif(data: bytes, orientation: int) -> bytes:
    """Put an EXIF segment that says only the orientation behind a JPEG's first marker."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


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


@pytest.mark.parametrize("sort", [np.float32, np.float64])
@pytest.mark.parametrize("odd", ["-9999", "least", "both", "infinite"])
def test_samples_that_stand_for_none_leave_the_others_their_contrast(sort: type[np.floating], odd: str) -> None:
    most = float(np.finfo(sort).max)
    ramp = np.linspace(0.2, 0.8, 64, dtype=sort).reshape(8, 8)
    alone = decode(encoded(".tif", ramp), "a.tif")
    ramp[0, :2] = {"-9999": (-9999, -9999), "least": (-most, -most), "both": (-most, most), "infinite": (np.nan,) * 2}[
        odd
    ]
    pixels = decode(encoded(".tif", ramp), "a.tif")
    assert np.abs(pixels[1:].astype(int) - alone[1:]).max() <= (80 if odd == "infinite" else 8)


@pytest.mark.parametrize("size", [1e-310, 1e-30, 1.0, 1e30, 0.5e308])
def test_floats_of_every_size_are_stretched_without_a_warning(size: float) -> None:
    ramp = np.linspace(-size, size, 256).reshape(16, 16)
    assert np.abs(decode(encoded(".tif", ramp), "a.tif").ravel() - np.arange(256)).max() <= 1


def test_floats_of_any_size_and_none_are_stretched() -> None:
    most = float(np.finfo(np.float32).max)
    pixels = decode(encoded(".tif", np.array([[-most, 0, most], [np.nan, np.inf, most]], np.float32)), "a.tif")
    assert pixels.tolist() == [[0, 128, 255], [128, 128, 255]]


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


def exif(orientation: int) -> NDArray[np.uint8]:
    block = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    return np.frombuffer(block, np.uint8)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_applied_with_transparency_and_without(
    orientation: int, seven: NDArray[np.uint8]
) -> None:
    seven[:10, :10] = 0  # of a 7 alone, some orientations look alike
    _, jpeg = cv2.imencodeWithMetadata(".jpg", seven, [cv2.IMAGE_METADATA_EXIF], [exif(orientation)])
    expected = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)  # OpenCV's own
    for suffix in (".png", ".webp"):
        for channels in (3, 4):
            opaque = np.full((60, 80), 255, np.uint8)
            pixels = np.dstack([seven, opaque])[..., :channels]
            lossless = [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else []
            _, data = cv2.imencodeWithMetadata(suffix, pixels, [cv2.IMAGE_METADATA_EXIF], [exif(orientation)], lossless)
            upright = decode(data.tobytes(), "a" + suffix)
            assert upright.shape == expected.shape
            assert np.abs(upright.astype(int) - expected).mean() < 4


def large_jpeg(width: int = 2600, height: int = 1900) -> bytes:
    """Return a photograph, as it were: a blue bar on grey paper."""
    pixels = np.full((height, width, 3), WHITE, np.uint8)
    cv2.rectangle(pixels, (400, 300), (500, 900), INK, cv2.FILLED)
    return encoded(".jpg", pixels)


@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (3, False), (6, True), (8, True)])
def test_a_large_jpeg_comes_reduced_and_whole_when_somebody_asks(orientation: int, turned: bool) -> None:
    data = with_exif(large_jpeg(), orientation)

    frame = decode_frame(data, "a.jpg")

    assert (frame.width, frame.height) == ((1900, 2600) if turned else (2600, 1900))
    assert frame.reduced is not None
    assert frame.reduced.pixels.shape == ((1300, 950) if turned else (950, 1300))
    assert np.array_equal(frame.pixels, decode(data, "a.jpg"))
    assert frame.pixels is frame.pixels  # decoded once
    whole = cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY)
    halved = cv2.resize(whole, frame.reduced.pixels.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(halved.astype(int) - frame.reduced.pixels).mean() < 1


@pytest.mark.parametrize("size", [(2559, 1900), (2600, 2599)])
def test_a_jpeg_that_is_not_large_or_whose_half_does_not_say_how_it_is_turned_comes_as_it_is(
    size: tuple[int, int],
) -> None:
    frame = decode_frame(large_jpeg(*size), "a.jpg")

    assert frame.reduced is None
    assert (frame.width, frame.height) == size


def test_a_reduced_picture_goes_to_another_process_and_keeps_to_its_bounds() -> None:
    data = large_jpeg()
    sent = pickle.loads(pickle.dumps(decode_frame(data, "a.jpg")))
    assert sent.pixels.shape == (1900, 2600, 3)
    with pytest.raises(SourceError, match="more than 1 million"):
        decode_frame(data, "a.jpg", max_pixels=1_000_000)


def test_of_several_pages_the_first_is_read_and_noted(seven: NDArray[np.uint8]) -> None:
    ok, pages = cv2.imencodemulti(".tif", [seven, seven[::-1], seven])
    assert ok
    moving = cv2.Animation()
    moving.frames = [np.dstack([frame, np.full((60, 80), 255, np.uint8)]) for frame in (seven, seven[::-1])]
    moving.durations = [100, 100]
    _, frames = cv2.imencodeanimation(".webp", moving)

    assert decode_frame(pages.tobytes(), "a.tif").note == "page 1 of 3 was read"
    assert np.array_equal(decode(pages.tobytes(), "a.tif"), seven)
    assert decode_frame(frames.tobytes(), "a.webp").note == "frame 1 of 2 was read"
    assert decode_frame(encoded(".png", seven), "a.png").note == ""


def test_heic_reads_where_its_decoder_is_installed(seven: NDArray[np.uint8]) -> None:
    assert picture_format(heic(seven)) == "HEIC"
    assert np.abs(decode(heic(seven), "a.heic").astype(int) - seven).mean() < 8


def test_heic_without_its_decoder_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # what Python itself keeps for a module that cannot be had
    with pytest.raises(SourceError, match=r"pip install 'numbre-edge\[heic\]'"):
        decode(struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(range(1, 99)), "a.heic")
