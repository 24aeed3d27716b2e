"""How a hand sets symbols side by side: sizes, slant, gaps that touch, where points and minus signs stand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats
from numbre_export.synthesis.shapes import Shape
from numbre_export.synthesis.sheet import LABELS, NOTHING, Mark
from numbre_export.synthesis.sources import Writer

_BANDS = 7  # rows in which two neighbours' distance is measured
# Where the middle of a mark stands above the baseline, digit heights; what is not here stands on it.
_MIDDLE = {"-": 0.45, "+": 0.45, "=": 0.42, "*": 0.5, "~": 0.45, ":": 0.4, "<": 0.45, ">": 0.45, "'": 0.9, '"': 0.9,
           "^": 0.95, "`": 0.95, "/": 0.45, ",": -0.06, ";": 0.2, "(": 0.4, ")": 0.4, "|": 0.45, "_": -0.05,
           "x": 0.35, "·": 0.45}  # fmt: skip
# What stands alone and has the shape of a digit or a mark in somebody's hand.
LOOKALIKES = {name: LABELS[like] for names, like in (
    ("oO", "0"), ("lI|", "1"), ("zZ", "2"), ("sS", "5"), ("bG", "6"), ("B", "8"), ("gq", "9"), (".·", "."), (",", ","),
    ("-", "-"), ("/", "/")) for name in names}  # fmt: skip
_DESCENDS = {"g": 0.33, "j": 0.3, "p": 0.33, "q": 0.33, "y": 0.35}  # share of the letter below the baseline


@dataclass(frozen=True, kw_only=True)
class Hand:
    """How somebody writes on one page.

    Attributes:
        writer: whose shapes.
        height: of a digit, page pixels.
        width: of the pen, page pixels.
        gap: between neighbours, digit heights; negative where they touch and overlap.
        slant: added to the writer's own, x per y.
        aspect: by which shapes are wider than written.
        jitter: how unlike its neighbours a symbol is in size, place and turn, about 0 to 1.
        climb: of the line of writing, y per x.
        nib: how much thinner level strokes are than upright ones, 0 to 1.
        joins: share of neighbours that a stroke links.
    """

    writer: Writer
    height: float
    width: float
    gap: float = 0.15
    slant: float = 0.0
    aspect: float = 1.0
    jitter: float = 0.3
    climb: float = 0.0
    nib: float = 0.0
    joins: float = 0.0

    def write(self, text: str, x: float, foot: float, rng: Generator, *, number: bool = True) -> list[Mark]:
        """Write symbols from ``x`` to the right on the baseline ``foot``, page pixels.

        Digits are labelled, and marks too where the text is a ``number``. A lone letter that may be taken for a
        digit, or an operator for a minus sign, is labelled as what it looks like, and hard.
        """
        marks: list[Mark] = []
        edge: Floats | None = None  # the right edge of what stands so far, by band
        right = x
        for character in text:
            if character == " ":
                right += self.height * float(rng.uniform(0.4, 0.9))
                edge = None
                continue
            lines, filled = self._shape(character, rng)
            left, end = _profile(lines, self.height)
            gap = self.height * (self.gap + 0.08 * self.jitter * float(rng.standard_normal()))
            if edge is None:
                shift = right - float(min(line[:, 0].min() for line in lines))
            else:
                apart = left - edge
                near = float(apart[np.isfinite(apart)].min(initial=np.inf))
                shift = gap - near if np.isfinite(near) else right - float(left[np.isfinite(left)].min(initial=0)) + gap
                # No further back than where the last symbol's middle is, however open its shape.
                shift = max(shift, right - 0.35 * self.height - float(min(line[:, 0].min() for line in lines)))
            climb = -self.climb * (right - x)
            moved = [line + np.array([shift, foot + climb], np.float32) for line in lines]
            own = float(max(line[:, 0].max() for line in moved))
            edge, right = end + shift, max(right, own)
            label = LABELS.get(character, NOTHING) if number or character.isdigit() else NOTHING
            like = LOOKALIKES.get(text, NOTHING) if not number else NOTHING
            if marks and not filled and self.joins and rng.random() < self.joins:
                marks += self._joined(marks[-1], moved)
            mark = self._mark(moved, filled, label if like == NOTHING else like)
            marks.append(replace(mark, hard=True) if like != NOTHING else mark)
        return marks

    def word(self, x: float, foot: float, rng: Generator) -> list[Mark]:
        """Write a word, which is no number."""
        lines = self._set(self.writer.word(rng), x, foot + 0.15 * self.height, rng, 1.0)
        return [self._mark(lines, False, NOTHING)]

    def number(self, x: float, foot: float, rng: Generator) -> list[Mark]:
        """Write a number as somebody once wrote it: with that hand's own gaps and heights."""
        shape, parts = self.writer.sources.number(rng)
        lines = self._set(shape, x, foot, rng, 1.0)
        return [
            self._mark([lines[i] for i in part], False, LABELS.get(character, NOTHING)) for character, part in parts
        ]

    def _mark(self, lines: list[Floats], filled: bool, label: int) -> Mark:
        return Mark(lines, 0.0 if filled else self.width, filled, label, nib=0.0 if filled else self.nib)

    def _joined(self, before: Mark, lines: list[Floats]) -> list[Mark]:
        """Link the end of one symbol to the beginning of the next, where they are near."""
        start, end = before.lines[-1][-1], lines[0][0]
        if before.label == NOTHING or not 0 < float(end[0] - start[0]) < 0.6 * self.height:
            return []
        sag = np.array([0, 0.15 * self.height], np.float32)
        return [self._mark([np.array([start, (start + end) / 2 + sag, end], np.float32)], False, NOTHING)]

    def _shape(self, character: str, rng: Generator) -> tuple[list[Floats], bool]:
        """Return a symbol on the baseline 0, whether it is filled."""
        shape = self.writer.shape(character, rng)
        size = float(np.exp(0.16 * self.jitter * rng.standard_normal()))
        if character in _MIDDLE:
            foot = _MIDDLE[character] * self.height - 0.5 * shape.extent[1] * self.height * size
        else:
            foot = -_DESCENDS.get(character, 0.0) * shape.extent[1] * self.height * size
        foot += 0.07 * self.jitter * self.height * float(rng.standard_normal())
        return self._set(shape, 0.0, -foot, rng, size), shape.filled

    def _set(self, shape: Shape, x: float, foot: float, rng: Generator, size: float) -> list[Floats]:
        scale = self.height * size
        turn = 0.07 * self.jitter * float(rng.standard_normal())
        matrix = np.array([[scale * self.aspect, -scale * (self.slant - turn)], [scale * turn, scale]], np.float32)
        origin = np.array([0.0, shape.extent[1]], np.float32)
        place = np.array([x, foot], np.float32)
        return [np.asarray((line - origin) @ matrix.T + place, np.float32) for line in shape.lines]


def _profile(lines: list[Floats], height: float) -> tuple[Floats, Floats]:
    """Return the leftmost and rightmost ink by band of height above the baseline 0; inf and -inf where is none."""
    points = np.concatenate([_dense(line) for line in lines])
    band = ((points[:, 1] * ((_BANDS - 2) / height) + (_BANDS - 1)).clip(0, _BANDS - 1)).astype(np.intp)
    left, right = np.full(_BANDS, np.inf), np.full(_BANDS, -np.inf)
    np.minimum.at(left, band, points[:, 0])
    np.maximum.at(right, band, points[:, 0])
    return left.astype(np.float32), right.astype(np.float32)


def _dense(line: Floats) -> Floats:
    """Return a polyline with points close enough that no band is jumped over."""
    count = len(line)
    if count < 2:
        return line
    at = np.linspace(0, count - 1, min(4 * _BANDS, _BANDS * (count - 1)) + count)
    index = at.astype(np.intp).clip(max=count - 2)
    share = (at - index).astype(np.float32)[:, None]
    return np.asarray(line[index] + share * (line[index + 1] - line[index]), np.float32)
