"""Touching digits: cut ink where a cut is cheap, and offer every way of putting it together.

Heuristic over-segmentation (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner,
"Gradient-based learning applied to document recognition", 1998, section V). The
cuts are seams from top to bottom that cross as little ink as they can, found by
dynamic programming, so they follow a slanting gap as well as a straight one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box, Pixels

# Ink narrower than this, in heights, is offered whole only.
_NARROW = 0.72
_HEIGHT = 32  # pixels: seams are looked for at this height of the ink
# A cut goes through at most this many pixels of ink there, and saves at least this many against its surroundings.
_MAX_INK = 13.3
_WALL = np.float32(1e6)  # ink that no path goes through
_SAVING = 1.5
_ASIDE = np.float32(0.3)  # cost of moving one pixel sideways
# In heights: the distance between cuts, and the width and height of what can be a digit.
_APART = 0.13
_WIDEST = 1.35
_LOWEST = 0.4
_MAX_CUTS = 9
# A segment has at least this share of the ink.
_SPECK = 0.04


class Span(NamedTuple):
    """Pieces ``first`` to ``end - 1``, from 0, and the box around their ink."""

    first: int
    end: int
    box: Box


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Ink cut into segments, left to right, and what may be put together of them.

    Attributes:
        labels: (h, w) uint8, 1 to ``count`` where there is ink, else 0.
        boxes: of each segment, within ``labels``.
        spans: each run of segments that may be a digit.
    """

    labels: Pixels
    boxes: tuple[Box, ...]
    spans: tuple[Span, ...]

    @property
    def count(self) -> int:
        """The number of segments."""
        return len(self.boxes)


def split(masks: Sequence[NDArray[np.bool_]]) -> list[Segmentation]:
    """Cut the ink of each of ``masks`` ((h, w) bool, one symbol's ink) where digits may touch."""
    wide = [mask for mask in masks if mask.shape[1] >= _NARROW * mask.shape[0]]
    seams = iter(_seams(wide))
    return [_cut(mask, next(seams) if mask.shape[1] >= _NARROW * mask.shape[0] else []) for mask in masks]


def _cut(mask: NDArray[np.bool_], seams: list[NDArray[np.int32]]) -> Segmentation:
    height, width = mask.shape
    labels = mask.astype(np.uint8)
    if not seams:
        box = Box(*cv2.boundingRect(labels))
        return Segmentation(labels, (box,), (Span(0, 1, box),))
    columns = np.arange(width)
    rights = [mask & (columns > seam[:, None]) for seam in seams]  # the ink right of each cut
    for right in rights:
        labels += right
    # A cut that leaves but a speck on one side is none.
    while rights and (areas := np.bincount(labels.ravel(), minlength=len(rights) + 2)[1:]).min() < _SPECK * areas.sum():
        labels -= rights.pop(min(int(areas.argmin()), len(rights) - 1))
    count = len(rights) + 1
    boxes = tuple(Box(*cv2.boundingRect(cv2.inRange(labels, (i,), (i,)))) for i in range(1, count + 1))
    spans = []
    for first in range(count):
        box = boxes[first]
        for end in range(first + 1, count + 1):
            box = _around(box, boxes[end - 1])
            if _may_be_digit(box, height) or end - first == count:  # the model is asked about the whole
                spans.append(Span(first, end, box))
    return Segmentation(labels, boxes, tuple(spans))


def _around(one: Box, other: Box) -> Box:
    x, y = min(one.x, other.x), min(one.y, other.y)
    return Box(x, y, max(one.right, other.right) - x, max(one.bottom, other.bottom) - y)


def _may_be_digit(box: Box, height: int) -> bool:
    return box.width <= _WIDEST * height and box.height >= _LOWEST * height


def _seams(masks: Sequence[NDArray[np.bool_]]) -> list[list[NDArray[np.int32]]]:
    """Return each mask's cuts, left to right: for each row of the mask the last column left of the cut."""
    if not masks:
        return []
    # The masks stand side by side in one strip, a wall after each, so that all are gone through at once.
    widths = [max(3, round(mask.shape[1] * _HEIGHT / mask.shape[0])) for mask in masks]
    starts = np.cumsum([0] + [width + 1 for width in widths]).tolist()
    ink = np.full((_HEIGHT, starts[-1]), _WALL, np.float32)
    for mask, start, width in zip(masks, starts, widths, strict=False):
        strip = cv2.resize(mask.astype(np.float32), (width, _HEIGHT), interpolation=cv2.INTER_AREA)
        ink[:, start : start + width] = strip
    middle = _HEIGHT // 2
    costs = _cheapest(np.stack([ink[:middle], ink[middle:][::-1]], axis=1))
    cost = costs[-1, 0, 1:-1] + costs[-1, 1, 1:-1]
    cuts = [_cuts(cost[start : start + width]) for start, width in zip(starts, widths, strict=False)]
    chosen = np.array([start + x for start, own in zip(starts, cuts, strict=False) for x in own], np.intp)
    paths = np.concatenate([_follow(costs[:, 0], chosen)[::-1], _follow(costs[:, 1], chosen)])  # (rows, seams)
    first, seams = 0, []
    for mask, start, own in zip(masks, starts, cuts, strict=False):
        factor = _HEIGHT / mask.shape[0]
        rows = np.minimum((np.arange(mask.shape[0]) * factor).astype(int), _HEIGHT - 1)
        places = ((paths[:, first : first + len(own)] - start + 0.5) / factor).astype(np.int32)
        seams.append(list(places[rows].T))
        first += len(own)
    return seams


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


def _follow(costs: NDArray[np.float32], x: NDArray[np.intp]) -> NDArray[np.intp]:
    """Walk paths back from the columns ``x``, (n,), of the last row: columns, (rows, n), last row first."""
    path = [x]
    for above in costs[-2::-1]:  # column x came from x - 1, x or x + 1, which stand at x, x + 1 and x + 2 here
        left, straight, right = above[x] + _ASIDE, above[x + 1], above[x + 2] + _ASIDE
        # Where costs are equal, straight on goes before left, left before right.
        x = x + np.where(right < np.minimum(straight, left), 1, np.where(left < straight, -1, 0))
        path.append(x)
    return np.array(path)
