"""A digit as a small picture of its own: what a user has whose digits are already cut out."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.types import Pixels

SIDES = (28, 32, 16)  # pixels
# Ink fainter than this of 255 is the fringe of a stroke: nobody crops by it.
_FRINGE = 64


def thumbnail(digit: Pixels, side: int, *, light_ink: bool) -> Pixels:
    """Return an MNIST digit as a bare picture.

    Args:
        digit: (28, 28) uint8, ink 255 on 0.
        side: 28 leaves the digit as it is; any other crops it to its ink and
            scales that until it touches two opposite borders.
        light_ink: white on black, else black on white.

    Returns:
        (side, side) uint8.
    """
    picture = digit if side == digit.shape[0] else _filled(digit, side)
    return picture if light_ink else np.asarray(cv2.bitwise_not(picture), np.uint8)


def _filled(digit: Pixels, side: int) -> Pixels:
    x, y, width, height = cv2.boundingRect((digit > _FRINGE).astype(np.uint8))
    factor = side / max(width, height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    ink = cv2.resize(digit[y : y + height, x : x + width], size, interpolation=method)
    picture = np.zeros((side, side), np.uint8)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    picture[top : top + size[1], left : left + size[0]] = ink
    return picture
