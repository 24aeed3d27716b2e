"""A page that leans is set upright; what only looks as if it leaned is left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.geometry import in_frame, in_working, upright
from numbre_edge.types import Box, Frame, Placement
from numbre_edge.vision import tilt as subject
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.page import Page
from numbre_edge.vision.straight import shrunk
from tests.vision.drawing import Ink, blank, digits_on

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
HEIGHT, WIDTH = 600, 900


def tilt_of(mask: Ink) -> float:
    return subject.tilt_of(shrunk(mask))


@pytest.fixture
def writing(mnist_sample: MnistSample) -> Ink:
    """A mask of four lines of six digits, 60 pixels high, words apart."""
    digits, _ = mnist_sample
    at = [(60 + 110 * column + 60 * (column // 3), 60 + 130 * row) for row in range(4) for column in range(6)]
    page = digits_on(blank(HEIGHT, WIDTH), digits[:24], at=at, size=84)
    return np.where(page < 150, np.uint8(255), np.uint8(0))


def ruled(mask: Ink, *, squared: bool = False) -> Ink:
    mask = mask.copy()
    mask[50::65], mask[51::65] = 255, 255
    if squared:
        mask[:, 50::65], mask[:, 51::65] = 255, 255
    return mask


def leaning(mask: Ink, degrees: float) -> Ink:
    return np.where(upright(mask, -degrees) > 127, np.uint8(255), np.uint8(0))


@pytest.mark.parametrize("degrees", [-20, -11, -5, 5, 11, 20])
def test_lines_of_writing_tell_the_tilt(writing: Ink, degrees: float) -> None:
    assert tilt_of(leaning(writing, degrees)) == pytest.approx(degrees, abs=1)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("degrees", [-20, -8, -1.5, 1.5, 8, 20])
def test_rules_tell_it_more_exactly(writing: Ink, degrees: float, squared: bool) -> None:
    assert tilt_of(leaning(ruled(writing, squared=squared), degrees)) == pytest.approx(degrees, abs=0.3)


def test_a_level_page_is_not_turned(writing: Ink) -> None:
    assert tilt_of(writing) == 0
    assert tilt_of(ruled(writing)) == 0
    assert tilt_of(ruled(writing, squared=True)) == 0


def test_a_digit_alone_is_not_a_tilted_line(mnist_sample: MnistSample) -> None:
    for digit in mnist_sample[0]:
        page = digits_on(blank(200, 200), [digit], at=((30, 30),), size=140)
        assert Page(Frame(page)).placement.tilt == 0


def test_nothing_and_noise_do_not_lean() -> None:
    assert tilt_of(np.zeros((HEIGHT, WIDTH), np.uint8)) == 0
    noise = np.random.default_rng(0).integers(0, 10, (HEIGHT, WIDTH)) == 0
    assert tilt_of(np.where(noise, np.uint8(255), np.uint8(0))) == 0


@pytest.mark.parametrize("tilt", [-20, 0, 7.5])
@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_a_box_in_the_upright_picture_finds_its_ink_in_the_frame(tilt: float, scale: float) -> None:
    ink, region = Box(600, 100, 40, 60), Box(200, 50, WIDTH, HEIGHT)
    mask = np.zeros((HEIGHT + 100, WIDTH + 300), np.uint8)
    mask[ink.y : ink.bottom, ink.x : ink.right] = 255
    placement = Placement(region, scale, tilt)

    part = mask[region.y : region.bottom, region.x : region.right]
    turned = upright(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), tilt)
    box = Box(*cv2.boundingRect(np.where(turned > 127, np.uint8(255), np.uint8(0))))
    back = Box(*in_frame(np.array([box], np.int32), placement)[0].tolist())

    slack = 1 / scale
    assert back.x <= ink.x + slack
    assert back.y <= ink.y + slack
    assert back.right >= ink.right - slack
    assert back.bottom >= ink.bottom - slack
    assert back.width * back.height <= 3 * ink.width * ink.height
    there = in_working(back, placement)
    assert there.x <= box.x
    assert there.y <= box.y
    assert there.right >= box.right
    assert there.bottom >= box.bottom


def test_a_box_in_the_corner_that_was_filled_stays_in_the_region() -> None:
    region = Box(30, 40, WIDTH, HEIGHT)
    (box,) = (Box(*row) for row in in_frame(np.array([[0, 0, 5, 5]], np.int32), Placement(region, 1.0, 15)).tolist())

    assert region.x <= box.x < box.right <= region.right
    assert region.y <= box.y < box.bottom <= region.bottom


def test_all_stages_are_of_the_upright_page(writing: Ink) -> None:
    pixels = np.asarray(220 - 0.7 * leaning(ruled(writing), 10), np.uint8)
    page = Page(Frame(pixels))

    assert page.placement.tilt == pytest.approx(10, abs=0.3)
    assert page.flattened.contrast.shape == page.writing.mask.shape
    assert page.writing.mask.shape[0] > pixels.shape[0] * page.scale
    assert len(candidates(page)) >= 24
    assert Page(Frame(pixels), level=False).placement.tilt == 0
