"""Straight lines that cross -> rows and columns; so do numbers that stand in line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from numbre_edge.tables.lines import Line
from numbre_edge.types import Floats

_LONG = 0.4  # of the longest line of its direction: no shorter one parts rows or columns
_ALONG = 0.5  # share of a cell's side that a line must run along to part it from the next


@dataclass(frozen=True, eq=False)
class Grid:
    """Lines of one table, and where they cross.

    Attributes:
        level, upright: its lines, top to bottom and left to right.
        corners: (R, C, 2) float32 x, y, where each level one crosses each upright one.
    """

    level: tuple[Line, ...]
    upright: tuple[Line, ...]
    corners: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.level) - 1, len(self.upright) - 1

    @property
    def pitch(self) -> tuple[float, float]:
        """Median height of a row, and width of a column, pixels."""
        high, wide = (np.diff(self.corners[:, :, 1 - axis], axis=axis) for axis in (0, 1))
        return float(np.median(high)), float(np.median(wide))

    def measured(self, x: float, y: float) -> tuple[float, float]:
        """Return how many rows down and columns across a point of the picture lies, beyond the lines too."""
        return _between(y, [line.at(x) for line in self.level]), _between(x, [line.at(y) for line in self.upright])

    def point(self, row: float, column: float) -> tuple[int, int]:
        """Return where :meth:`measured` says this, x and y in pixels."""
        rows, columns = self.shape
        i, j = (int(np.clip(place, 0, count - 1)) for place, count in ((row, rows), (column, columns)))
        down, across = row - i, column - j
        top, foot = (self.corners[k, j] + across * (self.corners[k, j + 1] - self.corners[k, j]) for k in (i, i + 1))
        x, y = (top + down * (foot - top)).tolist()
        return round(x), round(y)

    def apart(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Whether lines part two cells, (row, column), that lie side by side; all others are apart."""
        (row, column), (below, beside) = one, other
        if one == other:
            return False
        rows, columns = self.shape
        if row != below or abs(column - beside) != 1 or not (0 <= row < rows and 0 < max(column, beside) < columns):
            return True
        return self.parted(row, max(column, beside))

    def parted(self, row: int, column: int) -> bool:
        """Whether a line runs along the left side of a cell."""
        begin, end = self.corners[row : row + 2, column, 1].tolist()
        low, high = self.upright[column].ends[:, 1].tolist()
        return bool(min(end, high) - max(begin, low) >= _ALONG * (end - begin))


def grids(
    lines: Sequence[Line], size: tuple[int, int], *, apart: float, reach: float, boxes: bool = False
) -> list[Grid]:
    """Return the tables that lines make in a picture, the largest first.

    Args:
        lines: of the whole picture, in its pixels.
        size: its height and width.
        apart: lines that are nearer to each other than so many pixels are one, drawn twice.
        reach: pixels by which a line may end before the one that it meets.
        boxes: whether a box alone is one too.
    """
    height, width = size
    edges = (
        Line(_ends(0, 0, 0, height), level=False),
        Line(_ends(width, 0, width, height), level=False),
        Line(_ends(0, 0, width, 0), level=True),
        Line(_ends(0, height, width, height), level=True),
    )
    found = []
    for group in _crossing([*lines, *edges], reach):
        own = [line for line in group if line not in edges]
        # A picture's edge cuts a table: it ends there, if several of its lines do.
        own += [edge for edge in edges if edge in group and sum(_meet(edge, line, reach) for line in own) > 2]
        own = _long(_that_cross(own, reach))
        level, upright = (_distinct([line for line in own if line.level == way], apart) for way in (True, False))
        if len(level) > 1 and len(upright) > 1 and len(level) + len(upright) > (3 if boxes else 4):
            corners = np.array([[_crossing_of(a, b) for b in upright] for a in level], np.float32)
            found.append(Grid(tuple(level), tuple(upright), corners))
    return sorted(found, key=lambda grid: -np.prod(grid.shape))


def _ends(x0: int, y0: int, x1: int, y1: int) -> Floats:
    return np.array([[x0, y0], [x1, y1]], np.float32)


def _crossing(lines: Sequence[Line], reach: float) -> list[list[Line]]:
    """Sort lines into those that cross each other, or others that do."""
    left, groups = list(lines), []
    while left:
        group = [left.pop()]
        for line in group:
            mine = [other for other in left if _meet(line, other, reach)]
            group += mine
            left = [other for other in left if not any(other is one for one in mine)]
        groups.append(group)
    return groups


def _that_cross(lines: list[Line], reach: float) -> list[Line]:
    """Leave only lines that cross two others: a dash, and the stroke of a digit, does not."""
    while True:
        kept = [line for line in lines if sum(_meet(line, other, reach) for other in lines) > 1]
        if len(kept) == len(lines):
            return kept
        lines = kept


def _long(lines: list[Line]) -> list[Line]:
    """Leave out what is much shorter than the longest of its direction: the stroke of a 1 in its cell."""
    longest = {way: max((line.length for line in lines if line.level == way), default=0.0) for way in (True, False)}
    return [line for line in lines if line.length >= _LONG * longest[line.level]]


def _meet(one: Line, other: Line, reach: float) -> bool:
    if one.level == other.level:
        return False
    level, upright = (one, other) if one.level else (other, one)
    x, y = _crossing_of(level, upright)
    across, down = level.ends[:, 0], upright.ends[:, 1]
    return bool(across[0] - reach <= x <= across[1] + reach and down[0] - reach <= y <= down[1] + reach)


def _crossing_of(level: Line, upright: Line) -> tuple[float, float]:
    x = float(upright.ends[:, 0].mean())
    for _ in range(3):  # both are nearly square to each other
        y = level.at(x)
        x = upright.at(y)
    return x, level.at(x)


def _distinct(lines: Iterable[Line], apart: float) -> list[Line]:
    """Return lines in order, without those right beside a longer one."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.length):
        along = 0 if line.level else 1
        ends = line.ends[:, along].tolist()
        if not any(min(abs(line.at(end) - other.at(end)) for end in ends) < apart for other in kept):
            kept.append(line)
    if not kept:
        return kept
    middle = float(np.median([line.ends[:, 0 if line.level else 1].mean() for line in kept]))
    return sorted(kept, key=lambda line: line.at(middle))


def _between(place: float, lines: Sequence[float]) -> float:
    """Return a place in lines and parts of their distance; beyond them they go on as the nearest two do."""
    at = int(np.clip(np.searchsorted(lines, place) - 1, 0, len(lines) - 2))
    return at + (place - lines[at]) / max(lines[at + 1] - lines[at], 1e-6)
