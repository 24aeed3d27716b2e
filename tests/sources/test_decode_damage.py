"""Pictures that are damaged, or announce too much: one clear error, within bounds of memory, and no decoder prints."""

from __future__ import annotations

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
from numbre_edge.sources.decode import decode, decode_frame
from numbre_edge.sources.depth import eight_bit
from tests.conftest import RunPython
from tests.sources.encoding import encoded, heic, png


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
    monkeypatch.setattr("numbre_edge.sources.depth._AT_ONCE", 2**12)
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
