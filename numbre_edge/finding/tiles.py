"""Levels cut into tiles of one size, and what is found in them put back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from numbre_edge.finding.grid import STRIDE, Found
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Pixels

# A centre nearer than this to a tile's border is the next tile's, pixels: most of a digit of the level is then in view.
_MARGIN = 24
# Even ground, after normalizing, stays within this of PAPER; ink has more than a few pixels beyond.
_EVEN, _FEW = 48, 12


@dataclass(frozen=True, eq=False)
class Tile:
    """A square of a level.

    Attributes:
        pixels: (side, side) uint8; beyond the level, PAPER.
        x, y: of its first pixel in the level.
        core: x, y, right, bottom within the tile: centres in it are this tile's.
    """

    pixels: Pixels
    x: int
    y: int
    core: tuple[int, int, int, int]

    def owned(self, found: Found) -> Found:
        """Return those of ``found``, in tile pixels, that are this tile's, in pixels of the level."""
        centres = found.boxes[:, :2] + found.boxes[:, 2:] / 2
        left, top, right, bottom = self.core
        inside = (centres[:, 0] >= left) & (centres[:, 0] < right) & (centres[:, 1] >= top) & (centres[:, 1] < bottom)
        mine = found.chosen(inside)
        return replace(mine, boxes=mine.boxes + np.array([self.x, self.y, 0, 0], np.float32))


def tiles(level: Pixels, side: int) -> Iterator[Tile]:
    """Cut a level into tiles of ``side`` by ``side``, those that hold ink."""
    height, width = level.shape
    for y, top, bottom in _stretches(height, side):
        for x, left, right in _stretches(width, side):
            part = level[y : y + side, x : x + side]
            if np.count_nonzero(np.abs(part[::2, ::2].astype(np.int16) - PAPER) > _EVEN) < _FEW / 4:
                continue
            pixels = np.full((side, side), PAPER, np.uint8)
            pixels[: part.shape[0], : part.shape[1]] = part
            yield Tile(pixels, x, y, (left, top, right, bottom))


def _stretches(length: int, side: int) -> Iterator[tuple[int, int, int]]:
    """Yield the begin of each tile along ``length``, and where in it its own part begins and ends."""
    step = side - 2 * _MARGIN
    count = max(1, -(-(length - 2 * _MARGIN) // step))
    for number in range(count):
        at = number * step // STRIDE * STRIDE
        first, last = number == 0, number == count - 1
        yield at, (-side if first else _MARGIN), (2 * side if last else step + _MARGIN)
