"""A patch is the digit as MNIST's makers would have scanned it, whatever the pen and the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from numbre_edge.vision.normalize import BOX, PATCH, normalize, stroke_width

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
ANY_INK = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=90))


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def enlarged(digit: NDArray[np.uint8], times: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(digit, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)


def soft(patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(patch.astype(np.float32), (0, 0), 1), np.float32)


def ring(side: int, width: int) -> NDArray[np.uint8]:
    """A circle ``side`` pixels across, drawn with a pen of ``width``."""
    picture = np.zeros((side + 2 * width, side + 2 * width), np.uint8)
    cv2.circle(picture, (len(picture) // 2, len(picture) // 2), side // 2, (255,), width, cv2.LINE_AA)
    return picture


def test_mnist_digits_come_out_as_they_went_in(mnist_sample: MnistSample) -> None:
    digits, _ = mnist_sample

    differences = [difference(normalize(digit), digit) for digit in digits]

    assert np.mean(differences) < 1


@pytest.mark.parametrize("times", [2, 3, 5, 10, 20])
def test_a_digit_of_any_size_gives_nearly_the_same_patch(mnist_sample: MnistSample, times: int) -> None:
    pairs = [(normalize(enlarged(digit, times)), normalize(digit)) for digit in mnist_sample[0]]

    # Half a pixel of shift is unavoidable: the centre of mass goes to a whole one.
    likeness = [np.corrcoef(soft(one).ravel(), soft(other).ravel())[0, 1] for one, other in pairs]
    ink = [one.sum() / other.sum() for one, other in pairs]
    assert np.mean(likeness) > 0.96
    assert min(likeness) > 0.8
    assert np.mean(ink) == pytest.approx(1, abs=0.08)


def test_the_sizes_of_a_large_digit_differ_least_among_themselves(mnist_sample: MnistSample) -> None:
    digits, _ = mnist_sample

    differences = [difference(normalize(enlarged(digit, 20)), normalize(enlarged(digit, 10))) for digit in digits]

    assert np.mean(differences) < 2


def test_paper_around_the_ink_changes_nothing(mnist_sample: MnistSample) -> None:
    digit = mnist_sample[0][3]

    padded = np.pad(digit, ((40, 3), (0, 77)))

    np.testing.assert_array_equal(normalize(padded), normalize(digit))


def test_faint_ink_becomes_full_ink(mnist_sample: MnistSample) -> None:
    faint = [normalize((digit // 8).astype(np.uint8)) for digit in mnist_sample[0]]

    differences = [difference(one, normalize(digit)) for one, digit in zip(faint, mnist_sample[0], strict=True)]

    assert all(patch.max() == 255 for patch in faint)
    assert np.mean(differences) < 1.5


@pytest.mark.parametrize("side", [60, 200, 900])
def test_a_thin_pen_is_as_wide_as_mnists_thinnest(side: int) -> None:
    patch = normalize(ring(side, 1))

    # A line leaves about width x length of full ink.
    assert 1.0 < patch.sum() / 255 / (np.pi * (BOX - 1.5)) < 1.6
    assert patch[PATCH // 2 - 3 : PATCH // 2 + 3, PATCH // 2 - 3 : PATCH // 2 + 3].max() < 30  # the ring stays open


def test_a_wide_pen_stays_as_it_is() -> None:
    patch = normalize(ring(200, 30))

    area = np.pi * (115**2 - 85**2) * (BOX / 230) ** 2
    assert patch.sum() / 255 == pytest.approx(area, rel=0.05)


@pytest.mark.parametrize(("height", "width"), [(300, 40), (40, 300), (200, 200)])
def test_the_longer_side_is_20_pixels(height: int, width: int) -> None:
    patch = normalize(np.full((height, width), 255, np.uint8))

    rows, columns = np.flatnonzero(patch.any(1)), np.flatnonzero(patch.any(0))
    longest = max(height, width)
    assert (len(rows), len(columns)) == (round(BOX * height / longest), round(BOX * width / longest))


def test_the_centre_of_mass_is_in_the_middle(mnist_sample: MnistSample) -> None:
    for digit in mnist_sample[0]:
        moments = cv2.moments(normalize(enlarged(digit, 5)))
        assert abs(moments["m10"] / moments["m00"] - PATCH / 2) <= 0.6
        assert abs(moments["m01"] / moments["m00"] - PATCH / 2) <= 0.6


def test_no_ink_gives_an_empty_patch() -> None:
    assert not normalize(np.zeros((17, 9), np.uint8)).any()
    assert not normalize(np.zeros((0, 5), np.uint8)).any()


def test_ink_too_faint_to_be_seen_gives_an_empty_patch() -> None:
    ink = np.zeros((40, 40), np.uint8)
    ink[[0, -1], [0, -1]] = 1

    assert not normalize(ink).any()


@given(ANY_INK)
def test_any_ink_gives_a_patch(ink: NDArray[np.uint8]) -> None:
    patch = normalize(ink)

    assert (patch.shape, patch.dtype) == ((PATCH, PATCH), np.uint8)
    assert patch.max() == 255 or ink.max(initial=0) < 255


@settings(max_examples=25)
@given(st.integers(1, 3), st.integers(1, 4000), st.booleans())
def test_a_line_of_any_length_gives_a_patch(thin: int, long: int, upright: bool) -> None:
    line = np.full((long, thin) if upright else (thin, long), 200, np.uint8)

    assert normalize(line).max() == 255


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8, 13, 30])
def test_the_width_of_a_stroke_is_measured(width: int) -> None:
    bar = np.zeros((300, 60), np.uint8)
    bar[20:280, 10 : 10 + width] = 255

    assert stroke_width(bar) == pytest.approx(width, rel=0.06, abs=2)
