"""Ink contrast -> ink mask."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from numbre_edge.types import Pixels

# Of 255. Paper fibres and JPEG blocks after flattening stay below; a hard pencil reaches 20.
MIN_CONTRAST = 14
# Ink is cut at this share of the contrast of the darkest ink within so many pixels, but never below
# this share of the picture's ink or within the paper's own noise.
_SHARE, _FAINTEST = 0.3, 0.16
_SHARE_ENLARGED, _FAINTEST_ENLARGED = 0.4, 0.24
_NEARBY = 9
_NOISE = 4.0
# Where noise is more than this share of the ink's contrast, strokes are looked for in a smoothed copy. Where less than
# this share of the contrast is left in it, what was smoothed away was itself noise.
_GRAINY, _STANDS = 0.04, 0.7
# Within half of so many pixels of ink that is certain, fainter ink counts: strokes fade and break.
_FADED = 0.6
_BESIDE = 15
# With this share of ink the picture as a whole says nothing of its paper: Otsu's lower class does.
_DENSE = 0.15
_FRINGE = 0.5
# Of a large picture as many rows are counted as hold about so many pixels.
_COUNTED = 250_000


def ink_level(contrast: Pixels) -> tuple[int, float]:
    """Return the contrast of the picture's strong ink and of its paper's noise, of 255.

    Flattening clips paper lighter than the background to 0, so the third quartile
    of the paper is the median of a folded normal distribution: 0.674 deviations.
    The ink is the 95th percentile of what stands clear of the noise.
    """
    some = contrast[:: 1 + contrast.size // _COUNTED]
    histogram = cv2.calcHist([some], [0], None, [256], [0, 256]).ravel()
    otsu = int(cv2.threshold(some, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])
    dense = histogram[otsu + 1 :].sum() > _DENSE * some.size
    paper = np.cumsum(histogram[: otsu + 1] if dense else histogram)
    noise = float(np.searchsorted(paper, 0.75 * paper[-1])) / 0.674
    if dense:
        noise *= _FRINGE  # much of what counts as paper is the soft edge of ink
    floor = int(min(255, max(MIN_CONTRAST, _NOISE * noise)))
    above = np.cumsum(histogram[floor:])
    if above[-1] == 0:
        return 0, noise
    return floor + int(np.searchsorted(above, 0.95 * above[-1])), noise


def binarize(contrast: Pixels, *, enlarged: bool = False) -> Pixels:
    """Return the ink mask, (h, w) uint8, 255 on 0, of a flattened picture.

    In an ``enlarged`` one strokes are soft, and run together unless they are cut higher.

    Each pixel is compared with the darkest ink nearby, so that a hairline is kept
    where the thick stroke beside it is cut at its own edge. The idea of a
    threshold that follows its surroundings is J. Sauvola's, M. Pietikäinen's
    ("Adaptive document image binarization", 2000); flattening has done the rest.
    That ink is believed more readily beside ink is the hysteresis of J. Canny ("A
    computational approach to edge detection", 1986), with a reach instead of a walk; so
    is smoothing first, here where a sensor's noise would break faint strokes.
    """
    level, noise = ink_level(contrast)
    if level == 0:
        return np.zeros_like(contrast)
    if noise > _GRAINY * level:
        smooth = np.asarray(cv2.GaussianBlur(contrast, (5, 5), 0), np.uint8)
        left, grain = ink_level(smooth)
        if left > _STANDS * level:
            contrast, level, noise = smooth, left, grain
    share, faintest = (_SHARE_ENLARGED, _FAINTEST_ENLARGED) if enlarged else (_SHARE, _FAINTEST)
    floor = max(MIN_CONTRAST, min(_NOISE * noise, 0.6 * level), faintest * level)
    nearby = cv2.dilate(contrast, np.ones((_NEARBY, _NEARBY), np.uint8))
    threshold = np.asarray(cv2.convertScaleAbs(nearby, alpha=share), np.uint8)
    ink = cv2.compare(contrast, _at_least(threshold, _FADED * floor), cv2.CMP_GT)
    certain = cv2.compare(contrast, _at_least(threshold, floor), cv2.CMP_GT)
    beside = cv2.dilate(certain, np.ones((_BESIDE, _BESIDE), np.uint8))
    return np.asarray(cv2.bitwise_and(ink, beside), np.uint8)


def _at_least(pixels: Pixels, level: float) -> Pixels:
    """Return ``pixels`` ((h, w) uint8), none below ``level``; ten times as fast as numpy's maximum."""
    scalar: Any = (int(level),)  # OpenCV's type hints know no scalars here
    return np.asarray(cv2.max(pixels, scalar), np.uint8)
