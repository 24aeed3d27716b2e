"""Whatever the picture, an answer that holds together: found by trying pictures of every kind and size."""

from __future__ import annotations

import os
import re
import warnings

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge import Reader, Reading

# NUMBRE_EXAMPLES=20000 makes it a long run, by hand.
EXAMPLES = int(os.environ.get("NUMBRE_EXAMPLES", "25"))
KINDS = ("noise", "soft noise", "flat", "gradient", "writing", "rules", "boxes", "extremes")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(backend="onnx")


@st.composite
def pictures(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Pictures of 0 to 400 pixels a side, grey or BGR: layers of noise, light, writing, rules and boxes."""
    height, width = draw(st.integers(0, 400)), draw(st.integers(0, 400))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    page = np.full((height, width), rng.integers(256), np.float32)
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3)):
        page = layer(page, kind, rng) if page.size else page
    grey = page.clip(0, 255).astype(np.uint8)
    return grey if draw(st.booleans()) else np.dstack([grey, np.roll(grey, 1), 255 - grey // 2])


def layer(page: NDArray[np.float32], kind: str, rng: Generator) -> NDArray[np.float32]:
    height, width = page.shape
    shade = float(rng.integers(256))
    if kind in ("noise", "soft noise"):
        grain = rng.normal(0, rng.uniform(1, 90), page.shape).astype(np.float32)
        return page + (cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.5, 8)) if kind == "soft noise" else grain)
    if kind == "extremes":
        return np.where(rng.random(page.shape) < rng.random(), np.float32(0), np.float32(255))
    if kind == "gradient":
        return page + np.linspace(-shade, shade, width, dtype=np.float32)
    if kind == "flat":
        return np.full_like(page, shade)
    drawn = page.clip(0, 255).astype(np.uint8)  # text is drawn on no other pixels
    for _ in range(rng.integers(1, 12)):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        thick = int(rng.integers(1, 9))
        if kind == "writing":
            text = str(rng.integers(10 ** rng.integers(1, 5)))
            cv2.putText(drawn, text, (x, y), int(rng.integers(8)), float(rng.uniform(0.3, 6)), (shade,), thick)
        elif kind == "rules":
            ends = ((0, y), (width, y)) if rng.random() < 0.5 else ((x, 0), (x, height))
            cv2.line(drawn, *ends, (shade,), thick)
        else:
            corner = (x + int(rng.integers(1, 200)), y + int(rng.integers(1, 200)))
            cv2.rectangle(drawn, (x, y), corner, (shade,), thick if rng.random() < 0.5 else cv2.FILLED)
    return drawn.astype(np.float32)


def assert_sound(readings: list[Reading], width: int, height: int) -> None:
    for reading in readings:
        assert reading.digits
        assert re.fullmatch(r"-?[0-9?]+([.,][0-9?]+)*", reading.text)
        assert re.sub(r"[-.,]", "", reading.text) == "".join(map(str, reading.digits))
        assert 0 <= reading.confidence <= min(digit.confidence for digit in reading.digits)
        for box in (reading.box, *(digit.box for digit in reading.digits)):
            assert 0 <= box.x < box.right <= width
            assert 0 <= box.y < box.bottom <= height
        for digit in reading.digits:
            assert digit.value is None or 0 <= digit.value <= 9
            assert 0 <= digit.confidence <= 1


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(picture=pictures())
def test_any_picture_has_an_answer_that_holds_together(reader: Reader, picture: NDArray[np.uint8]) -> None:
    if not picture.size:
        return  # no picture: refused, as test_reader.py says
    before = picture.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        readings = reader.read(picture)

    assert_sound(readings, picture.shape[1], picture.shape[0])
    assert reader.read(picture) == readings
    np.testing.assert_array_equal(picture, before)
