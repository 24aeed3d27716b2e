"""Contrast becomes ink or paper: faint pens are kept, noise is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from numbre_edge.vision.binarize import _BESIDE, _FADED, MIN_CONTRAST, binarize, ink_level
from tests.vision.drawing import Ink

SHAPE = (160, 320)


def written(strength: int, thickness: int = 6) -> Ink:
    """Contrast of "47" written with a pen of this strength, of 255."""
    contrast = np.zeros(SHAPE, np.uint8)
    cv2.putText(contrast, "47", (60, 120), cv2.FONT_HERSHEY_SIMPLEX, 4, (strength,), thickness, cv2.LINE_AA)
    return contrast


def noise(deviation: float) -> Ink:
    """Contrast of empty, grainy paper: flattening clips what is lighter than the paper to 0."""
    return np.random.default_rng(0).normal(0, deviation, SHAPE).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("strength", [MIN_CONTRAST + 4, 40, 120, 255])
def test_ink_of_any_strength_is_found(strength: int) -> None:
    contrast = written(strength)

    mask = binarize(contrast)

    assert (mask[contrast > 0.8 * strength] == 255).all()
    assert not mask[contrast == 0].any()


def test_the_mask_does_not_depend_on_the_pen() -> None:
    strong, weak = binarize(written(240)) > 0, binarize(written(80)) > 0

    assert (strong != weak).sum() < 0.05 * strong.sum()


def test_a_faint_number_beside_a_strong_one_is_kept() -> None:
    contrast = written(230)
    cv2.putText(contrast, "1", (10, 120), cv2.FONT_HERSHEY_SIMPLEX, 4, (90,), 4, cv2.LINE_AA)

    mask = binarize(contrast)

    assert mask[60:110, 10:55].any()


@pytest.mark.parametrize("deviation", [1, 3, 6])
def test_the_grain_of_paper_is_not_ink(deviation: float) -> None:
    contrast = np.maximum(written(150), noise(deviation))
    paper = cv2.dilate(written(150), np.ones((9, 9), np.uint8)) == 0

    mask = binarize(contrast)

    assert (mask[paper] > 0).mean() < 0.001
    assert mask[written(150) > 120].mean() > 254


def test_a_faint_stroke_in_a_sensors_noise_has_no_holes() -> None:
    pencil = written(60, thickness=2)
    noisy = (pencil + np.random.default_rng(0).normal(0, 12, SHAPE)).clip(0, 255).astype(np.uint8)

    mask = binarize(noisy)

    assert (mask[pencil > 30] == 255).mean() > 0.98
    assert (mask[cv2.dilate(pencil, np.ones((9, 9), np.uint8)) == 0] == 255).mean() < 0.001


def test_soft_strokes_close_together_do_not_run_together_in_an_enlarged_picture() -> None:
    strokes = np.zeros(SHAPE, np.uint8)
    strokes[40:120, 100:110] = strokes[40:120, 118:128] = 200
    soft = np.asarray(cv2.GaussianBlur(strokes, (0, 0), 3), np.uint8)

    assert binarize(soft)[60:100, 113:115].all()
    assert not binarize(soft, enlarged=True)[60:100, 113:115].any()


def test_a_blank_page_has_no_ink() -> None:
    assert ink_level(np.zeros(SHAPE, np.uint8))[0] == 0
    assert not binarize(np.zeros(SHAPE, np.uint8)).any()
    assert not binarize(noise(2)).any()


def test_the_level_of_ink_and_of_noise_are_measured() -> None:
    level, grain = ink_level(np.maximum(written(150), noise(3)))

    assert level == pytest.approx(150, abs=5)
    assert grain == pytest.approx(3, abs=1.5)


@settings(max_examples=60)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)))
@example(np.array([[15, 0, 0, 9]], np.uint8))  # faint, and beside ink that is certain
@example(np.array([[15, *[0] * 9, 9]], np.uint8))
def test_a_mask_is_255_on_0_and_never_far_from_contrast(contrast: NDArray[np.uint8]) -> None:
    mask = binarize(contrast)

    assert mask.shape == contrast.shape
    assert set(np.unique(mask).tolist()) <= {0, 255}
    here, beside = (cv2.dilate(contrast, np.ones((side, side), np.uint8)) for side in (5, _BESIDE + 4))  # smoothed by 5
    assert not mask[here < int(_FADED * MIN_CONTRAST)].any()
    assert not mask[beside < MIN_CONTRAST].any()
