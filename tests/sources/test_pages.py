"""Every page of a TIFF, every frame of an animation: in order, and what is wrong with one is that one's."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.errors import SourceError
from numbre_edge.sources.decode import decode
from numbre_edge.sources.files import Source, attempts, frame_at
from numbre_edge.sources.paging import EVERY_PAGE, Paging
from numbre_edge.types import Frame, Unreadable

SHADES = (10, 80, 150, 220)
ANIMATED = [".gif", ".png", ".webp", ".avif"]


def shaded(shade: int) -> NDArray[np.uint8]:
    page = np.full((30, 40, 3), 255, np.uint8)
    page[8:22, 10:30] = shade
    return page


def read(data: bytes, paging: Paging = EVERY_PAGE, **options: int) -> list[Frame | Unreadable]:
    return list(attempts(Source("a.tif", content=data), paging=paging, **options))


def found(pages: list[Frame | Unreadable]) -> list[tuple[int, int | str]]:
    """Return of each page its number and shade, or its error."""
    return [
        (page.index, page.error if isinstance(page, Unreadable) else int(page.pixels[15, 20].min())) for page in pages
    ]


def tiff(*sizes: tuple[int, int], big: bool = False) -> bytes:
    """Return a TIFF with a grey page of each width and height, the first 1, the second 2 and so on; or a BigTIFF."""
    word, entry = ("Q", "<HHQQ") if big else ("I", "<HHII")
    content = bytearray(b"II+\0\x08\0\0\0" if big else b"II*\0") + bytes(8 if big else 4)
    link = len(content) - struct.calcsize(word)
    for shade, (width, height) in enumerate(sizes, 1):
        pixels, count = len(content), min(width * height, 10_000)
        content += bytes([shade]) * count + bytes(-count % 4)
        tags = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: pixels, 277: 1, 278: height, 279: count}
        struct.pack_into(f"<{word}", content, link, len(content))
        content += struct.pack("<Q" if big else "<H", len(tags))
        content += b"".join(struct.pack(entry, tag, 16 if big else 4, 1, value) for tag, value in tags.items())
        link = len(content)
        content += bytes(struct.calcsize(word))
    return bytes(content)


def animation(suffix: str, shades: tuple[int, ...] = SHADES) -> bytes:
    frames = cv2.Animation()
    frames.frames = [np.dstack([shaded(shade), np.full((30, 40), 255, np.uint8)]) for shade in shades]
    frames.durations = [100 * (number + 1) for number in range(len(shades))]
    try:
        ok, data = cv2.imencodeanimation(suffix, frames)
    except cv2.error:
        ok = False
    if not ok:
        pytest.skip(f"this OpenCV writes no moving {suffix}")
    return np.asarray(data, np.uint8).tobytes()


class TestTiff:
    def test_every_page_in_order(self) -> None:
        ok, data = cv2.imencodemulti(".tif", [shaded(shade) for shade in SHADES])
        assert ok
        pages = read(data.tobytes())
        assert found(pages) == [*enumerate(SHADES)]
        assert {page.pages for page in pages if isinstance(page, Frame)} == {4}

    @pytest.mark.parametrize("big", [False, True])
    def test_in_files_of_more_than_4_gb_too(self, big: bool) -> None:
        pages = read(tiff((40, 30), (41, 30), (42, 30), big=big))
        assert found(pages) == [(0, 1), (1, 2), (2, 3)]
        assert [page.pixels.shape[1] for page in pages if isinstance(page, Frame)] == [40, 41, 42]

    def test_some_of_them(self) -> None:
        data = tiff(*[(40, 30)] * 5)
        assert found(read(data, Paging(ranges=((2, 2), (4, None))))) == [(1, 2), (3, 4), (4, 5)]
        assert found(read(data, Paging(ranges=((6, 9),)))) == [(0, "has 5 pages, and none of those that are asked for")]

    def test_a_page_that_cannot_be_read_is_that_page_s_error(self) -> None:
        first, large, third = read(tiff((40, 30), (40_000, 40_000), (40, 30)))
        assert found([first, third]) == [(0, 1), (2, 3)]
        assert isinstance(large, Unreadable)
        assert large.error.startswith("too large: its 40000x40000 pixels are more than 200 million;")
        assert found(read(tiff((40, 30), (0, 30), (40, 30))))[1][0] == 1

    def test_previews_are_no_pages(self) -> None:
        data = bytearray(tiff((40, 30), (40, 30)))
        entry = data.index(struct.pack("<HHI", 256, 4, 1))
        struct.pack_into("<HHII", data, entry, 254, 4, 1, 1)  # instead of its width
        assert found(read(bytes(data)))[0] == (0, 2)

    def test_one_page_is_a_picture_like_others(self) -> None:
        (page,) = read(tiff((40, 30)))
        assert isinstance(page, Frame)
        assert (page.pages, page.note) == (1, "")

    def test_a_page_by_its_number(self) -> None:
        assert frame_at(Source("a.tif", content=tiff((40, 30), (50, 30))), 1).width == 50


@pytest.mark.parametrize("suffix", ANIMATED)
class TestAnimation:
    def test_the_first_frame_unless_all_are_asked_for(self, suffix: str) -> None:
        (page,) = read(animation(suffix))
        assert isinstance(page, Frame)
        assert (page.index, page.pages, page.note) == (0, 1, "frame 1 of 4 was read")

    def test_all_frames_when_they_are_shown(self, suffix: str) -> None:
        data = animation(suffix)
        pages = read(data, Paging(all_frames=True))
        for page, shade, timestamp in zip(pages, SHADES, (0.0, 0.1, 0.3, 0.6), strict=True):
            assert isinstance(page, Frame)
            assert page.pixels[12:18, 14:26].mean() == pytest.approx(shade, abs=5)  # of 256 colours, or lossy
            assert page.timestamp == pytest.approx(timestamp)
            assert page.pages == 4
        assert isinstance(pages[0], Frame)
        assert np.array_equal(pages[0].pixels, decode(data, "a"))

    def test_some_of_them_and_few_at_a_time(self, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("numbre_edge.sources.pages._AT_ONCE", 2 * 30 * 40 * 4)
        data = animation(suffix)
        pages = read(data, Paging(all_frames=True, ranges=((1, 1), (4, 4))))
        assert [(page.index, page.timestamp) for page in pages if isinstance(page, Frame)] == [(0, 0.0), (3, 0.6)]
        assert frame_at(Source("a", content=data), 2).index == 2


def test_an_animation_that_promises_more_than_it_holds_says_so_after_its_frames() -> None:
    data = bytearray(animation(".png"))
    at = data.index(b"acTL")
    struct.pack_into(">I", data, at + 4, 9)
    struct.pack_into(">I", data, at + 12, zlib.crc32(data[at : at + 12]))
    pages = read(bytes(data), Paging(all_frames=True))
    assert [page.index for page in pages] == [0, 1, 2, 3, 4]
    assert found(pages)[-1] == (4, "damaged: only 4 of the animation's 9 frames can be read; copy it again")


def test_of_an_animation_without_end_the_beginning_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbre_edge.sources.pages._AT_ONCE", 1)
    pages = read(animation(".webp", (10, 200) * 35), Paging(all_frames=True))
    assert [page.index for page in pages] == list(range(65))
    assert found(pages)[-1] == (64, "too long: 64 of the animation's 70 frames were read; cut it up")


def test_what_has_no_pages_is_read_whatever_pages_are_wanted() -> None:
    data = cv2.imencode(".jpg", shaded(10))[1].tobytes()
    assert [page.index for page in read(data, Paging(ranges=((3, None),), all_frames=True))] == [0]


def test_the_frame_of_a_picture_that_has_none_is_wrong() -> None:
    with pytest.raises(SourceError, match="has 2 pages, and none of those that are asked for"):
        frame_at(Source("a.tif", content=tiff((40, 30), (50, 30))), 2)
