"""A stream of bytes, cut into the JPEGs in it."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.sources.jpegs import JpegCutter
from tests.sources.mjpeg_server import jpeg, number_of, picture


def with_thumbnail(number: int) -> bytes:
    """Return a JPEG that holds another one in a segment of its own, as EXIF does."""
    inner, outer = jpeg(255), jpeg(number)
    return outer[:2] + b"\xff\xe1" + struct.pack(">H", len(inner) + 2) + inner + outer[2:]


def with_restarts(number: int) -> bytes:
    """Return a JPEG with restart marks in its compressed data."""
    flags = [cv2.IMWRITE_JPEG_RST_INTERVAL, 1, cv2.IMWRITE_JPEG_QUALITY, 95]
    return bytes(cv2.imencode(".jpg", picture(number), flags)[1])


def progressive(number: int) -> bytes:
    """Return a JPEG of several scans."""
    return bytes(cv2.imencode(".jpg", picture(number), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1])


def filled(number: int) -> bytes:
    """Return a JPEG with fill bytes before its end mark."""
    return jpeg(number)[:-2] + b"\xff\xff\xff\xd9"


KINDS: list[Callable[[int], bytes]] = [jpeg, with_thumbnail, with_restarts, progressive, filled]


class TestCutter:
    @given(
        kinds=st.lists(st.sampled_from(range(len(KINDS))), min_size=1, max_size=5),
        gap=st.sampled_from([b"", b"\0", b"\xff", b"\xff\xd8", b"--frame\r\n\r\n"]),
        longest=st.sampled_from([1, 2, 3, 50, 1 << 20]),
        seed=st.integers(0, 1000),
    )
    def test_however_the_bytes_are_parted_the_same_pictures_come_out(
        self, kinds: list[int], gap: bytes, longest: int, seed: int
    ) -> None:
        pictures = [KINDS[kind](number) for number, kind in enumerate(kinds)]
        content = gap + gap.join(pictures) + gap
        cutter, found, at = JpegCutter(), list[bytes](), 0
        length = partial(random.Random(seed).randint, 1, longest)
        while at < len(content):
            step = length()
            found += cutter.feed(content[at : at + step])
            at += step

        assert found == pictures

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_of_them_is_a_picture_to_opencv(self, kind: Callable[[int], bytes]) -> None:
        pixels = cv2.imdecode(np.frombuffer(kind(42), np.uint8), cv2.IMREAD_COLOR)

        assert number_of(np.asarray(pixels, np.uint8)) == 42

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_picture_cut_short_costs_no_other(self, share: float) -> None:
        whole = jpeg(1)
        assert JpegCutter().feed(whole[: int(share * len(whole))] + jpeg(2) + jpeg(3))[-1] == jpeg(3)

    def test_bytes_that_never_become_a_picture_are_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("numbre_edge.sources.jpegs.LARGEST", 10_000)
        cutter = JpegCutter()
        assert cutter.feed(b"\xff\xd8\xff\xda\0\2") == []
        for _ in range(100):
            assert cutter.feed(bytes(1000)) == []
        assert len(cutter._bytes) < 12_000
        assert cutter.feed(b"\xff\xd9" + jpeg(5)) == [jpeg(5)]
