"""MNIST-C's corruptions: all fifteen, each doing what it is called, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_edge.types import Pixels
from numbre_export.data.mnist import Digits
from numbre_export.synthesis.corruptions import CORRUPTIONS, corrupted


@pytest.fixture
def images(held_out: Digits) -> Pixels:
    return held_out.images[::5]


def extent(image: Pixels) -> tuple[int, int]:
    """Return height and width of the ink."""
    rows, columns = np.flatnonzero((image > 64).any(1)), np.flatnonzero((image > 64).any(0))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre(image: Pixels) -> np.ndarray:
    """Return the centre of mass: row, column."""
    return np.array([np.average(rows, weights=image) for rows in np.indices(image.shape)])


def test_they_are_the_paper_s_fifteen() -> None:
    assert set(CORRUPTIONS) == {
        *("shot noise", "impulse noise", "glass blur", "motion blur", "shear", "scale", "rotate", "brightness"),
        *("translate", "stripe", "fog", "spatter", "dotted line", "zigzag", "canny edges"),
    }


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_every_patch_is_spoilt_and_stays_a_patch(images: Pixels, name: str) -> None:
    spoilt = corrupted(images, name, seed=1)
    assert (spoilt.shape, spoilt.dtype) == (images.shape, np.uint8)
    difference = np.abs(spoilt.astype(int) - images).mean((1, 2))
    assert difference.min() > 1
    # Ink, where there is any left, still stands out: the digit is not gone.
    assert all(np.ptp(image) > 60 for image in spoilt)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_seed_decides(images: Pixels, name: str) -> None:
    once = corrupted(images, name, seed=1)
    assert np.array_equal(once, corrupted(images, name, seed=1))
    alike = np.array_equal(once, corrupted(images, name, seed=2))
    assert alike == (name in ("stripe", "canny edges"))  # which leave nothing to chance


def test_geometry(images: Pixels) -> None:
    for before, after in zip(images, corrupted(images, "scale", seed=0), strict=True):
        assert 0.4 < max(extent(after)) / max(extent(before)) < 0.8
    for before, after in zip(images, corrupted(images, "translate", seed=0), strict=True):
        moved = np.abs(centre(after) - centre(before))
        assert ((moved > 1.5) & (moved < 4.5)).all()
        assert extent(after)[0] >= extent(before)[0] - 2
    for name in ("rotate", "shear"):
        for before, after in zip(images, corrupted(images, name, seed=0), strict=True):
            assert np.abs(centre(after) - centre(before)).max() < 2.5, name
            assert after.mean() == pytest.approx(before.mean(), rel=0.15), name


def test_light(images: Pixels) -> None:
    bright = corrupted(images, "brightness", seed=0)
    assert (bright >= images).all()
    assert bright.min() > 60
    striped = corrupted(images, "stripe", seed=0)
    assert np.array_equal(striped[:, :, 11:17], 255 - images[:, :, 11:17])
    assert np.array_equal(striped[:, :, :11], images[:, :, :11])
    assert set(np.unique(corrupted(images, "canny edges", seed=0))) == {0, 255}


@pytest.mark.parametrize("name", ["spatter", "dotted line", "zigzag"])
def test_what_is_laid_over_takes_no_ink_away(images: Pixels, name: str) -> None:
    assert (corrupted(images, name, seed=0) >= images).all()


@pytest.mark.parametrize("name", ["glass blur", "motion blur"])
def test_blur_spreads_the_ink_and_keeps_its_place(images: Pixels, name: str) -> None:
    spoilt = corrupted(images, name, seed=0)
    assert (spoilt > 16).sum() > 1.1 * (images > 16).sum()
    for before, after in zip(images, spoilt, strict=True):
        assert after.max() < before.max()
        assert np.abs(centre(after) - centre(before)).max() < 1.5
