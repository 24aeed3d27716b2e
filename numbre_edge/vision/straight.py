"""Long straight lines, looked for in a small copy of a mask."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Pixels

_SMALL = 400  # pixels of longer side in which lines are looked for
_DOTS = 9  # pixels of paper between two dots of a dotted line there
_STRETCH = 15  # pixels of level ink that a rule shows there, even when it slopes
_LENGTH = 0.3  # a line is at least this long, as a share of the side it runs along
# Others like it are within so many radians of its slope, in dashes of so many pixels, and so many pixels from one
# another there. So many, those with most ink, are looked at: no page has more, but noise and print look like thousands.
_ASKEW, _DASH, _SAME, _MOST = 0.01, 7, 6.0, 200


class Line(NamedTuple):
    """A straight line from (x1, y1) to (x2, y2), pixels."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def slope(self) -> float:
        return (self.y2 - self.y1) / (self.x2 - self.x1)

    def at(self, x: Any) -> Any:
        """Return the y where it is, or would be, at ``x``: a number, or an array of them."""
        return self.y1 + self.slope * (x - self.x1)

    def scaled(self, factor: float) -> Line:
        """Return the same line in a picture so many times as large."""
        return Line(*(value * factor for value in self))


def shrunk(mask: Pixels) -> Pixels:
    """Return ``mask`` at the size in which lines are looked for."""
    factor = _SMALL / max(mask.shape)
    if factor >= 1:
        return mask
    size = (max(1, round(mask.shape[1] * factor)), max(1, round(mask.shape[0] * factor)))
    shrunk = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.threshold(shrunk, 60, 255, cv2.THRESH_BINARY)[1], np.uint8)


def parallels(small: Pixels, rules: list[Line], factor: float, share: float) -> list[Line]:
    """Return all that may be lines like ``rules``, from border to border, with this ``share`` of ink: faint ones too.

    They are looked for in ``small``, ``factor`` times the size. A rule that is faint or dashed gives the search
    for stretches nothing to go by, but its points are many, and its slope is known to be among its like's.
    """
    width = small.shape[1]
    slopes = [rule.slope for rule in rules]
    low, high = math.atan(min(slopes)) - _ASKEW, math.atan(max(slopes)) + _ASKEW
    ink = cv2.morphologyEx(_dots_closed(small), cv2.MORPH_OPEN, np.ones((1, _DASH), np.uint8))
    found = cv2.HoughLines(
        ink, 1, np.pi / 720, int(share * width), min_theta=np.pi / 2 + low, max_theta=np.pi / 2 + high
    )
    rho, theta = (np.zeros((0, 2)) if found is None else found.reshape(-1, 2).astype(np.float64)).T
    ends = np.column_stack([rho, rho - width * np.cos(theta)]) / np.sin(theta)[:, None]
    apart = distinct(ends, _SAME)[:_MOST]
    return [Line(0, left, width, right).scaled(1 / factor) for left, right in apart]


def distinct(ends: NDArray[np.float64], apart: float) -> list[list[float]]:
    """Return those of lines that are at least ``apart`` from each one before them.

    ``ends``, (n, 2): where each is at the picture's left and right border, at which the distances are summed up.
    """
    distinct = []
    while len(ends):
        distinct.append(ends[0].tolist())
        ends = ends[np.abs(ends - ends[0]).sum(1) >= apart]
    return distinct


def level_lines(small: Pixels, factor: float) -> tuple[list[Line], NDArray[np.float64]]:
    """Return the long lines within 20 degrees of level, and the heights of the ink that is not theirs.

    They are found in ``small``, ``factor`` times the size in which they are returned.
    """
    length = _LENGTH * small.shape[1]
    opened = cv2.morphologyEx(_dots_closed(small), cv2.MORPH_OPEN, np.ones((1, _STRETCH), np.uint8))
    stretch = np.asarray(opened, np.uint8)
    # The cheap tests: no level ink, no rules.
    if cv2.countNonZero(stretch) < 0.5 * length or not _may_hold_line(stretch, length):
        return [], np.zeros(0)
    found = cv2.HoughLinesP(stretch, 1, np.pi / 720, int(0.5 * length), minLineLength=length, maxLineGap=length / 6)
    lines = [Line(*(float(v) for v in row)) for row in ([] if found is None else found.reshape(-1, 4).tolist())]
    lines = [line for line in lines if line.x2 > line.x1 and abs(line.y2 - line.y1) < 0.36 * (line.x2 - line.x1)]
    if not lines:
        return [], np.zeros(0)
    return [line.scaled(1 / factor) for line in lines], _writing_heights(small, lines) / factor


def _dots_closed(small: Pixels) -> Pixels:
    return np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((1, _DOTS), np.uint8)), np.uint8)


def _may_hold_line(stretch: Pixels, length: float) -> bool:
    """Whether the search for lines, which is slow, can find one: False only where it is certain to find none.

    From one inked pixel of a line to the next are at most length / 6 blank columns, and 0.36 times as many
    rows. Ink grown by half of that each way, and a pixel or two for rounding, holds a line in one component.
    """
    reach = int(length / 12) + 1
    rise = reach // 2 + 2
    padded = cv2.copyMakeBorder(stretch, rise, rise, reach, reach, cv2.BORDER_CONSTANT, value=0)
    grown = np.asarray(cv2.dilate(padded, np.ones((2 * rise + 1, 2 * reach + 1), np.uint8)), np.uint8)
    stats = _component_stats(grown)
    return int(stats[:, cv2.CC_STAT_WIDTH].max(initial=0)) - 2 * reach >= length


def _writing_heights(small: Pixels, lines: list[Line]) -> NDArray[np.float64]:
    """Return the height of each component that stays when ``lines`` are painted out."""
    rest = small.copy()
    for line in lines:
        cv2.line(rest, (round(line.x1), round(line.y1)), (round(line.x2), round(line.y2)), (0,), 3)
    return np.asarray(_component_stats(rest)[:, cv2.CC_STAT_HEIGHT], np.float64)


def _component_stats(small: Pixels) -> NDArray[np.int32]:
    """Return the statistics of each component; 16 bits number them all at this size, and are several times as fast."""
    stats = cv2.connectedComponentsWithStats(small, connectivity=8, ltype=cv2.CV_16U)[2]
    return np.asarray(stats[1:], np.int32)
