"""Ink -> the 28x28 patch a model is trained on, and reads. The one copy of this geometry.

The format is MNIST's (LeCun, Cortes, Burges: "The MNIST database of handwritten
digits"): the longer side of the ink scaled to 20 pixels, grey levels kept, the
centre of mass moved to the centre of a 28x28 field. Two things are added, since
a camera is not NIST's scanner: strokes thinner than any in MNIST are widened, and
the darkest ink becomes 255.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from numbre_edge.types import Pixels

PATCH = 28  # pixels, both sides
BOX = 20  # pixels, the longer side of the ink within the patch
PREPROCESSING = 1  # raise it whenever a patch would come out differently: model cards name it

# Stroke width is measured and mended at four times the final size.
_WORK = 4 * BOX
# A pen line must be this wide at _WORK: 1.5 of 20 pixels, the thinnest tenth of MNIST's strokes.
_MIN_STROKE = 6.0
# Ink fainter than this share of the strongest is fringe and does not count for the box.
_FRINGE = 0.15


def normalize(ink: Pixels) -> Pixels:
    """Turn the ink of one symbol into a patch.

    Args:
        ink: (h, w) uint8, ink 255 on 0, any size, only this symbol's ink.

    Returns:
        (28, 28) uint8, ink 255 on 0; all 0 where ``ink`` holds none that could be seen.
    """
    peak = int(ink.max(initial=0))
    if peak == 0:
        return np.zeros((PATCH, PATCH), np.uint8)
    ink = _crop(ink, int(peak * _FRINGE))
    if max(ink.shape) > _WORK:
        ink = _scale(ink, _WORK)
    ink = _widen(ink)
    small = _scale(ink, BOX)
    if not small.any():  # a grey level or two, that nothing is left of where a pixel holds little of it
        return np.zeros((PATCH, PATCH), np.uint8)
    return _centre(np.asarray(cv2.convertScaleAbs(small, alpha=255.0 / int(small.max())), np.uint8))


def _crop(ink: Pixels, threshold: int) -> Pixels:
    x, y, width, height = cv2.boundingRect(cv2.threshold(ink, threshold, 255, cv2.THRESH_BINARY)[1])
    return ink[y : y + height, x : x + width]


def _scale(ink: Pixels, longer: int) -> Pixels:
    """Scale so that the longer side is ``longer`` pixels."""
    height, width = ink.shape
    factor = longer / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=method), np.uint8)


def stroke_width(mask: Pixels) -> float:
    """Return the mean stroke width of ``mask`` ((h, w) uint8, ink > 0), in pixels.

    Across a stroke of width w the distance to the edge averages w/4.
    """
    x, y, width, height = cv2.boundingRect(mask)
    padded = cv2.copyMakeBorder(mask[y : y + height, x : x + width], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    # The distance is 0 beside the ink, so this is cv2.mean with the ink for its mask, which is slow.
    return float(4.0 * (cv2.sumElems(distance)[0] * (1 / max(1, cv2.countNonZero(mask)))) - 1.0)


def _widen(ink: Pixels) -> Pixels:
    """Widen strokes that are too thin for MNIST's scale."""
    longer = max(ink.shape)
    if longer <= BOX:  # a stroke of one pixel is wide enough here
        return ink
    mask = np.asarray(cv2.threshold(ink, 0.4 * float(ink.max()), 255, cv2.THRESH_BINARY)[1], np.uint8)
    missing = _MIN_STROKE * longer / _WORK - stroke_width(mask)
    radius = round(missing / 2)
    if radius < 1:
        return ink
    padded = cv2.copyMakeBorder(ink, radius, radius, radius, radius, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.dilate(padded, _disc(radius)), np.uint8)


@cache
def _disc(radius: int) -> Pixels:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _centre(small: Pixels) -> Pixels:
    """Put ``small`` (at most 20x20) into a patch with its centre of mass in the middle."""
    moments = cv2.moments(small)  # MNIST's own digits have their centroid at pixel 14, not 13.5: measured
    height, width = small.shape
    left = round(PATCH / 2 - moments["m10"] / moments["m00"])
    top = round(PATCH / 2 - moments["m01"] / moments["m00"])
    left, top = min(max(left, 0), PATCH - width), min(max(top, 0), PATCH - height)
    patch = np.zeros((PATCH, PATCH), np.uint8)
    patch[top : top + height, left : left + width] = small
    return patch
