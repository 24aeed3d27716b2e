"""Ruled and squared paper: take the lines, leave the strokes that cross them.

The classic way of staff line removal (I. Fujinaga, "Staff detection and removal",
2004): a pixel belongs to the line where the ink across it is no thicker than the
line; where a stroke crosses, the ink is thicker and stays.
"""

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
# At least this share of a rule's columns is inked, dotted ones included.
_INKED = 0.35
# A rule is at least this long, as a share of the side it runs along,
_LENGTH = 0.3
# and this many times as long as the writing is high (ink counts as writing from so many times the
# line's thickness on); or it runs from border to border. The foot of a 2, the stem of a 1 do not.
_LONGER = 2.2
_LONGER_UPRIGHT = 5.0
_TALLER = 5.0

# A rule is looked for within so many pixels of its place, and within so many of those in which it was found.
_REACH, _ROUGHLY = 4, 1.25
# So many rules, so many thicknesses apart (at both ends together), have more of their like: within so many radians
# of their slopes, inked as thinly over this share of the page's width, and so many times as much as the page is,
_FAMILY, _APART = 3, 12.0
_ASKEW, _FAINT, _DENSER = 0.01, 0.2, 3.0
# in dashes of so many pixels, and so many pixels from one another, where lines are looked for. So many, those with most
# ink, are looked at: no page has more, but noise and print look like thousands.
_DASH, _SAME, _MOST = 7, 6.0, 200
# A dot and the paper beside it, in thicknesses of the rule; ink along a rule is this much darker than the rule.
_DOT = 2.5
_DARKER = 1.25
# Between the dots of a dotted rule there is less than this share of their contrast.
_DOTTED = 0.85
# No digit is this much wider than high.
_LONGER_THAN_HIGH = 1.3


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


class Unruled(NamedTuple):
    """A mask without its rules, and whether any of those stood upright."""

    mask: Pixels
    upright: bool


def remove_rules(mask: Pixels, contrast: Pixels, small: Pixels, *, full: bool = False) -> Unruled:
    """Return ``mask`` ((h, w) uint8, 255 on 0) without long straight lines, level or upright.

    Args:
        mask: the ink of ``contrast``.
        contrast: (h, w) uint8: what is written along a line is darker than the line, or fills a dotted one's gaps.
        small: ``mask`` as :func:`shrunk`.
        full: digits may fill the picture, and their strokes span it. Only a
            line longer than the picture is high is none of theirs.
    """
    if full:
        wide = mask.shape[1] > _LONGER_THAN_HIGH * mask.shape[0]
        return Unruled(_remove_level(mask, small, contrast, _LONGER) if wide else mask, upright=False)
    level = _remove_level(mask, small, contrast, _LONGER)
    if level is not mask:
        small = shrunk(level)
    on_its_side = _transposed(level)
    rest = _remove_level(on_its_side, _transposed(small), _transposed(contrast), _LONGER_UPRIGHT)
    return Unruled(_transposed(rest), True) if rest is not on_its_side else Unruled(level, False)


def shrunk(mask: Pixels) -> Pixels:
    """Return ``mask`` at the size in which lines are looked for."""
    factor = _SMALL / max(mask.shape)
    if factor >= 1:
        return mask
    size = (max(1, round(mask.shape[1] * factor)), max(1, round(mask.shape[0] * factor)))
    shrunk = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.threshold(shrunk, 60, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _transposed(mask: Pixels) -> Pixels:
    return np.asarray(cv2.transpose(mask), np.uint8)  # much faster than a contiguous copy of mask.T


def _remove_level(mask: Pixels, small: Pixels, contrast: Pixels, longer: float) -> Pixels:
    factor = max(small.shape) / max(mask.shape)
    lines, heights = _level_lines(small, factor)
    if not lines:
        return mask
    result, runs = mask.copy(), _vertical_runs(mask)
    reach = max(_REACH, math.ceil(_ROUGHLY / factor))
    rules: list[Line] = []
    thicknesses: list[float] = []
    for line in lines:
        band = _band(line, runs, reach)
        thickness = _thickness(band, line, heights, longer, mask.shape[1])
        if thickness and _erase(result, band, contrast, thickness):
            rules.append(line)
            thicknesses.append(thickness)
    if not rules:
        return mask
    usual = float(np.median(thicknesses))
    if len(_distinct(rules, mask.shape[1], _APART * usual)) >= _FAMILY:
        share = max(_FAINT, _DENSER * cv2.countNonZero(mask) / mask.size)
        for line in _parallels(small, rules, factor, share):
            band = _band(line, runs, reach)
            if (band.inked <= _thickest(usual)).sum() >= share * len(band.columns):
                _erase(result, band, contrast, usual)
    return result


class _Band(NamedTuple):
    """What is around a line: pixels, (2 * reach + 1, n), where the vertical runs of ink there are so long.

    Attributes:
        rows: of each pixel.
        columns: (n,), of each.
        inside: (rows, n) bool, false beyond the picture.
        around: (rows, n), the length of the run through each pixel, 0 where there is no ink.
        crossing: (n,), the longest in each column.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    inside: NDArray[np.bool_]
    around: NDArray[np.int32]
    crossing: NDArray[np.int32]

    @property
    def inked(self) -> NDArray[np.int32]:
        return self.crossing[self.crossing > 0]


def _band(line: Line, runs: NDArray[np.int32], reach: int) -> _Band:
    height, width = runs.shape
    columns = np.arange(max(0, int(line.x1) - 4), min(width, int(line.x2) + 5))
    rows = np.rint(line.at(columns)).astype(np.intp)[None, :] + np.arange(-reach, reach + 1)[:, None]
    inside = (rows >= 0) & (rows < height)
    rows = rows.clip(0, height - 1)
    around = runs[rows, columns] * inside
    return _Band(rows, columns, inside, around, around.max(0))


def _thickness(band: _Band, line: Line, heights: NDArray[np.float64], longer: float, width: int) -> float:
    """Return how thick a rule is, in pixels; 0 if it is none: writing of such ``heights``, in a picture so wide."""
    if len(band.inked) < _INKED * len(band.columns):
        return 0.0
    thickness = float(np.median(band.inked))
    writing = _typical(heights[heights > _TALLER * thickness])
    spans = line.x1 <= 0.02 * width and line.x2 >= 0.98 * width - 1
    return thickness if spans or (writing and line.x2 - line.x1 >= longer * writing) else 0.0


def _thickest(thickness: float) -> float:
    """Return the longest run of ink across a rule of so many pixels."""
    return 1.5 * thickness + 1


def _erase(mask: Pixels, band: _Band, contrast: Pixels, thickness: float) -> bool:
    """Take a rule out of ``mask``; False where all of its ink is thicker than a rule's."""
    rows, columns, inside, around, crossing = band
    crossed = crossing > _thickest(thickness)
    if crossed.all():
        return False
    thin = (around > 0) & (around <= _thickest(thickness))
    along = (contrast[rows, columns] * inside).max(0)
    gaps = _gaps(along, thickness)
    erase = thin
    if np.median(gaps[~crossed]) < _DOTTED * np.median(along[~crossed]):
        erase = thin | _ends_at_rule(around > 0, thin, thickness)
    erase = erase & ~_written(along, gaps, crossed)
    mask[rows[erase], np.broadcast_to(columns, rows.shape)[erase]] = 0
    return True


def _parallels(small: Pixels, rules: list[Line], factor: float, share: float) -> list[Line]:
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
    polar = [] if found is None else found.reshape(-1, 2).tolist()
    ends = [(rho / math.sin(theta), (rho - width * math.cos(theta)) / math.sin(theta)) for rho, theta in polar]
    lines = [Line(0, left, width, right) for left, right in ends]
    return [line.scaled(1 / factor) for line in _distinct(lines, width, _SAME)[:_MOST]]


def _distinct(lines: list[Line], width: int, apart: float) -> list[Line]:
    """Return those lines that are, at a picture's borders, at least ``apart`` in all from each one before them."""
    ends = np.array([(line.at(0), line.at(width)) for line in lines]).reshape(-1, 2)
    left, distinct = np.arange(len(lines)), []
    while len(left):
        distinct.append(lines[left[0]])
        left = left[np.abs(ends[left] - ends[left[0]]).sum(1) >= apart]
    return distinct


def _gaps(along: Pixels, thickness: float) -> Pixels:
    """Return (n,) uint8: the contrast along a rule of so many pixels, dots taken down to the paper between them."""
    stretch = np.ones((1, int(_DOT * thickness) | 1), np.uint8)
    return np.asarray(
        cv2.morphologyEx(along[None], cv2.MORPH_OPEN, stretch, borderType=cv2.BORDER_REPLICATE)[0], np.uint8
    )


def _written(along: Pixels, gaps: Pixels, crossed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (n,) bool: where a stroke runs along a rule, such as the foot of a 2.

    Args:
        along: (n,) uint8, the contrast along the rule.
        gaps: (n,) uint8, the same between its dots.
        crossed: (n,) bool, where the ink is thicker than the rule.
    """
    if not crossed.any():
        return np.zeros_like(crossed)
    rule, ink = float(np.median(gaps[~crossed])), float(np.median(along[crossed]))
    return np.asarray(gaps > max((rule + ink) / 2, _DARKER * rule))


def _ends_at_rule(ink: NDArray[np.bool_], thin: NDArray[np.bool_], thickness: float) -> NDArray[np.bool_]:
    """Return the part of a dotted rule, (rows, n) bool, in which strokes end that come to it from one side.

    Args:
        ink: (rows, n) bool around the rule, all ink.
        thin: (rows, n) bool, what is certain to be the rule's.
        thickness: of the rule, in pixels.
    """
    if not thin.any():
        return np.zeros_like(thin)
    places = np.arange(len(ink))[:, None]
    middle = float(np.average(np.broadcast_to(places, thin.shape), weights=thin))
    band = np.abs(places - middle) <= thickness / 2 + 1
    through = (ink | (places > middle) | band).all(0) & (ink | (places < middle) | band).all(0)
    return np.asarray(ink & band & ~through)


def _typical(heights: NDArray[np.float64]) -> float:
    return float(np.percentile(heights, 75)) if len(heights) else 0.0


def _level_lines(small: Pixels, factor: float) -> tuple[list[Line], NDArray[np.float64]]:
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


def _vertical_runs(mask: Pixels) -> NDArray[np.int32]:
    """Return (h, w) int32: for each ink pixel the length of its vertical run of ink, else 0."""
    ink = mask > 0
    height = len(ink)
    rows = np.arange(height, dtype=np.int32)[:, None]
    above = np.maximum.accumulate(np.where(ink, -1, rows), axis=0)
    below = np.minimum.accumulate(np.where(ink, height, rows)[::-1], axis=0)[::-1]
    return np.where(ink, below - above - 1, 0).astype(np.int32)
