"""Levels cut into parts that a tile holds, and what is found in them put back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from numbre_edge.finding.grid import STRIDE, Found
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Pixels

# A centre nearer than this to a part's border is the next part's, pixels: most of a digit of the level is then in view.
_MARGIN = 24
# Even ground, after normalizing, stays within this of PAPER; ink has more than a few pixels beyond.
_EVEN, _FEW = 48, 12


@dataclass(frozen=True, eq=False)
class Part:
    """A stretch of a level, at most as large as a tile.

    Attributes:
        pixels: (h, w) uint8.
        x, y: of its first pixel in the level.
        core: x, y, right, bottom within the part: centres in it are this part's.
    """

    pixels: Pixels
    x: int
    y: int
    core: tuple[int, int, int, int]

    def owned(self, found: Found) -> Found:
        """Return those of ``found``, in its pixels, that are this part's, in pixels of the level."""
        centres = found.boxes[:, :2] + found.boxes[:, 2:] / 2
        left, top, right, bottom = self.core
        inside = (centres[:, 0] >= left) & (centres[:, 0] < right) & (centres[:, 1] >= top) & (centres[:, 1] < bottom)
        mine = found.chosen(inside)
        return replace(mine, boxes=mine.boxes + np.array([self.x, self.y, 0, 0], np.float32))


def parts(level: Pixels, side: int) -> Iterator[Part]:
    """Cut a level into parts of at most ``side`` by ``side``, those that hold ink."""
    height, width = level.shape
    for y, top, bottom in _stretches(height, side):
        for x, left, right in _stretches(width, side):
            pixels = level[y : y + side, x : x + side]
            if np.count_nonzero(np.abs(pixels[::2, ::2].astype(np.int16) - PAPER) > _EVEN) >= _FEW / 4:
                yield Part(pixels, x, y, (left, top, right, bottom))


def _stretches(length: int, side: int) -> Iterator[tuple[int, int, int]]:
    """Yield the begin of each part along ``length``, and where in it its own part begins and ends."""
    step = side - 2 * _MARGIN
    count = max(1, -(-(length - 2 * _MARGIN) // step))
    for number in range(count):
        at = number * step // STRIDE * STRIDE
        first, last = number == 0, number == count - 1
        yield at, (-side if first else _MARGIN), (2 * side if last else step + _MARGIN)
