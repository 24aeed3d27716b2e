"""Of answers that mean the same digit, the surest one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.grid import Found
from numbre_edge.types import Box, Boxes, Floats

# Two boxes are the same digit where they share more than this of their union, or of the smaller one.
_UNION, _SMALLER = 0.4, 0.7
# The latter, once it is known how likely each is, of what is certain; of what is less likely so much less. Writing has
# two digits in so little room only where both are plain. Of 0.6, 0.65 and 0.7, with which all samples are read.
_PART = 0.6
_SAME = 0.5  # of the smaller of two boxes that two readers have of the same ink
# A 1 counts as half as wide as it is high, as other digits are: two levels see its stroke a stroke's width apart.
_THIN = 0.5


def overlaps(box: Floats, boxes: Floats) -> tuple[Floats, Floats]:
    """Return what ``box``, (4,) x, y, w, h, shares with each of (N, 4): of the union, and of the smaller one."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), 1)
    area, areas = box[2] * box[3], boxes[:, 2] * boxes[:, 3]
    return shared / (area + areas - shared), shared / np.minimum(area, areas)


def same_ink(box: Box, boxes: Boxes) -> NDArray[np.bool_]:
    """Return (N,), which of (N, 4) ``boxes`` are of the same ink as ``box``, by whomever they were read."""
    return np.asarray(overlaps(np.array(box, np.float32), boxes.astype(np.float32))[1] > _SAME)


def suppressed(found: Found) -> Found:
    """Return ``found`` without what a surer one overlaps, surest first; whether it is a digit or a mark stays open."""
    each = [np.flatnonzero(found.mark == mark) for mark in (False, True)]
    kept = np.concatenate(
        [
            own[_standing(found.boxes[own], found.heat[own], found.mark[own], np.full(len(own), _SMALLER))]
            for own in each
        ]
    )
    return found.chosen(kept[np.argsort(-found.heat[kept], kind="stable")])


def distinct(boxes: Boxes, likely: Floats, mark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (N,), which of (N, 4) digits and marks stand beside what is likelier than they are.

    A curl of a 2 is not a 0 too, a slash not a 1; but a point may stand within the box of a 7.
    """
    kept = _standing(boxes.astype(np.float32), likely, mark, _PART * likely)
    return np.isin(np.arange(len(boxes)), kept)


def _standing(boxes: Floats, scores: Floats, mark: NDArray[np.bool_], most: Floats) -> NDArray[np.intp]:
    """Return which to keep, best first ("non-maximum suppression").

    ``most``: (N,), what each may share with a better one, of the smaller of the two.
    """
    left: NDArray[np.intp] = np.argsort(-scores, kind="stable")
    wide, kept = widened(boxes), []
    while len(left):
        best, rest = left[0], left[1:]
        kept.append(best)
        union, smaller = overlaps(wide[best], wide[rest])
        same = (union > _UNION) | (smaller > most[rest]) & (mark[rest] == mark[best])
        left = rest[~same]
    return np.array(kept, np.intp)


def widened(boxes: Floats) -> Floats:
    """Return (N, 4) ``boxes``, each at least half as wide as it is high."""
    x, y, width, height = boxes.T
    wide = np.maximum(width, _THIN * height)
    return np.column_stack([x - (wide - width) / 2, y, wide, height])
