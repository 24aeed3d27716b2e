"""Of answers that mean the same digit, the surest one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.grid import Found
from numbre_edge.types import Floats

# Two boxes are the same digit where they share more than this of their union, or of the smaller one.
_UNION, _SMALLER = 0.4, 0.7
# A 1 counts as half as wide as it is high, as other digits are: two levels see its stroke a stroke's width apart.
_THIN = 0.5


def overlaps(box: Floats, boxes: Floats) -> tuple[Floats, Floats]:
    """Return what ``box``, (4,) x, y, w, h, shares with each of (N, 4): of the union, and of the smaller one."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), 1)
    area, areas = box[2] * box[3], boxes[:, 2] * boxes[:, 3]
    return shared / (area + areas - shared), shared / np.minimum(area, areas)


def suppressed(found: Found) -> Found:
    """Return ``found`` without what a surer one overlaps, surest first; a mark within a digit's box may stay."""
    left: NDArray[np.intp] = np.argsort(-found.heat, kind="stable")
    boxes, kept = _widened(found.boxes), []
    while len(left):
        best, rest = left[0], left[1:]
        kept.append(best)
        union, smaller = overlaps(boxes[best], boxes[rest])
        same = (union > _UNION) | (smaller > _SMALLER) & (found.mark[rest] == found.mark[best])
        left = rest[~same]
    return found.chosen(np.array(kept, np.intp))


def _widened(boxes: Floats) -> Floats:
    x, y, width, height = boxes.T
    wide = np.maximum(width, _THIN * height)
    return np.column_stack([x - (wide - width) / 2, y, wide, height])
