"""Where digits stand -> rows and columns, without lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Reading

Span = tuple[float, float]  # from, to
Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

# Found on 100 rendered tables, lines or no lines: with 0.4 to 0.6 and 2 to 3 most of them have the right columns.
_SPACE = 0.5  # of a digit's height: a gap so wide speaks neither for two columns nor for one number
_SURE = 2.0  # of a digit's height: a gap that is by more wider or narrower than that says no more
_LEAN, _STEPS = 0.15, 61  # radians either way that rows may lean, and how many leans are tried


@dataclass(frozen=True, eq=False)
class Standing:
    """Digits in rows and columns.

    Attributes:
        places: row and column of each digit, from 0.
        downs, acrosses: where each row and column begins, and the last ends, in pixels of the picture set upright.
        lean: radians by which rows fall to the right.
    """

    places: Sequence[tuple[int, int]]
    downs: Sequence[float]
    acrosses: Sequence[float]
    lean: float

    def point(self, row: float, column: float) -> tuple[int, int]:
        """Return where in the picture a row and a column begin: x and y in pixels."""
        x, y = _upright(np.array([self.acrosses[int(column)], self.downs[int(row)]]), -self.lean).tolist()
        return round(x), round(y)


def standing(readings: Sequence[Reading], tall: float) -> Standing:
    """Return the rows and columns in which the digits of all numbers stand, in their order.

    A gap through the whole picture parts rows, at the lean at which rows are thinnest. Within a row the gap between two
    neighbours speaks for two columns, the more the wider it is, or for one number.

    Args:
        readings: the numbers.
        tall: height of a digit, pixels.
    """
    boxes = np.array([digit.box for reading in readings for digit in reading.digits], np.float64) / tall
    bound = np.array([after for reading in readings for after in _after_mark(reading)])
    middles, sizes = boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:]

    def down(lean: float) -> Numbers:
        y = _upright(middles, lean)[:, 1:]
        return np.hstack([y - sizes[:, 1:] / 4, y + sizes[:, 1:] / 4])

    leans = sorted(np.linspace(-_LEAN, _LEAN, _STEPS).tolist(), key=abs)
    lean = min(leans, key=lambda lean: sum(foot - top for top, foot in spans(down(lean))))
    y, x = down(lean), _upright(middles, lean)[:, :1] + sizes[:, :1] * (-0.5, 0.5)
    downs = [(above[1] + below[0]) / 2 for above, below in pairwise(spans(y))]
    rows = np.searchsorted(downs, y.mean(1))
    acrosses, columns = _columns(x, rows, bound)
    return Standing(
        list(zip(rows.tolist(), columns.tolist(), strict=True)),
        [at * tall for at in (y.min() - 0.25, *downs, y.max() + 0.25)],
        [at * tall for at in (x.min(), *acrosses, x.max())],
        lean,
    )


def spans(intervals: Iterable[Span]) -> list[Span]:
    """Join intervals that overlap; those that are left are rows, or columns."""
    found: list[Span] = []
    for low, high in sorted((low, high) for low, high in intervals):
        if found and low < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _after_mark(reading: Reading) -> list[bool]:
    """Return of each digit whether a point or comma is read before it."""
    return [before in ".," for before, sign in pairwise(" " + reading.text) if sign.isdigit() or sign == "?"]


def _upright(points: Numbers, lean: float) -> Numbers:
    sin, cos = np.sin(lean), np.cos(lean)
    return np.asarray(points @ np.array([[cos, -sin], [sin, cos]]))


def _columns(x: Numbers, rows: Places, bound: NDArray[np.bool_]) -> tuple[list[float], Places]:
    """Return where columns are parted, and the column of each digit.

    Of all ways to part columns the one for which the gaps that it takes, each once, speak most (dynamic programming
    over the places where columns may be parted). A row may take a gap beside such a place, at its distance.

    Args:
        x: (N, 2), from and to, digit heights.
        rows: (N,), from 0.
        bound: (N,), whether it belongs to the one before it.
    """
    lines = [np.flatnonzero(rows == row) for row in range(rows.max() + 1)]
    lines = [line[np.argsort(x[line].sum(1), kind="stable")] for line in lines]
    says = [_says(x[line], bound[line]) for line in lines]
    places = np.unique([x.min() - _SURE, *(at for gaps in says for at in _within(gaps))])  # the first is left of all
    gap = np.zeros((len(lines), len(places)), np.intp)
    worth, away = np.zeros(gap.shape), np.zeros(len(places))
    for row, (low, high, said) in enumerate(says):
        far = np.maximum(np.maximum(low - places[:, None], places[:, None] - high), 0)
        gap[row] = (said - far).argmax(1)
        worth[row], away = said[gap[row]], away + far[np.arange(len(places)), gap[row]]
    chosen = _best(gap, worth, away)
    columns = np.zeros(len(x), np.intp)
    for line, own in zip(lines, gap[:, chosen], strict=True):
        columns[line] = (np.arange(len(line))[:, None] >= own).sum(1)
    return places[chosen].tolist(), columns


def _says(x: Numbers, bound: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers]:
    """Return of each gap in a row where it begins and ends, and how much it speaks for two columns; of both ends too.

    An empty cell at either end says nothing.
    """
    low, high = np.r_[-np.inf, x[:, 1]], np.r_[x[:, 0], np.inf]
    says = np.clip(high - low - _SPACE, -_SURE, _SURE)
    says[:-1][bound] = -_SURE
    says[[0, -1]] = 0
    return low, high, says


def _within(gaps: tuple[Numbers, Numbers, Numbers]) -> Numbers:
    """Return where columns may be parted: in the middle and near both ends of a wide gap."""
    low, high, says = gaps
    low, high = low[says > 0], high[says > 0]
    return np.concatenate([low + _SPACE / 2, (low + high) / 2, high - _SPACE / 2])


def _best(gap: Places, worth: Numbers, away: Numbers) -> list[int]:
    """Return the places, in order, for which most is said, by dynamic programming.

    Args:
        gap: (R, P), which gap of each row each place takes; all the first at the first place, which parts nothing.
        worth: (R, P), how much that says; it counts once, however many places take the gap.
        away: (P,), how far it lies from the place, over all rows; that counts against it.
    """
    best, last = np.zeros(len(away)), np.zeros(len(away), np.intp)
    for at in range(1, len(away)):
        said = best[:at] + worth[:, at] @ (gap[:, :at] != gap[:, at, None]) - away[at]
        last[at], best[at] = said.argmax(), said.max()
    at, chosen = int(best.argmax()), list[int]()
    while at:
        chosen.insert(0, at)
        at = int(last[at])
    return chosen
