"""Boxes of a view -> what the network should answer in each cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.grid import DIGIT_CLASSES, HIGHEST, LOWEST, STRIDE, TOO_HIGH, TOO_LOW, encoded
from numbre_edge.types import Floats
from numbre_export.synthesis.views import View

# Cells so far from a box's middle, as a share of its sides and at least in cells, are its centre: several, so that the
# stroke of a 1, whose middle nobody can tell to the cell, is answered for all the same ("centre sampling": Z. Tian et
# al., FCOS, 2019; Z. Ge et al., YOLOX, 2021). Beyond, an answer costs the less the nearer it is: "Objects as Points".
_REACH, _LEAST = 0.2, 0.5
_FADE = 0.5  # of the reach, deviation
_FAR = 2.5  # reaches: what is farther is as wrong as anything


@dataclass(frozen=True, eq=False)
class Targets:
    """Of one view of (h, w) cells.

    Attributes:
        heat: (h, w, 2) float32, 1 in a centre, falling off around it.
        counts: (h, w, 2) float32, 0 where whatever the network says is left alone.
        classes: (h, w) int32.
        boxes: (h, w, 4) float32.
        links: (h, w) float32, 1 where the digit's number goes on after it.
        weights: (h, w) float32, 1 where a cell's class, box and link count.
    """

    heat: Floats
    counts: Floats
    classes: NDArray[np.int32]
    boxes: Floats
    links: Floats
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


def targets(view: View, size: tuple[int, int]) -> Targets:
    """Write the answers for a view of ``size``, height and width in pixels, multiples of STRIDE."""
    boxes, labels, hard = view.boxes, view.labels, view.hard
    h, w = size[0] // STRIDE, size[1] // STRIDE
    heat, counts = np.zeros((h, w, 2), np.float32), np.ones((h, w, 2), np.float32)
    classes, written = np.zeros((h, w), np.int32), np.zeros((h, w, 4), np.float32)
    links, nearest = np.zeros((h, w), np.float32), np.full((h, w), np.inf, np.float32)
    to_find, may_be = taught(heights(boxes, labels), hard)
    for at in np.flatnonzero(to_find | may_be):
        x, y, width, height = boxes[at].astype(np.float64) / STRIDE
        across, down = x + width / 2 - 0.5, y + height / 2 - 0.5
        if not (-0.5 <= across < w - 0.5 and -0.5 <= down < h - 0.5):
            continue
        wide, high = max(_LEAST, _REACH * width), max(_LEAST, _REACH * height)
        rows = slice(max(0, int(down - _FAR * high)), max(0, min(h, int(down + _FAR * high) + 2)))
        columns = slice(max(0, int(across - _FAR * wide)), max(0, min(w, int(across + _FAR * wide) + 2)))
        yy, xx = np.mgrid[rows, columns]
        away = np.maximum(abs(xx - across) / wide, abs(yy - down) / high)
        kind = int(labels[at] >= DIGIT_CLASSES)
        if may_be[at]:
            counts[rows, columns][away <= _FAR] = 0
            continue
        bump = np.exp(-(((np.maximum(away, 1) - 1) / _FADE) ** 2) / 2)
        np.maximum(heat[rows, columns, kind], bump, out=heat[rows, columns, kind])
        mine = (away <= 1) & (away < nearest[rows, columns])
        nearest[rows, columns][mine] = away[mine]
        classes[rows, columns][mine] = labels[at]
        links[rows, columns][mine] = view.linked[at]
        cells = np.column_stack([xx[mine], yy[mine]])
        written[rows, columns][mine] = encoded(np.repeat(boxes[at : at + 1], len(cells), 0), cells)
    counts[heat == 1] = 1
    return Targets(heat, counts, classes, written, links, np.isfinite(nearest).astype(np.float32))
