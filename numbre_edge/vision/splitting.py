"""Touching digits: cut ink where a cut is cheap, and offer every way of putting it together.

Heuristic over-segmentation (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner,
"Gradient-based learning applied to document recognition", 1998, section V). The
cuts are seams from top to bottom that cross as little ink as they can, found by
dynamic programming, so they follow a slanting gap as well as a straight one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# Ink narrower than this, in heights, is offered whole only.
_NARROW = 0.72
_HEIGHT = 48  # pixels: seams are looked for at this height of the ink
# A cut goes through at most this many pixels of ink there, and saves at least this many against its surroundings.
_MAX_INK = 14.0
_SAVING = 1.5
_SIDESTEP = 0.3  # cost of moving one pixel sideways
# In heights: the distance between cuts, and the width of a piece that can be a digit.
_APART = 0.13
_WIDEST = 1.35
_MAX_CUTS = 9
# A piece has at least this share of the ink.
_SPECK = 0.04


@dataclass(frozen=True, eq=False)
class Atoms:
    """Ink cut into pieces, left to right, and what may be put together of them.

    Attributes:
        labels: (h, w) int32, 1 to ``count`` where there is ink, else 0.
        count: of the pieces.
        spans: (first, end) of each run of pieces that may be a digit.
    """

    labels: NDArray[np.int32]
    count: int
    spans: tuple[tuple[int, int], ...]


def split(mask: NDArray[np.bool_]) -> Atoms:
    """Cut the ink of ``mask`` ((h, w) bool, one symbol's ink) where digits may touch."""
    height, width = mask.shape
    if width < _NARROW * height:
        return Atoms(mask.astype(np.int32), 1, ((0, 1),))
    seams = _seams(mask)
    labels = _labelled(mask, seams)
    # A cut that leaves but a speck on one side is none.
    while seams and (areas := np.bincount(labels.ravel(), minlength=len(seams) + 2)[1:]).min() < _SPECK * areas.sum():
        del seams[min(int(areas.argmin()), len(seams) - 1)]
        labels = _labelled(mask, seams)
    edges = [_extent(labels == i + 1) for i in range(len(seams) + 1)]
    spans = [
        (first, end)
        for first in range(len(edges))
        for end in range(first + 1, len(edges) + 1)
        if edges[end - 1][1] - edges[first][0] <= _WIDEST * height or end == first + 1
    ]
    if (0, len(edges)) not in spans:
        spans.append((0, len(edges)))  # the whole, so that one model's word on it is heard
    return Atoms(labels, len(edges), tuple(spans))


def _labelled(mask: NDArray[np.bool_], seams: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    labels = np.ones(mask.shape, np.int32)
    for seam in seams:
        labels += np.arange(mask.shape[1]) > seam[:, None]
    return np.asarray(labels * mask, np.int32)


def _extent(mask: NDArray[np.bool_]) -> tuple[int, int]:
    columns = np.flatnonzero(mask.any(0))
    return (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, 0)


def _seams(mask: NDArray[np.bool_]) -> list[NDArray[np.int32]]:
    """Return cuts, left to right: for each row of ``mask`` the last column left of the cut."""
    height, width = mask.shape
    factor = _HEIGHT / height
    size = (max(3, round(width * factor)), _HEIGHT)
    ink = np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    middle = _HEIGHT // 2
    above, up = _cheapest(ink[:middle])
    below, down = _cheapest(ink[middle:][::-1])
    cost = above + below
    chosen: list[int] = []
    margin = int(_APART * _HEIGHT)
    for x in np.argsort(cost, kind="stable").tolist():
        near = cost[max(0, x - margin) : x + margin + 1]
        if cost[x] > _MAX_INK or len(chosen) == _MAX_CUTS:
            break
        if (
            margin <= x < size[0] - margin
            and near.max() - cost[x] >= _SAVING
            and all(abs(x - c) >= margin for c in chosen)
        ):
            chosen.append(x)
    rows = np.minimum((np.arange(height) * factor).astype(int), _HEIGHT - 1)
    paths = [np.concatenate([_follow(up, x)[::-1], _follow(down, x)]) for x in sorted(chosen)]
    return [np.asarray((path[rows] + 0.5) / factor, np.int32) for path in paths]


def _cheapest(ink: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return the cost of the cheapest path from the first row to each pixel of the last, and its steps."""
    height, width = ink.shape
    steps = np.zeros(ink.shape, np.int8)
    cost = np.full(width + 2, np.inf, np.float32)  # one column more on each side, never taken
    cost[1:-1] = ink[0]
    for y in range(1, height):
        best = cost[1:-1].copy()
        for step, sideways in ((-1, cost[:-2]), (1, cost[2:])):
            cheaper = sideways + _SIDESTEP < best
            steps[y][cheaper] = step
            best[cheaper] = sideways[cheaper] + _SIDESTEP
        cost[1:-1] = best + ink[y]
    return cost[1:-1], steps


def _follow(steps: NDArray[np.int8], x: int) -> NDArray[np.int32]:
    """Walk a path back from column ``x`` of the last row; columns, last row first."""
    path = np.empty(len(steps), np.int32)
    for i, y in enumerate(range(len(steps) - 1, -1, -1)):
        path[i] = x
        x += int(steps[y, x])
    return path
