"""Touching digits: cut ink where a cut is cheap, and offer every way of putting it together.

Heuristic over-segmentation (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner,
"Gradient-based learning applied to document recognition", 1998, section V). The
cuts are seams from top to bottom that cross as little ink as they can, found by
dynamic programming, so they follow a slanting gap as well as a straight one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

# Ink narrower than this, in heights, is offered whole only.
_NARROW = 0.72
_HEIGHT = 48  # pixels: seams are looked for at this height of the ink
# A cut goes through at most this many pixels of ink there, and saves at least this many against its surroundings.
_MAX_INK = 20.0
_SAVING = 1.5
_ASIDE = np.float32(0.3)  # cost of moving one pixel sideways
# In heights: the distance between cuts, and the width and height of what can be a digit.
_APART = 0.13
_WIDEST = 1.35
_LOWEST = 0.4
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
    if not seams:
        return Atoms(mask.astype(np.int32), 1, ((0, 1),))
    columns = np.arange(width)
    rights = [mask & (columns > seam[:, None]) for seam in seams]  # the ink right of each cut
    labels = mask.astype(np.int32)
    for right in rights:
        labels += right
    # A cut that leaves but a speck on one side is none.
    while rights and (areas := np.bincount(labels.ravel(), minlength=len(rights) + 2)[1:]).min() < _SPECK * areas.sum():
        labels -= rights.pop(min(int(areas.argmin()), len(rights) - 1))
    count = len(rights) + 1
    boxes = [cv2.boundingRect((labels == i + 1).astype(np.uint8)) for i in range(count)]
    spans = [
        (first, end)
        for first in range(count)
        for end in range(first + 1, count + 1)
        if _may_be_digit(boxes[first:end], height) or end - first == count  # the model is asked about the whole
    ]
    return Atoms(labels, count, tuple(spans))


def _may_be_digit(boxes: Sequence[Sequence[int]], height: int) -> bool:
    left, top = min(x for x, _, _, _ in boxes), min(y for _, y, _, _ in boxes)
    right, bottom = max(x + w for x, _, w, _ in boxes), max(y + h for _, y, _, h in boxes)
    return right - left <= _WIDEST * height and bottom - top >= _LOWEST * height


def _seams(mask: NDArray[np.bool_]) -> list[NDArray[np.int32]]:
    """Return cuts, left to right: for each row of ``mask`` the last column left of the cut."""
    height, width = mask.shape
    factor = _HEIGHT / height
    size = (max(3, round(width * factor)), _HEIGHT)
    ink = np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    middle = _HEIGHT // 2
    costs = _cheapest(np.stack([ink[:middle], ink[middle:][::-1]], axis=1))
    chosen = _cuts(costs[-1, 0, 1:-1] + costs[-1, 1, 1:-1])
    if not chosen:
        return []
    up, down = _steps(costs[:, 0]), _steps(costs[:, 1])
    rows = np.minimum((np.arange(height) * factor).astype(int), _HEIGHT - 1)
    paths = [np.array(_follow(up, x)[::-1] + _follow(down, x)) for x in chosen]
    return [np.asarray((path[rows] + 0.5) / factor, np.int32) for path in paths]


def _cuts(cost: NDArray[np.float32]) -> list[int]:
    """Return the columns to cut in, left to right, by the ``cost`` of a cut through each."""
    margin = int(_APART * _HEIGHT)
    around = cv2.dilate(cost[None], np.ones((1, 2 * margin + 1), np.uint8))[0]
    fit = (cost <= _MAX_INK) & (around - cost >= _SAVING)
    fit[:margin] = fit[len(fit) - margin :] = False
    columns = np.flatnonzero(fit)
    chosen: list[int] = []
    for x in columns[np.argsort(cost[columns], kind="stable")].tolist():
        if len(chosen) < _MAX_CUTS and all(abs(x - c) >= margin for c in chosen):
            chosen.append(x)
    return sorted(chosen)


def _cheapest(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cost of the cheapest path from the first row of ``ink`` (rows, n, columns) to each pixel.

    The n pictures are gone through side by side. The result has one column more on each side, never taken.
    """
    rows, pictures, columns = ink.shape
    costs = np.full((rows, pictures, columns + 2), np.inf, np.float32)
    costs[0, :, 1:-1] = ink[0]
    above = costs[:-1]
    for best, left, straight, right, row in zip(
        costs[1:, :, 1:-1], above[:, :, :-2], above[:, :, 1:-1], above[:, :, 2:], ink[1:], strict=True
    ):
        np.minimum(left, right, out=best)
        np.add(best, _ASIDE, out=best)
        np.minimum(best, straight, out=best)
        np.add(best, row, out=best)
    return costs


def _steps(costs: NDArray[np.float32]) -> list[list[int]]:
    """Return for each pixel, but those of the first row, by how many columns the path to it moved: -1, 0 or 1."""
    left, straight, right = costs[:-1, :-2] + _ASIDE, costs[:-1, 1:-1], costs[:-1, 2:] + _ASIDE
    # Where costs are equal, straight on goes before left, left before right: column x came from x - 1, x or x + 1.
    steps: list[list[int]] = np.where(right < np.minimum(straight, left), 1, np.where(left < straight, -1, 0)).tolist()
    return steps


def _follow(steps: list[list[int]], x: int) -> list[int]:
    """Walk a path back from column ``x`` of the last row; columns, last row first."""
    path = [x]
    for row in reversed(steps):
        x += row[x]
        path.append(x)
    return path
