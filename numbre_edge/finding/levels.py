"""A picture at octaves of scale: each digit is of the finder's size at one of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from numbre_edge.finding.grid import LOWEST
from numbre_edge.finding.light import normalized
from numbre_edge.types import Pixels

# Longer side of the finest level, pixels: what is written lower than a hundredth of the picture is not looked for.
_LARGEST = 1280
_ENLARGED = 2.0  # at most: a person reads digits of 7 pixels at a glance, none that are lower
_OCTAVE = 2


@dataclass(frozen=True, eq=False)
class Level:
    """A picture at one scale.

    Attributes:
        pixels: (h, w) uint8, normalized.
        scale: level pixels per picture pixel, across and down.
    """

    pixels: Pixels
    scale: tuple[float, float]


def levels(grey: Pixels, *, largest: int = _LARGEST) -> list[Level]:
    """Return (h, w) uint8 ``grey`` at its levels, coarse to fine: the coarsest holds a digit as high as the picture.

    ``largest`` is the longer side of the finest, pixels.
    """
    height, width = grey.shape
    scale = min(_ENLARGED, largest / max(height, width))
    result: list[Level] = []
    source = grey
    while not result or scale * height >= LOWEST:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        level = np.asarray(cv2.resize(source, size, interpolation=method), np.uint8) if scale != 1 else grey
        result.append(Level(normalized(level), (size[0] / width, size[1] / height)))
        if scale <= 1:
            source = level  # by areas of areas: the same, and faster than from the picture each time
        scale /= _OCTAVE
    return result[::-1]
