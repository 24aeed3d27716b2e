"""Boxes of a view -> what the network should answer in each cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.grid import DIGIT_CLASSES, HIGHEST, LOWEST, STRIDE, TOO_HIGH, TOO_LOW, encoded
from numbre_edge.types import Floats

# Deviation of the bump of heat around a centre: this share of the box, and at least so many cells.
_SPREAD, _LEAST = 0.14, 0.45
# Around a centre, as far as the heat is at least this, cells are taught class and box too.
_TAUGHT = 0.4


@dataclass(frozen=True, eq=False)
class Targets:
    """Of one view of (h, w) cells.

    Attributes:
        heat: (h, w, 2) float32, 1 at a centre, falling off around it.
        counts: (h, w, 2) float32, 0 where whatever the network says is left alone.
        classes: (h, w) int32.
        boxes: (h, w, 4) float32.
        weights: (h, w) float32, how much a cell's class and box count.
    """

    heat: Floats
    counts: Floats
    classes: NDArray[np.int32]
    boxes: Floats
    weights: Floats


def heights(boxes: Floats, labels: NDArray[np.int8]) -> Floats:
    """Return (N,) float32, the height that decides a box's level, pixels: a mark's is that of the digit nearest to it.

    0 for a mark where there is no digit.
    """
    result = boxes[:, 3].copy()
    digits = np.flatnonzero(labels < DIGIT_CLASSES)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    for at in np.flatnonzero(labels >= DIGIT_CLASSES):
        away = np.linalg.norm(centres[digits] - centres[at], axis=1)
        result[at] = boxes[digits[away.argmin()], 3] if len(digits) else 0.0
    return np.asarray(result, np.float32)


def taught(tall: Floats, hard: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return two (N,) bool for boxes of these heights: which are to be found, and which may be."""
    to_find = ~hard & (tall >= LOWEST) & (tall <= HIGHEST)
    return to_find, ~to_find & (hard | (tall >= TOO_LOW)) & (tall <= TOO_HIGH) | (tall == 0)


def targets(boxes: Floats, labels: NDArray[np.int8], hard: NDArray[np.bool_], size: tuple[int, int]) -> Targets:
    """Write the answers for a view of ``size``, height and width in pixels.

    Args:
        boxes: (N, 4) float32 x, y, w, h, pixels of the view; digits of any size.
        labels: (N,) int8, by ``grid.CLASSES``.
        hard: (N,) bool, what nobody should be asked to read.
        size: multiples of STRIDE.
    """
    h, w = size[0] // STRIDE, size[1] // STRIDE
    heat, counts = np.zeros((h, w, 2), np.float32), np.ones((h, w, 2), np.float32)
    classes, written = np.zeros((h, w), np.int32), np.zeros((h, w, 4), np.float32)
    weights = np.zeros((h, w), np.float32)
    to_find, may_be = taught(heights(boxes, labels), hard)
    for at in np.flatnonzero(to_find | may_be):
        x, y, width, height = boxes[at] / STRIDE
        column, row = int(np.floor(x + width / 2)), int(np.floor(y + height / 2))
        if not (0 <= column < w and 0 <= row < h):
            continue
        reach_x, reach_y = 1 + int(0.4 * width), 1 + int(0.4 * height)
        rows = slice(max(0, row - reach_y), min(h, row + reach_y + 1))
        columns = slice(max(0, column - reach_x), min(w, column + reach_x + 1))
        kind = int(labels[at] >= DIGIT_CLASSES)
        if may_be[at]:
            counts[rows, columns, :] = 0
            continue
        yy, xx = np.mgrid[rows, columns]
        spread_x, spread_y = max(_LEAST, _SPREAD * width), max(_LEAST, _SPREAD * height)
        bump = np.exp(-(((xx - column) / spread_x) ** 2 + ((yy - row) / spread_y) ** 2) / 2).astype(np.float32)
        np.maximum(heat[rows, columns, kind], bump, out=heat[rows, columns, kind])
        mine = (bump > _TAUGHT) & (bump > weights[rows, columns])
        weights[rows, columns][mine] = bump[mine]
        classes[rows, columns][mine] = labels[at]
        cells = np.column_stack([xx[mine], yy[mine]])
        written[rows, columns][mine] = encoded(np.repeat(boxes[at : at + 1], len(cells), 0), cells)
    counts[heat == 1] = 1
    return Targets(heat, counts, classes, written, weights)
