"""A sheet being filled in: layers of ink, each of one pen, with what its marks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.inks import Ink

NOTHING = -1  # the label of ink that is no part of a number
LABELS = {**{str(n): n for n in range(10)}, ".": 10, ",": 11, "-": 12, "/": 13}


@dataclass(frozen=True, eq=False)
class Mark:
    """Ink in one place.

    Attributes:
        lines: (n, 2) float32 each, x, y in page pixels.
        width: of the pen, page pixels; of an outline that is filled, what is added around it.
        filled: lines are closed outlines (even-odd).
        label: of LABELS, or NOTHING.
        hard: nobody should be blamed for missing it.
        nib: how much thinner a level stroke is than an upright one, 0 to 1.
    """

    lines: Sequence[Floats]
    width: float
    filled: bool = False
    label: int = NOTHING
    hard: bool = False
    nib: float = 0.0


@dataclass(frozen=True, eq=False)
class Layer:
    """Marks of one ink."""

    ink: Ink
    marks: list[Mark] = field(default_factory=list)


def segment(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """Return a straight line, (2, 2) float32."""
    return np.array([[x0, y0], [x1, y1]], np.float32)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """Return a closed rectangle, (5, 2) float32."""
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]], np.float32)


def dots(x0: float, y0: float, x1: float, y1: float, pitch: float, dash: float = 0.0) -> list[Floats]:
    """Return a dotted line, or a dashed one: short lines ``pitch`` apart, ``dash`` long."""
    length = float(np.hypot(x1 - x0, y1 - y0))
    count = max(1, int(length / pitch))
    along = np.array([x1 - x0, y1 - y0]) / max(length, 1e-6)
    starts = np.array([x0, y0]) + np.arange(count)[:, None] * pitch * along
    ends = starts + along * max(dash, 0.01)
    return list(np.stack([starts, ends], axis=1).astype(np.float32))


def extent(marks: Sequence[Mark]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of all marks' lines, without the pen's width."""
    points = np.concatenate([line for mark in marks for line in mark.lines])
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def moved(marks: Sequence[Mark], x: float, y: float) -> list[Mark]:
    """Return marks shifted by x and y."""
    move = np.array([x, y], np.float32)
    return [replace(mark, lines=[line + move for line in mark.lines]) for mark in marks]


def unlabelled(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks as ink that is no part of a number."""
    return [replace(mark, label=NOTHING) for mark in marks]


def right_of(marks: Sequence[Mark], x: float) -> float:
    """Return where marks end on the right; ``x`` without any."""
    return max((float(line[:, 0].max()) for mark in marks for line in mark.lines), default=x)
