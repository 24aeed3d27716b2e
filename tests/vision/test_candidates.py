"""From a frame to candidate digits: of any size, any content, quickly, never with an error."""

from __future__ import annotations

import itertools
from functools import partial

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from numbre_edge.geometry import WORKING_SIDE, in_frame
from numbre_edge.types import Box, Frame, Patches
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.page import Page
from tests.vision.drawing import Ink, blank, digits_on, extent

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def on(page: Page) -> Patches:
    """Return the candidates of a page, in frame pixels."""
    return candidates(page).placed(partial(in_frame, placement=page.placement))


def boxes(patches: Patches) -> list[Box]:
    return [Box(*row) for row in patches.boxes.tolist()]


def assert_sound(patches: Patches, width: int, height: int) -> None:
    """Check what every answer must be, whatever the picture."""
    assert patches.pixels.shape == (len(patches), 28, 28)
    assert patches.boxes.shape == (len(patches), 4)
    segments = [segment for lattice in patches.lattices for segment in lattice.segments]
    for box in itertools.chain(boxes(patches), segments):
        assert 0 <= box.x < box.right <= width
        assert 0 <= box.y < box.bottom <= height
    of_lattices = [patch for lattice in patches.lattices for _, _, patch in lattice.spans]
    assert sorted(of_lattices) == list(range(len(patches)))  # every patch is in one lattice
    for lattice in patches.lattices:
        assert all(0 <= first < end <= len(lattice.segments) for first, end, _ in lattice.spans)


def alike(one: Ink, other: Ink) -> float:
    """Correlation of two patches but for half a pixel of shift."""
    soft = [cv2.GaussianBlur(patch.astype(np.float32), (0, 0), 1).ravel() for patch in (one, other)]
    return float(np.corrcoef(*soft)[0, 1])


@pytest.fixture
def ones(mnist_sample: MnistSample) -> NDArray[np.uint8]:
    """Ones: what is too narrow to be two digits is a single candidate."""
    digits, labels = mnist_sample
    return np.array([digit for digit in digits[labels == 1] if np.ptp(np.flatnonzero(digit.any(0))) < 7])


@pytest.mark.parametrize("colour", [False, True])
def test_a_digit_s_box_is_where_it_stands(ones: NDArray[np.uint8], colour: bool) -> None:
    page = digits_on(blank(200, 300), ones[:2], at=((60, 50), (170, 60)), size=84)
    patches = on(Page(Frame(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR) if colour else page)))

    assert len(patches) == 2
    for box, digit, (x, y) in zip(sorted(boxes(patches)), ones, ((60, 50), (170, 60)), strict=False):
        left, top, right, bottom = extent(digit, x, y, 84)
        assert (box.x, box.y, box.right, box.bottom) == pytest.approx((left, top, right, bottom), abs=5)


@pytest.mark.parametrize("size", [28, 84, 300, 900])
def test_the_patch_is_the_digit_at_any_size(mnist_sample: MnistSample, size: int) -> None:
    likeness = []
    for digit in mnist_sample[0][::10]:
        page = digits_on(blank(size * 3, size * 3), [digit], at=((size, size),), size=size)
        patches = on(Page(Frame(page)))
        assert len(patches) > 0
        likeness.append(max(alike(patch, digit) for patch in patches.pixels))

    assert np.median(likeness) > 0.95


@pytest.mark.parametrize("light_ink", [False, True])
@pytest.mark.parametrize("size", [16, 28, 32])
def test_a_bare_thumbnail_of_a_digit_is_a_picture(mnist_sample: MnistSample, size: int, light_ink: bool) -> None:
    found = right_way_round = 0
    for digit in mnist_sample[0]:
        small = cv2.resize(digit, (size, size), interpolation=cv2.INTER_AREA)
        view = Page(Frame(small if light_ink else 255 - small))
        patches = on(view)
        assert_sound(patches, size, size)
        found += len(patches) > 0
        right_way_round += view.flattened.light_ink is light_ink

    assert found == 100  # a bold 1 is no desk's edge
    assert right_way_round >= 98


def test_a_scan_of_100_megapixels_is_read_at_working_scale(ones: NDArray[np.uint8]) -> None:
    page = blank(7100, 14100)
    page[3000:4400, 6000:7400] = digits_on(blank(1400, 1400), ones[:1], at=((0, 0),), size=1400)
    view = Page(Frame(page))
    patches = on(view)

    assert max(view.flattened.contrast.shape) == WORKING_SIDE
    assert view.scale == pytest.approx(WORKING_SIDE / 14100)
    assert_sound(patches, 14100, 7100)
    (box,) = boxes(patches)
    assert (box.x, box.y) == pytest.approx(extent(ones[0], 6000, 3000, 1400)[:2], abs=30)


NOTHING = {
    "white": blank(300, 400, 255),
    "grey": blank(300, 400, 128),
    "black": blank(300, 400, 0),
    "a gradient": np.tile(np.linspace(20, 240, 400).astype(np.uint8), (300, 1)),
    "a slanting gradient": (np.add.outer(np.arange(300), np.arange(400)) * (250 / 700)).astype(np.uint8),
    "one black pixel": cv2.circle(blank(300, 400, 230), (200, 150), 0, (0,)),
    "half dark": np.hstack([blank(300, 200, 60), blank(300, 200, 220)]),
}


@pytest.mark.parametrize("picture", NOTHING.values(), ids=NOTHING.keys())
def test_a_picture_without_writing_has_no_candidates(picture: Ink) -> None:
    assert len(on(Page(Frame(picture)))) == 0


@pytest.mark.parametrize("deviation", [3, 10, 40])
def test_pure_noise_has_few_candidates(deviation: float) -> None:
    grain = np.random.default_rng(1).normal(128, deviation, (480, 640)).clip(0, 255).astype(np.uint8)

    patches = on(Page(Frame(grain)))

    assert len(patches) < 300
    assert_sound(patches, 640, 480)


def test_a_page_of_digits_gives_them_all(mnist_sample: MnistSample) -> None:
    places = [(30 + i % 10 * 50, 30 + i // 10 * 60) for i in range(100)]
    page = digits_on(blank(660, 560), mnist_sample[0], at=places, size=40)

    patches = on(Page(Frame(page)))

    assert_sound(patches, 560, 660)
    assert len(patches.lattices) == pytest.approx(100, abs=2)


def test_a_page_of_500_digits_gives_them_all(mnist_sample: MnistSample) -> None:
    places = [(30 + i % 25 * 50, 30 + i // 25 * 60) for i in range(500)]
    page = digits_on(blank(1270, 1290), np.tile(mnist_sample[0], (5, 1, 1)), at=places, size=40)

    view = Page(Frame(page))
    patches = on(view)

    assert not view.flattened.light_ink
    assert_sound(patches, 1290, 1270)
    assert len(patches.lattices) == pytest.approx(500, abs=10)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 300), (300, 1), (70, 1), (3, 2000), (2000, 3)])
def test_a_sliver_of_a_picture_is_answered(shape: tuple[int, int]) -> None:
    patches = on(Page(Frame(np.full(shape, 200, np.uint8))))

    assert_sound(patches, shape[1], shape[0])


@settings(max_examples=40)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=8, max_side=100)))
def test_any_picture_is_answered(pixels: NDArray[np.uint8]) -> None:
    height, width = pixels.shape

    assert_sound(on(Page(Frame(pixels))), width, height)
