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


def ink_level(contrast: Pixels) -> tuple[int, float]:
    """Return the contrast of the picture's strong ink and of its paper's noise, of 255.

    The noise is the median absolute deviation (times 1.48, the normal
    distribution's factor) of the pixels, most of which are paper. The ink is the
    95th percentile of what stands clear of it.
    """
    histogram = cv2.calcHist([contrast], [0], None, [256], [0, 256]).ravel()
    # Flattening clips paper lighter than the background to 0, so half of the noise is left:
    # its median magnitude among all pixels is the 50 % point of the folded distribution.
    cumulative = np.cumsum(histogram) / contrast.size
    noise = 1.48 * float(np.searchsorted(cumulative, 0.75)) / 1.15
    floor = int(max(MIN_CONTRAST, _NOISE * noise))
    above = np.cumsum(histogram[floor:])
    if len(above) == 0 or above[-1] == 0:
        return 0, noise
    return floor + int(np.searchsorted(above, 0.95 * above[-1])), noise


def binarize(contrast: Pixels) -> Pixels:
    """Return the ink mask, (h, w) uint8, 255 on 0, of a flattened picture."""
    level, noise = ink_level(contrast)
    if level == 0:
        return np.zeros_like(contrast)
    threshold = max(MIN_CONTRAST, _SHARE * level, min(_NOISE * noise, 0.6 * level))
    return np.asarray(cv2.threshold(contrast, threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)
