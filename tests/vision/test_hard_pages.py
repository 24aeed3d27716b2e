"""Nothing on a page empties it in silence: print, specks, shaded cells, grain, shadows leave its numbers readable."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.reader import Reader
from tests.vision.drawing import Ink, blank, digits_on

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
TEXT = "the quick brown fox jumps over the lazy dog while many others look on and wonder why it should do so"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(finder="components")


@pytest.fixture
def hand(mnist_sample: MnistSample) -> dict[int, Ink]:
    """One digit of each kind, (28, 28) uint8."""
    digits, labels = mnist_sample
    return {value: digits[labels == value][2] for value in range(10)}


def numbered(page: Ink, hand: dict[int, Ink], *, at: tuple[int, int], size: int) -> Ink:
    """Write 4071 on a page, its left top ``at`` (x, y), digits of so many pixels."""
    x, y = at
    places = [(x + place * size, y) for place in range(4)]
    return digits_on(page, [hand[value] for value in (4, 0, 7, 1)], at=places, size=size)


def grained(page: Ink, deviation: float, *, blur: float = 0.0) -> Ink:
    noise = np.random.default_rng(3).normal(0, 1, page.shape).astype(np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), blur) if blur else noise)
    return np.asarray((page + deviation * noise / noise.std()).clip(0, 255), np.uint8)


def texts(reader: Reader, page: Ink) -> list[str]:
    return [reading.text for reading in reader.read(page)]


@pytest.mark.parametrize("light", [False, True], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("lines", [20, 33])
def test_a_number_below_many_lines_of_print_is_read(
    reader: Reader, hand: dict[int, Ink], lines: int, light: bool
) -> None:
    page = blank(1200, 900, 235)
    for line in range(lines):
        cv2.putText(page, TEXT[line % 9 :], (30, 50 + 26 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 50, 1, cv2.LINE_AA)  # type: ignore[call-overload]
    page = grained(numbered(page, hand, at=(100, 80 + 26 * lines), size=84), 2)

    assert "4071" in texts(reader, np.asarray(255 - page, np.uint8) if light else page)


def test_a_number_among_thousands_of_specks_is_read(reader: Reader, hand: dict[int, Ink]) -> None:
    rng = np.random.default_rng(1)
    page = blank(960, 1280)
    for x, y, level in zip(
        *(rng.integers(low, high, 7000) for low, high in ((0, 1280), (0, 960), (60, 150))), strict=True
    ):
        page[y : y + 2, x : x + 2] = level

    assert "4071" in texts(reader, numbered(page, hand, at=(250, 380), size=140))


@pytest.mark.parametrize("level", [150, 170, 200])
def test_a_number_beside_shaded_cells_is_read(reader: Reader, hand: dict[int, Ink], level: int) -> None:
    page = blank(700, 900, 235)
    for row in range(3):  # 38 % of the page
        for column in range(4):
            page[20 + 110 * row : 120 + 110 * row, 20 + 215 * column : 220 + 215 * column] = level

    assert "4071" in texts(reader, grained(numbered(page, hand, at=(330, 580), size=84), 2))


@pytest.mark.parametrize("value", [3, 5, 6, 9])
def test_a_digit_that_fills_a_photograph_of_grainy_paper_is_read(
    reader: Reader, hand: dict[int, Ink], value: int
) -> None:
    page = digits_on(blank(890, 890, 190), [hand[value]], at=[(0, 0)], size=890)[95:795, 95:795]

    assert texts(reader, grained(page, 14, blur=1.2)) == [str(value)]


@pytest.mark.parametrize("value", [3, 5, 6, 9])
def test_a_digit_whose_foot_touches_a_faint_shadow_at_the_border_is_read(
    reader: Reader, hand: dict[int, Ink], value: int
) -> None:
    light = np.ones((800, 600), np.float32)
    light[-24:] = 0.8
    page = 200 * cv2.GaussianBlur(light, (0, 0), 1)
    x, y, width, height = cv2.boundingRect(hand[value])
    scale = min(720 / height, 560 / width)
    size = (round(width * scale), round(height * scale))
    ink = cv2.resize(hand[value][y : y + height, x : x + width], size, interpolation=cv2.INTER_CUBIC)
    left = (600 - size[0]) // 2
    page[790 - size[1] : 790, left : left + size[0]] *= 1 - 0.7 * ink.astype(np.float32) / 255

    assert texts(reader, grained(np.asarray(page, np.uint8), 3)) == [str(value)]
