"""Ink contrast -> ink mask."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.types import Pixels

# Of 255. Paper fibres and JPEG blocks after flattening stay below; a hard pencil reaches 20.
MIN_CONTRAST = 14
# Ink is cut at this share of the darkest ink's contrast, but never within the paper's own noise.
_SHARE = 0.38
_NOISE = 4.0
# With this share of ink the picture as a whole says nothing of its paper: Otsu's lower class does.
_DENSE = 0.15


def ink_level(contrast: Pixels) -> tuple[int, float]:
    """Return the contrast of the picture's strong ink and of its paper's noise, of 255.

    Flattening clips paper lighter than the background to 0, so the third quartile
    of the paper is the median of a folded normal distribution: 0.674 deviations.
    The ink is the 95th percentile of what stands clear of the noise.
    """
    histogram = cv2.calcHist([contrast], [0], None, [256], [0, 256]).ravel()
    otsu = int(cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])
    dense = histogram[otsu + 1 :].sum() > _DENSE * contrast.size
    paper = np.cumsum(histogram[: otsu + 1] if dense else histogram)
    noise = float(np.searchsorted(paper, 0.75 * paper[-1])) / 0.674
    floor = int(min(255, max(MIN_CONTRAST, _NOISE * noise)))
    above = np.cumsum(histogram[floor:])
    if above[-1] == 0:
        return 0, noise
    return floor + int(np.searchsorted(above, 0.95 * above[-1])), noise


def binarize(contrast: Pixels) -> Pixels:
    """Return the ink mask, (h, w) uint8, 255 on 0, of a flattened picture."""
    level, noise = ink_level(contrast)
    if level == 0:
        return np.zeros_like(contrast)
    threshold = max(MIN_CONTRAST, _SHARE * level, min(_NOISE * noise, 0.6 * level))
    return np.asarray(cv2.threshold(contrast, threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)
