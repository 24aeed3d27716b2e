"""Digits of seven segments, as displays show them: each make has its own proportions and its own 6, 7 and 9."""

from __future__ import annotations

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.paths import rectangle
from numbre_export.synthesis.shapes import Shape, outlined

# Which segments are lit: a above, then clockwise b to f, and g in the middle.
_LIT = {"0": "abcdef", "1": "bc", "2": "abdeg", "3": "abcdg", "4": "bcfg", "5": "acdfg", "6": "acdefg", "7": "abc",
        "8": "abcdefg", "9": "abcdfg", "-": "g"}  # fmt: skip
_OTHERWISE = {"6": "cdefg", "7": "abcf", "9": "abcfg"}  # as other makes have them
SEGMENTED = (*_LIT, ".", ",")


def segment_shape(character: str, make: int) -> Shape:
    """Return a character of a display of this ``make``, a digit one unit high; of a digit, what is lit."""
    rng = np.random.default_rng(make)
    wide, thick = float(rng.uniform(0.42, 0.68)), float(rng.uniform(0.07, 0.19))
    gap, cut = float(rng.uniform(0, 0.035)), bool(rng.random() < 0.75)
    point = float(rng.uniform(0.8, 1.5)) * thick
    otherwise = {digit: lit for digit, lit in _OTHERWISE.items() if rng.random() < 0.3}
    round_ = bool(rng.random() < 0.4)
    if character in ".,":
        return outlined(character, [_point(point, round_=round_)], filled=True, scale=1.0)
    bars = _bars(wide, thick, gap, 0.5 * thick if cut else 0.0)
    lit = otherwise.get(character, _LIT[character])
    return outlined(character, [bars[name] for name in lit], filled=True, scale=1.0)


def _bars(wide: float, thick: float, gap: float, cut: float) -> dict[str, Floats]:
    """Return the outlines of all segments, whose ends are ``cut`` slanted by so much."""
    left, right, top, middle, foot = thick / 2, wide - thick / 2, thick / 2, 0.5, 1 - thick / 2
    ends = {"a": (left, top, right, top), "g": (left, middle, right, middle), "d": (left, foot, right, foot),
            "f": (left, top, left, middle), "e": (left, middle, left, foot),
            "b": (right, top, right, middle), "c": (right, middle, right, foot)}  # fmt: skip
    bars = {}
    for name, (x0, y0, x1, y1) in ends.items():
        along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
        aside = thick / 2 * along[::-1]
        first, last = np.array([x0, y0]) + gap * along, np.array([x1, y1]) - gap * along
        near, far = first + cut * along, last - cut * along
        bars[name] = np.array([first, near + aside, far + aside, last, far - aside, near - aside], np.float32)
    return bars


def _point(size: float, *, round_: bool) -> Floats:
    if not round_:
        return rectangle(0, 0, size, size)
    turns = np.linspace(0, 2 * np.pi, 16)
    return (size / 2 * np.column_stack([np.cos(turns), np.sin(turns)])).astype(np.float32)
