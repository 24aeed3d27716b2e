"""What the tests of vision look at: MNIST digits as ink on paper, rules, shadows."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.uint8]


def digits_on(
    paper: Ink, digits: Sequence[Ink], *, at: Sequence[tuple[int, int]], size: int, strength: float = 0.7
) -> Ink:
    """Return ``paper`` with ``digits`` ((28, 28) ink 255 on 0), ``size`` pixels wide, their left tops ``at`` (x, y).

    Ink darkens: it takes ``strength`` of the light that the paper gives back.
    """
    page = paper.astype(np.float32)
    for digit, (x, y) in zip(digits, at, strict=True):
        ink = cv2.resize(digit, (size, size), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
        page[y : y + size, x : x + size] *= 1 - strength * ink.clip(0, 1)
    return np.asarray(page.clip(0, 255), np.uint8)


def blank(height: int, width: int, level: int = 220) -> Ink:
    return np.full((height, width), level, np.uint8)


def extent(digit: Ink, x: int, y: int, size: int) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of the ink of ``digit`` where ``digits_on`` put it."""
    rows, columns = np.flatnonzero(digit.max(1) > 100), np.flatnonzero(digit.max(0) > 100)
    factor = size / 28
    return (
        x + columns[0] * factor,
        y + rows[0] * factor,
        x + (columns[-1] + 1) * factor,
        y + (rows[-1] + 1) * factor,
    )
