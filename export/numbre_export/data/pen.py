"""Pen trajectories: what 733 writers wrote, as the path of the pen. Made by :mod:`numbre_export.data.pen_strokes`.

The file is an ``.npz``; for N items, S strokes and P points it holds ``points`` (P, 2) int16, x to the right and y
down, ``stroke_start`` (S + 1,) and ``item_start`` (N + 1,) int32, and for each item ``label`` (a character, a word or
a number), ``kind``, ``writer``, ``part`` and ``size``. An item's larger side is 1000 units, its upper left corner
0, 0; ``size`` is that side over the height of the same writer's digits and capitals, NaN where there are none. The
file of 68,053 items that models are trained on has the md5 94955f6669375f1d2601ad3b5664464f.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import DataError
from numbre_edge.types import Floats
from numbre_export.data.npz import load_npz

UNITS = 1000  # an item's larger side
KINDS = ("digit", "upper", "lower", "symbol", "word", "number")
DIGIT, UPPER, LOWER, SYMBOL, WORD, NUMBER = range(len(KINDS))
PARTS = ("train", "validation", "test")
CAP = 40  # digits by which a writer counts at most: the median writer has 24, some have hundreds

_WANTED = "pen trajectories, as numbre_export.data.pen_strokes makes them"
_TYPES: dict[str, tuple[str, int]] = {  # kind of number, dimensions
    "points": ("i", 2), "stroke_start": ("i", 1), "item_start": ("i", 1), "label": ("U", 1), "kind": ("i", 1),
    "writer": ("i", 1), "part": ("i", 1), "size": ("f", 1),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class PenStrokes:
    """Items written with a pen; for their units see the module.

    Attributes:
        points: (P, 2) int16, x, y; all strokes, one after the other.
        stroke_start: (S + 1,) int32, of each stroke in ``points``.
        item_start: (N + 1,) int32, of each item among the strokes.
        label: (N,) str.
        kind: (N,) int8, index in KINDS.
        writer: (N,) int32, one number a person.
        part: (N,) int8, index in PARTS; a writer is in one only.
        size: (N,) float32, relative to the writer's digits; may be NaN.
    """

    points: NDArray[np.int16]
    stroke_start: NDArray[np.int32]
    item_start: NDArray[np.int32]
    label: NDArray[np.str_]
    kind: NDArray[np.int8]
    writer: NDArray[np.int32]
    part: NDArray[np.int8]
    size: Floats

    def __len__(self) -> int:
        return len(self.label)

    def strokes(self, item: int) -> list[NDArray[np.int16]]:
        """Return an item's strokes in the order written, (n, 2) int16 each."""
        starts = self.stroke_start[self.item_start[item] : self.item_start[item + 1] + 1].tolist()
        return [self.points[start:end] for start, end in pairwise(starts)]


def load_pen(path: Path) -> PenStrokes:
    """Load pen trajectories.

    Raises:
        DataError: naming the file and what was expected of it.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected {_WANTED}")
    arrays = load_npz(path, tuple(_TYPES), wanted=_WANTED)
    for key, (number, dimensions) in _TYPES.items():
        if arrays[key].dtype.kind != number or arrays[key].ndim != dimensions:
            raise DataError(f"{path}: {key} is {arrays[key].shape} {arrays[key].dtype}, expected {_WANTED}")
    _check(path, arrays)
    return PenStrokes(**arrays)


def _check(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    count = len(arrays["label"])
    if not count:
        raise DataError(f"{path}: holds no items")
    for key in ("kind", "writer", "part", "size"):
        if len(arrays[key]) != count:
            raise DataError(f"{path}: {len(arrays[key])} of {key} for {count} labels")
    for key, inside, items in (("item_start", "stroke_start", count), ("stroke_start", "points", None)):
        start, end = arrays[key].astype(np.int64), len(arrays[inside]) - (inside == "stroke_start")
        if (items is not None and len(start) != items + 1) or not len(start):
            raise DataError(f"{path}: {key} has {len(start)} entries for {count} items")
        if start[0] != 0 or start[-1] != end or np.any(np.diff(start) < 1):
            raise DataError(f"{path}: {key} does not rise from 0 to {end}: damaged")
    for key, most in (("kind", len(KINDS)), ("part", len(PARTS))):
        values = arrays[key].astype(np.int64)
        if values.min() < 0 or values.max() >= most:
            raise DataError(f"{path}: {key} holds {values.max()}; expected 0 to {most - 1}")
