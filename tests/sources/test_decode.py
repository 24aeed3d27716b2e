"""Every way a picture may be encoded reads as upright 8-bit pixels, or says why not."""

from __future__ import annotations

import io
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.errors import SourceError
from numbre_edge.sources.decode import decode, decode_frame, eight_bit
from numbre_edge.sources.formats import picture_format
from tests.conftest import RunPython

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


def heic(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    heif = pytest.importorskip("pillow_heif")
    heif.from_bytes("BGR", pixels.shape[1::-1], pixels.tobytes()).save(file, format="HEIF", quality=95)
    return file.getvalue()


def test_heic_reads_where_its_decoder_is_installed(seven: NDArray[np.uint8]) -> None:
    assert picture_format(heic(seven)) == "HEIC"
    assert np.abs(decode(heic(seven), "a.heic").astype(int) - seven).mean() < 8


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
        (
            b"BM" + bytes(12) + b"\x28\0\0\0\x08\0\0\0\x08\0\0\0" + bytes(range(40)),
            "damaged: this BMP file cannot be decoded",
        ),
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


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif", ".gif", ".jp2", ".ppm", ".avif", ".heic"])
def test_damage_anywhere_is_an_error_or_a_picture_and_nothing_else(suffix: str, seven: NDArray[np.uint8]) -> None:
    data = np.frombuffer(heic(seven) if suffix == ".heic" else encoded(suffix, seven), np.uint8)
    rng = np.random.default_rng(11)
    for _ in range(60):
        damaged = data.copy()
        places = rng.integers(0, rng.choice([min(100, len(data)), len(data)]), 3)
        damaged[places] = rng.choice([0, 1, 127, 255, rng.integers(256)], 3)
        try:
            pixels = decode(damaged.tobytes(), "a" + suffix)
        except SourceError:
            continue
        assert pixels.dtype == np.uint8
        assert pixels.size > 0


def test_a_thumbnail_within_does_not_hide_that_a_jpeg_is_cut_short(seven: NDArray[np.uint8]) -> None:
    whole, thumbnail = encoded(".jpg", seven), encoded(".jpg", seven[::4, ::4])
    segment = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = whole[:2] + segment + whole[2:]
    assert decode(data, "a.jpg").shape == (60, 80, 3)
    with pytest.raises(SourceError, match="truncated"):
        decode(data[:-200], "a.jpg")


def test_what_follows_the_end_of_a_jpeg_does_no_harm(seven: NDArray[np.uint8]) -> None:
    assert decode(encoded(".jpg", seven) + b"a phone's motion clip" * 9, "a.jpg").shape == (60, 80, 3)


def resized(suffix: str, pixels: NDArray[np.uint8], width: int, height: int) -> bytes:
    """Encode a picture, and let its header announce another size."""
    data = encoded(suffix, pixels, *([cv2.IMWRITE_WEBP_QUALITY, 80] if suffix == ".webp" else []))
    big = struct.pack(">II", width, height)
    if suffix == ".png":
        body = b"IHDR" + big + data[24:29]
        return data[:12] + body + struct.pack(">I", zlib.crc32(body)) + data[33:]
    if suffix == ".jpg":
        at = data.index(b"\xff\xc0") + 5
        return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]
    if suffix == ".bmp":
        return data[:18] + struct.pack("<ii", width, height) + data[26:]
    if suffix == ".tif":
        tags = {256: width, 257: height}
        content, at = bytearray(data), struct.unpack_from("<I", data, 4)[0] + 2
        for entry in range(at, at + 12 * struct.unpack_from("<H", data, at - 2)[0], 12):
            tag = struct.unpack_from("<H", data, entry)[0]
            if tag in tags:
                struct.pack_into("<HII", content, entry + 2, 4, 1, tags[tag])
        return bytes(content)
    if suffix == ".jp2":
        at = data.index(b"\xff\x4f\xff\x51") + 8
        return data[:at] + big + data[at + 8 :]
    if suffix == ".webp":
        return data[:26] + struct.pack("<HH", width, height) + data[30:]
    if suffix == ".avif":
        at = data.index(b"ispe") + 8
        return data[:at] + big + data[at + 8 :]
    assert suffix == ".ppm"
    return b"P6\n%d %d\n255\n" % (width, height) + data[-pixels.size :]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif", ".jp2", ".webp", ".avif", ".ppm"])
def test_what_announces_too_much_is_refused_before_it_is_decoded(suffix: str, seven: NDArray[np.uint8]) -> None:
    width, height = (16_383, 16_383) if suffix == ".webp" else (65_500, 65_500)
    with pytest.raises(SourceError) as caught:
        decode(resized(suffix, seven, width, height), "a" + suffix)
    assert str(caught.value) == (
        f"too large: its {width}x{height} pixels are more than 200 million; "
        "scale it down, cut it up or allow more pixels"
    )


def test_what_takes_too_much_memory_is_refused_before_it_is_decoded_unless_more_pixels_may_be() -> None:
    data = png(13_000, 13_000, colour=6, rows=b"")
    with pytest.raises(SourceError) as caught:
        decode(data, "a.png")
    assert str(caught.value) == (
        "too large: decoding its 13000x13000 pixels takes 1289 MB, of at most 900; "
        "scale it down, cut it up or allow more pixels"
    )
    with pytest.raises(SourceError, match="damaged"):
        decode_frame(data, "a.png", max_pixels=400_000_000)


def test_as_many_pixels_as_may_be_are_read(seven: NDArray[np.uint8]) -> None:
    data = encoded(".png", seven)
    assert decode_frame(data, "a.png", max_pixels=80 * 60).width == 80
    with pytest.raises(SourceError, match=r"too large: its 80x60 pixels are more than 0\.004799 million"):
        decode_frame(data, "a.png", max_pixels=80 * 60 - 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
def test_too_little_memory_is_said_as_such(run_python: RunPython, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(9_000, 9_000, colour=2, rows=b""))
    program = (
        "import resource, sys\n"
        "from numbre_edge.errors import SourceError\n"
        "from numbre_edge.sources.decode import decode\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "used = 4096 * int(open('/proc/self/statm').read().split()[0])\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)\n"
        "try: decode(data, 'a.png')\n"
        "except SourceError as exc: print(exc)\n"
    )
    run = run_python("-c", program, str(tmp_path / "a.png"))
    message = "out of memory: decoding its 9000x9000 pixels takes 463 MB; close other programs or scale it down\n"
    assert (run.stdout, run.stderr) == (message, "")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_never_there_three_times(orientation: int) -> None:
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x112, 3, 1, orientation, 0, 0)
    data = png(1_000, 500, colour=2, rows=bytes(500 * 3_001), extra=(b"eXIf" + tiff,))
    assert peak(lambda: decode(data, "a.png")) < 2.1 * 1_500_000


def test_floats_are_stretched_a_few_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbre_edge.sources.decode._AT_ONCE", 2**12)
    samples = np.linspace(-5, 5, 1_000_000, dtype=np.float32).reshape(1_000, 1_000)
    assert peak(lambda: eight_bit(samples)) < 1_500_000  # the result takes 1,000,000


def peak(work: Callable[[], object]) -> int:
    """Return how many bytes of arrays there are at once while something is done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_png_whose_chunk_announces_gigabytes_is_refused(seven: NDArray[np.uint8]) -> None:
    data = encoded(".png", seven)
    at = data.index(b"IDAT") - 4
    with pytest.raises(SourceError, match="truncated: this PNG file ends before its end marker"):
        decode(data[:at] + b"\x70" + data[at + 1 :], "a.png")  # its decoder would make room for them first


def test_a_png_with_a_bit_turned_is_an_error_that_is_said_once(
    seven: NDArray[np.uint8], capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(encoded(".png", seven))
    data[data.index(b"IDAT") + 40] ^= 1
    with pytest.raises(SourceError, match="damaged: a checksum in this PNG file is wrong; copy it again"):
        decode(bytes(data), "a.png")
    assert capfd.readouterr().err == ""  # libpng would print a line of its own


@pytest.mark.parametrize(
    "kind", [b"iCCP", b"gAMA", b"cHRM", b"sBIT", b"bKGD", b"pHYs", b"tIME", b"hIST", b"sPLT", b"mDCV"]
)
def test_an_odd_chunk_of_a_png_that_changes_no_pixel_is_no_line_on_stderr(
    kind: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = b"\0\x10\x20\x30" * 2
    data = png(3, 2, colour=0, rows=rows, extra=(kind + b"odd",))
    assert decode(data, "a.png").tolist() == [[0x10, 0x20, 0x30]] * 2
    assert capfd.readouterr().err == ""


def test_what_follows_the_end_of_a_png_does_no_harm(seven: NDArray[np.uint8]) -> None:
    odd = png(1, 1, colour=0, rows=b"\0\0", extra=(b"gAMAodd",))
    for tail in (b"\0" * 99, odd[8:]):
        assert np.array_equal(decode(encoded(".png", seven) + tail, "a.png"), seven)


def test_a_progressive_jpeg_of_many_scans_is_refused(seven: NDArray[np.uint8]) -> None:
    data = encoded(".jpg", seven, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last = data.rindex(b"\xff\xda")
    assert decode(data, "a.jpg").shape == (60, 80, 3)
    with pytest.raises(SourceError, match="damaged: this JPEG file has more than 100 scans"):
        decode(data[:-2] + data[last:-2] * 100 + data[-2:], "a.jpg")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for a process's peak of memory")
def test_100_megapixels_are_read_within_1_gb(run_python: RunPython, tmp_path: Path) -> None:
    page = np.full((10_000, 10_000, 3), 220, np.uint8)
    cv2.putText(page, "1", (4_000, 7_000), cv2.FONT_HERSHEY_SIMPLEX, 150, (40, 40, 40), 500)
    cv2.imwrite(str(tmp_path / "page.jpg"), page)
    program = (
        "import re, sys; from numbre_edge import Reader\n"
        "print(len(Reader().read(sys.argv[1])))\n"  # getrusage would tell of the process this one was forked from
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    run = run_python("-c", program, str(tmp_path / "page.jpg"))
    readings, peak = map(int, run.stdout.split())
    assert readings == 1
    assert peak < 1024  # MB


def test_the_log_level_of_opencv_is_left_as_it_was() -> None:
    before = cv2.utils.logging.getLogLevel()

    def fail(_: int) -> None:
        with pytest.raises(SourceError):
            decode(b"GIF89a" + bytes(range(60)), "a.gif")

    fail(0)
    assert cv2.utils.logging.getLogLevel() == before
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(200)))
    assert cv2.utils.logging.getLogLevel() == before
