"""Ruled and squared paper: take the lines, leave the strokes that cross them.

The classic way of staff line removal (I. Fujinaga, "Staff detection and removal",
2004): a pixel belongs to the line where the ink across it is no thicker than the
line; where a stroke crosses, the ink is thicker and stays.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.quantiles import median, quantile
from numbre_edge.types import Pixels
from numbre_edge.vision.straight import Line, distinct, level_lines, parallels, shrunk

# At least this share of a rule's columns is inked, dotted ones included.
_INKED = 0.35
# It is this many times as long as the writing is high (ink counts as writing from so many times the
# line's thickness on); or it runs from border to border. The foot of a 2, the stem of a 1 do not.
_LONGER = 2.2
_LONGER_UPRIGHT = 5.0
_TALLER = 5.0

# A rule is looked for within so many pixels of its place, and within so many of those in which it was found.
_REACH, _ROUGHLY = 4, 1.25
# So many rules, so many thicknesses apart (at both ends together), have more of their like: inked as thinly over this
# share of the page's width, and so many times as much as the page is.
_FAMILY, _APART, _FAINT, _DENSER = 3, 12.0, 0.2, 3.0
# A dot and the paper beside it, in thicknesses of the rule; ink along a rule is this much darker than the rule.
_DOT = 2.5
_DARKER = 1.25
# Between the dots of a dotted rule there is less than this share of their contrast.
_DOTTED = 0.85
# No digit is this much wider than high.
_LONGER_THAN_HIGH = 1.3


class Unruled(NamedTuple):
    """A mask without its rules, and whether any of those stood upright."""

    mask: Pixels
    upright: bool


def remove_rules(mask: Pixels, contrast: Pixels, small: Pixels, *, full: bool = False) -> Unruled:
    """Return ``mask`` ((h, w) uint8, 255 on 0) without long straight lines, level or upright.

    Args:
        mask: the ink of ``contrast``.
        contrast: (h, w) uint8: what is written along a line is darker than the line, or fills a dotted one's gaps.
        small: ``mask`` as :func:`~numbre_edge.vision.straight.shrunk`.
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


def _transposed(mask: Pixels) -> Pixels:
    return np.asarray(cv2.transpose(mask), np.uint8)  # much faster than a contiguous copy of mask.T


def _remove_level(mask: Pixels, small: Pixels, contrast: Pixels, longer: float) -> Pixels:
    factor = max(small.shape) / max(mask.shape)
    lines, heights = level_lines(small, factor)
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
    usual = median(thicknesses)
    width = mask.shape[1]
    if len(distinct(np.array([(rule.at(0), rule.at(width)) for rule in rules]), _APART * usual)) >= _FAMILY:
        share = max(_FAINT, _DENSER * cv2.countNonZero(mask) / mask.size)
        for line in parallels(small, rules, factor, share):
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
    around: NDArray[np.int16]
    crossing: NDArray[np.int16]

    @property
    def inked(self) -> NDArray[np.int16]:
        return self.crossing[self.crossing > 0]


def _band(line: Line, runs: NDArray[np.int16], reach: int) -> _Band:
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
    thickness = median(band.inked)
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
    if median(gaps[~crossed]) < _DOTTED * median(along[~crossed]):
        erase = thin | _ends_at_rule(around > 0, thin, thickness)
    erase = erase & ~_written(along, gaps, crossed)
    mask[rows[erase], np.broadcast_to(columns, rows.shape)[erase]] = 0
    return True


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
    rule, ink = median(gaps[~crossed]), median(along[crossed])
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
    middle = float((places * thin).sum() / thin.sum())
    band = np.abs(places - middle) <= thickness / 2 + 1
    through = (ink | (places > middle) | band).all(0) & (ink | (places < middle) | band).all(0)
    return np.asarray(ink & band & ~through)


def _typical(heights: NDArray[np.float64]) -> float:
    return quantile(heights, 0.75) if len(heights) else 0.0


def _vertical_runs(mask: Pixels) -> NDArray[np.int16]:
    """Return (h, w) int16: for each ink pixel the length of its vertical run of ink, else 0."""
    runs = (mask > 0).astype(np.int16)
    for above, row in pairwise(runs):
        row *= above + 1  # so far, from above
    for below, row in pairwise(runs[::-1]):
        np.maximum(row, below * (row > 0), out=row)
    return runs
