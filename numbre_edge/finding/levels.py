"""A picture at octaves of scale: each digit is of the finder's size at one of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from numbre_edge.finding.grid import HIGHEST
from numbre_edge.finding.light import normalized
from numbre_edge.types import Floats, Pixels

# Longer side of the finest level, pixels: what is written lower than a hundredth of the picture is not looked for.
_LARGEST = 1280
_ENLARGED = 2.0  # at most: a person reads digits of 7 pixels at a glance, none that are lower
_OCTAVE = 2


@dataclass(frozen=True, eq=False)
class Level:
    """A picture at one scale, made when it is first looked at.

    Attributes:
        grey: (H, W) uint8, the picture.
        size: width and height of the level, pixels.
    """

    grey: Pixels
    size: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Level pixels per picture pixel, across and down."""
        height, width = self.grey.shape
        return self.size[0] / width, self.size[1] / height

    @property
    def both_scales(self) -> Floats:
        """(4,) float32, ``scale`` twice: what a box, x, y, w, h, is multiplied by."""
        return np.array([*self.scale] * 2, np.float32)

    @cached_property
    def pixels(self) -> Pixels:
        """(h, w) uint8, normalized."""
        scale = self.size[0] / self.grey.shape[1]
        if scale == 1:
            return normalized(self.grey)
        method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        return normalized(np.asarray(cv2.resize(self.grey, self.size, interpolation=method), np.uint8))


def levels(grey: Pixels, enlarged: float = 1.0) -> list[Level]:
    """Return (h, w) uint8 ``grey`` at its levels, coarse to fine; the coarsest can hold a digit as high as the picture.

    Args:
        grey: the picture.
        enlarged: how many times it is as large as it was taken: so many octaves fewer show all that is in it. With
            them, 178 of 229 years on forms, 32 to 61 pixels wide, were read, and 182 without.
    """
    height, width = grey.shape
    scale = min(_ENLARGED, _LARGEST / max(height, width)) / _OCTAVE ** round(math.log2(max(1.0, enlarged)))
    result: list[Level] = []
    while not result or result[-1].size[1] > HIGHEST:
        result.append(Level(grey, (max(1, round(width * scale)), max(1, round(height * scale)))))
        scale /= _OCTAVE
    return result[::-1]
