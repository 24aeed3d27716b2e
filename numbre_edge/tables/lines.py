"""Grey pixels -> the straight lines on a page that may rule a table, drawn by hand or printed, whole or with gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.light import PAPER, normalized
from numbre_edge.types import Box, Floats, Pixels

SIDE = 1280  # longer side of the picture in which lines are looked for, pixels
_FAINT = 30  # levels from PAPER, of a faint printed line: hardly the grain of paper
_PIECE = 25  # pixels: a line is straight for so long, letters and digits seldom are
# Slopes of the straight pieces looked for; ink of 3 pixels holds those in between.
_SLOPES = (-0.3, -0.15, 0.0, 0.15, 0.3)
_LEAN = 0.35  # radians from level, or upright: a photo held as badly is to be taken again
_BESIDE = 5.0  # pixels: pieces no farther from a line are of it; with 4 some lines are found twice
_PARALLEL = 0.06  # radians, of pieces of one line
_GAP = 40.0  # pixels: a longer gap ends a line; with 70 more lines are whole, and a sheet's outline joins its table


@dataclass(frozen=True, eq=False)
class Line:
    """A straight line of a picture.

    Attributes:
        ends: (2, 2) float32, x, y, from left to right or from top to bottom.
        level: whether it is rather level than upright.
    """

    ends: Floats
    level: bool

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.ends[1] - self.ends[0]))

    def at(self, position: float) -> float:
        """Return y at x ``position`` of a level line, x at y of an upright one."""
        along, across = (0, 1) if self.level else (1, 0)
        (a, b), way = self.ends, self.ends[1] - self.ends[0]
        return float(a[across] + (position - a[along]) * way[across] / max(abs(float(b[along] - a[along])), 1e-6))


def straight_lines(grey: Pixels, *, without: Sequence[Box] = ()) -> list[Line]:
    """Return the lines of (h, w) uint8 ``grey``, no longer than SIDE, dark on light or light on dark.

    ``without``: what is written there, digits, is no line.
    """
    level = normalized(grey).astype(np.int16) - PAPER
    for box in without:
        level[max(0, box.y) : box.bottom, max(0, box.x) : box.right] = 0
    return max(
        (_lines((sign * level > _FAINT).astype(np.uint8)) for sign in (-1, 1)),
        key=lambda lines: sum(line.length for line in lines),
    )


def _lines(ink: Pixels) -> list[Line]:
    found = []
    for is_level in (True, False):
        turned = ink if is_level else np.ascontiguousarray(ink.T)
        thick = cv2.dilate(turned, np.ones((3, 1), np.uint8))
        straight = np.maximum.reduce([cv2.morphologyEx(thick, cv2.MORPH_OPEN, _kernel(slope)) for slope in _SLOPES])
        pieces = cv2.HoughLinesP(straight, 1, np.pi / 360, 30, minLineLength=_PIECE, maxLineGap=5)
        if pieces is not None:
            found += _joined(pieces.reshape(-1, 2, 2).astype(np.float32), is_level)
    return found


def _kernel(slope: float) -> Pixels:
    """Return a straight piece of a line that falls by ``slope``."""
    along = np.arange(_PIECE)
    down = np.rint(slope * (along - _PIECE // 2)).astype(int)
    kernel = np.zeros((2 * int(abs(down).max()) + 1, _PIECE), np.uint8)
    kernel[down + len(kernel) // 2, along] = 1
    return kernel


def _joined(pieces: Floats, is_level: bool) -> list[Line]:
    """Join (N, 2, 2) pieces, their coordinates along and across, to lines."""
    pieces = np.where((pieces[:, 0, 0] > pieces[:, 1, 0])[:, None, None], pieces[:, ::-1], pieces)
    way = pieces[:, 1] - pieces[:, 0]
    angles = np.arctan2(way[:, 1], way[:, 0])
    pieces, way, angles = (values[abs(angles) < _LEAN] for values in (pieces, way, angles))
    left: NDArray[np.intp] = np.argsort(-way[:, 0], kind="stable")
    lines = []
    while len(left):
        own = left[:1]
        for _ in range(3):  # what joins a line makes its direction surer, so that more joins
            slope, offset = _fitted(pieces[own])
            away = abs(pieces[left, :, 1] - (offset + slope * pieces[left, :, 0])).max(1)
            mine = (away < _BESIDE) & (abs(angles[left] - np.arctan(slope)) < _PARALLEL + _BESIDE / way[left, 0])
            own = left[mine] if mine.any() else left[:1]
        left = left[~np.isin(left, own)]
        slope, offset = _fitted(pieces[own])
        for low, high in _runs(pieces[own][:, :, 0]):
            ends = np.array([(x, offset + slope * x) for x in (low, high)], np.float32)
            lines.append(Line(ends if is_level else ends[:, ::-1], is_level))
    return lines


def _fitted(pieces: Floats) -> tuple[float, float]:
    points = pieces.reshape(-1, 2).astype(np.float64)
    if np.ptp(points[:, 0]) < 1:
        return 0.0, float(points[:, 1].mean())
    slope, offset = np.polyfit(points[:, 0], points[:, 1], 1)
    return float(slope), float(offset)


def _runs(spans: Floats) -> list[tuple[float, float]]:
    """Join (N, 2) spans of one direction to lines: a long gap parts them."""
    joined: list[tuple[float, float]] = []
    for low, high in sorted(spans.tolist()):
        if joined:
            first, last = joined[-1]
            if low - last <= _GAP:
                joined[-1] = first, max(last, high)
                continue
        joined.append((low, high))
    return joined
