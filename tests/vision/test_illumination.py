"""Light is taken out of a picture: what stays is the ink, dark on light or light on dark."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from numbre_edge.vision.binarize import MIN_CONTRAST
from numbre_edge.vision.illumination import flatten
from tests.vision.drawing import Ink, blank, digits_on

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
PLACES = ((40, 60), (140, 60), (260, 60), (360, 60))
SIZE = 84


@pytest.fixture
def page(mnist_sample: MnistSample) -> Ink:
    """(200, 480): four digits on even paper."""
    digits = mnist_sample[0]
    return digits_on(blank(200, 480), digits[[5, 10, 21, 30]], at=PLACES, size=SIZE)


@pytest.fixture
def ink(page: Ink) -> NDArray[np.bool_]:
    """Where there is clearly ink on ``page``."""
    return page < 120


@pytest.fixture
def paper(page: Ink) -> NDArray[np.bool_]:
    """Where there is clearly only paper on ``page``."""
    return cv2.erode((page > 215).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0


def test_dark_ink_on_light_paper_is_bright_on_0(page: Ink, ink: NDArray[np.bool_], paper: NDArray[np.bool_]) -> None:
    flattened = flatten(page)

    assert not flattened.light_ink
    assert flattened.contrast[ink].min() > 90
    assert flattened.contrast[paper].max() < MIN_CONTRAST


def test_light_ink_on_a_dark_board_is_the_same_in_the_negative(page: Ink, ink: NDArray[np.bool_]) -> None:
    light, dark = flatten(255 - page), flatten(page)

    assert light.light_ink
    np.testing.assert_allclose(light.contrast.astype(int), dark.contrast.astype(int), atol=2)


@pytest.mark.parametrize("level", [60, 128, 250])
def test_the_strength_of_the_light_does_not_matter(page: Ink, ink: NDArray[np.bool_], level: int) -> None:
    dimmed = (page.astype(np.float32) * (level / 255)).astype(np.uint8)

    difference = flatten(dimmed).contrast[ink].astype(int) - flatten(page).contrast[ink]

    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize("depth", [0.35, 0.5, 0.7])
def test_a_hard_shadow_is_removed(page: Ink, ink: NDArray[np.bool_], paper: NDArray[np.bool_], depth: float) -> None:
    shaded = page.copy()
    shaded[:, 200:] = (page[:, 200:] * depth).astype(np.uint8)
    flattened = flatten(shaded)

    left, right = flattened.contrast[:, :200][ink[:, :200]], flattened.contrast[:, 200:][ink[:, 200:]]
    clear = paper & ~flattened.edges
    assert not flattened.light_ink
    assert left.mean() == pytest.approx(right.mean(), abs=12)
    assert np.percentile(flattened.contrast[clear], 99) < MIN_CONTRAST
    assert flattened.edges[:, 190:210].any(1).mean() > 0.9  # the shadow's edge is known for what it is
    assert not flattened.edges[:, :170].any()
    assert not flattened.edges[:, 230:].any()


def test_a_vignette_is_removed(page: Ink, ink: NDArray[np.bool_], paper: NDArray[np.bool_]) -> None:
    rows, columns = np.mgrid[-1:1:200j, -1:1:480j]
    fading = 1 - 0.2 * (rows**2 + columns**2)
    flattened = flatten((page * fading).astype(np.uint8))

    assert np.percentile(flattened.contrast[paper], 99) < MIN_CONTRAST
    assert flattened.contrast[ink].min() > 80


@pytest.mark.parametrize("desk", [15, 60, 110])
def test_a_sheet_on_a_dark_desk_is_still_dark_ink_on_light_paper(
    page: Ink, ink: NDArray[np.bool_], paper: NDArray[np.bool_], desk: int
) -> None:
    photo = blank(260, 560, desk)
    photo[30:230, 40:520] = page
    flattened = flatten(photo)

    sheet = flattened.contrast[30:230, 40:520]
    inside = np.zeros_like(paper)
    inside[25:-25, 25:-25] = paper[25:-25, 25:-25]
    assert not flattened.light_ink
    assert sheet[ink].min() > 80
    assert sheet[inside].max() < MIN_CONTRAST
    assert not flattened.edges[90:170, 80:480].any()


@pytest.mark.parametrize("level", [30, 90])
def test_chalk_on_a_board_framed_by_a_light_wall_is_light_ink(page: Ink, ink: NDArray[np.bool_], level: int) -> None:
    wall = blank(260, 560, 200)
    wall[30:230, 40:520] = np.maximum(level, (255 - page.astype(int)) * 0.9).astype(np.uint8)
    flattened = flatten(wall)

    assert flattened.light_ink
    assert np.median(flattened.contrast[30:230, 40:520][ink]) > 60


@pytest.mark.parametrize("desk", [15, 60, 110])
def test_a_label_in_the_middle_of_a_dark_desk_is_dark_ink(page: Ink, desk: int) -> None:
    photo = blank(420, 760, desk)
    photo[100:300, 130:610] = page

    assert not flatten(photo).light_ink


@pytest.mark.parametrize("level", [30, 90])
def test_a_small_board_on_a_light_wall_is_light_ink(page: Ink, level: int) -> None:
    wall = blank(420, 760, 200)
    wall[100:300, 130:610] = np.maximum(level, (255 - page.astype(int)) * 0.9).astype(np.uint8)

    assert flatten(wall).light_ink


@pytest.mark.parametrize("light_ink", [False, True])
def test_a_thumbnail_full_of_ink_keeps_it_all(mnist_sample: MnistSample, light_ink: bool) -> None:
    for digit in mnist_sample[0]:
        rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
        tight = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]  # ink touches all four borders
        picture = np.pad(tight, 1)
        flattened = flatten(picture if light_ink else 255 - picture, full=True)
        assert flattened.light_ink is light_ink
        assert np.abs(flattened.contrast.astype(int) - picture).mean() < 8


@settings(max_examples=60)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=8, max_side=80)))
def test_any_picture_can_be_flattened(grey: NDArray[np.uint8]) -> None:
    for full in (False, True):
        flattened = flatten(grey, full=full)
        assert flattened.contrast.shape == flattened.edges.shape == grey.shape
        assert flattened.contrast.dtype == np.uint8


@pytest.mark.parametrize("level", [0, 1, 128, 255])
def test_a_picture_of_one_grey_has_no_contrast(level: int) -> None:
    flattened = flatten(blank(90, 140, level))

    assert flattened.contrast.max() == 0
    assert not flattened.edges.any()
