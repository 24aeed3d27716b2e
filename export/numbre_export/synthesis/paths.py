"""Lines that belong together, kept in one array: what pens, type and rulings are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Floats


@dataclass(frozen=True, eq=False)
class Path:
    """Lines one after the other.

    Attributes:
        points: (N, 2) float32, x, y down.
        ends: of each line in ``points``; the last is N.
    """

    points: Floats
    ends: tuple[int, ...]

    @classmethod
    def of(cls, lines: Sequence[Floats]) -> Path:
        """Join lines, (n, 2) each."""
        ends: list[int] = []
        for line in lines:
            ends.append(len(line) + (ends[-1] if ends else 0))
        points = np.concatenate(lines) if len(lines) > 1 else lines[0]
        return cls(np.asarray(points, np.float32), tuple(ends))

    @property
    def lines(self) -> list[Floats]:
        """The lines, (n, 2) float32 each."""
        return [self.points[start:end] for start, end in pairwise((0, *self.ends))]

    def take(self, which: Sequence[int]) -> Path:
        """Return some of the lines."""
        lines = self.lines
        return Path.of([lines[i] for i in which])

    def moved(self, x: float, y: float) -> Path:
        return Path(self.points + np.array([x, y], np.float32), self.ends)

    def transformed(self, matrix: NDArray[np.float32], x: float = 0.0, y: float = 0.0) -> Path:
        """Return the path times a (2, 2) matrix, then moved."""
        return Path(self.points @ matrix.T + np.array([x, y], np.float32), self.ends)

    def extent(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom."""
        left, top = self.points.min(axis=0).tolist()
        right, bottom = self.points.max(axis=0).tolist()
        return left, top, right, bottom

    def dense(self, parts: int) -> Floats:
        """Return points of all lines with ``parts`` steps between any two; many-cornered lines get fewer."""
        return np.concatenate([_dense(line, parts) for line in self.lines])


def _dense(line: Floats, parts: int) -> Floats:
    count = len(line)
    if count < 2:
        return line
    at = np.linspace(0, count - 1, min(4 * parts, parts * (count - 1)) + count)
    index = at.astype(np.intp).clip(max=count - 2)
    share = (at - index).astype(np.float32)[:, None]
    return np.asarray(line[index] + share * (line[index + 1] - line[index]), np.float32)


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
