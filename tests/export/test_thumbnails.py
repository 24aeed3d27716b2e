"""Bare pictures of digits: as they are, or filled to the border, in either polarity."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_export.data.mnist import Digits
from numbre_export.synthesis.thumbnails import thumbnail


def test_at_28_pixels_the_digit_is_as_it_is(held_out: Digits) -> None:
    digit = held_out.images[0]
    assert np.array_equal(thumbnail(digit, 28, light_ink=True), digit)


@pytest.mark.parametrize("side", [28, 32, 16])
def test_the_other_polarity_is_the_negative(held_out: Digits, side: int) -> None:
    light, dark = (thumbnail(held_out.images[3], side, light_ink=light) for light in (True, False))
    assert light.dtype == np.uint8
    assert np.array_equal(dark, 255 - light)
    assert light.mean() < dark.mean()


@pytest.mark.parametrize("side", [32, 16])
def test_ink_touches_two_opposite_borders(held_out: Digits, side: int) -> None:
    for digit in held_out.images:
        picture = thumbnail(digit, side, light_ink=True)
        assert picture.shape == (side, side)
        ink = picture > 40
        upright, flat = ink[0].any() and ink[-1].any(), ink[:, 0].any() and ink[:, -1].any()
        assert upright or flat


@pytest.mark.parametrize("side", [32, 16])
def test_proportions_are_kept(held_out: Digits, side: int) -> None:
    for digit in held_out.images:
        before, after = (np.argwhere(p > 64) for p in (digit, thumbnail(digit, side, light_ink=True)))
        (h, w), (height, width) = np.ptp(before, 0) + 1, np.ptp(after, 0) + 1
        assert width / height == pytest.approx(w / h, abs=3 / side + 0.05)
