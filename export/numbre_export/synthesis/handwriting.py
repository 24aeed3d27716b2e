"""How a hand sets symbols side by side: sizes, slant, gaps that touch, where points and minus signs stand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Floats
from numbre_export.synthesis.paths import Path
from numbre_export.synthesis.shapes import Shape, outlined
from numbre_export.synthesis.sheet import LABELS, NOTHING, Mark, linked
from numbre_export.synthesis.sources import Writer

_BANDS = 7  # rows in which two neighbours' distance is measured
_ROWS = np.arange(_BANDS, dtype=np.int32)[:, None]
# Where the middle of a mark stands above the baseline, digit heights; what is not here stands on it.
_MIDDLE = {"-": 0.45, "+": 0.45, "=": 0.42, "*": 0.5, "~": 0.45, ":": 0.4, "<": 0.45, ">": 0.45, "'": 0.9, '"': 0.9,
           "^": 0.95, "`": 0.95, "/": 0.45, ",": -0.06, ";": 0.2, "(": 0.4, ")": 0.4, "|": 0.45, "_": -0.05,
           "x": 0.35, "·": 0.45}  # fmt: skip
# What stands alone and has the shape of a digit or a mark in somebody's hand.
LOOKALIKES = {name: LABELS[like] for names, like in (
    ("oO", "0"), ("lI|", "1"), ("zZ", "2"), ("sS", "5"), ("bG", "6"), ("B", "8"), ("gq", "9"), (".·", "."), (",", ","),
    ("X*", "x")) for name in names}  # fmt: skip
# What is the same sign wherever it stands; a point is one only in a number.
_SIGNS = "-+=x/"
# Where points of decimals stand off the baseline, as many a hand sets them, digit heights; and how often.
_RAISED, _RAISED_SHARE = 0.35, 0.35
# Points and commas that are short strokes, as many a hand leaves them: how often; how long, digit heights.
_STROKED_SHARE, _STROKES = 0.4, {".": (0.07, 0.26), ",": (0.2, 0.75)}
# How much room points and commas have to either side, at most, digit heights; and how many of those written have any.
_APART, _APART_SHARE = 0.3, 0.75
# Of links between neighbours, those that go on as the pen goes until within _LEVEL of the next one's ink, and beyond
# it at most so much, digit heights: the foot of a 2 that ends in the stem of a 1, the bar of a 7.
_ACROSS, _LEVEL, _BEYOND = 0.6, 0.08, 0.12
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
        """Write symbols from ``x`` to the right on the baseline ``foot``, page pixels; a space is within a number.

        Digits and signs are labelled, points and commas where the text is a ``number``. A lone letter that may be
        taken for a digit is labelled as what it looks like, and hard.
        """
        marks: list[Mark] = []
        edge: Floats | None = None  # the right edge of what stands so far, by band
        right, before = x, -1  # the index of the symbol before, if it is of a number
        for character in text:
            if character == " ":
                right += self.height * float(rng.uniform(0.4, 0.9))
                edge = None
                continue
            path, dense, filled = self._shape(character, rng)
            left, end = self._room(character, *_profile(dense, self.height), rng)
            gap = self.height * (self.gap + 0.08 * self.jitter * float(rng.standard_normal()))
            shift = right - float(dense[:, 0].min())
            if edge is not None:
                near = float((left - edge).min())
                # No further back than where the last symbol's middle is, however open its shape.
                shift = max(gap - near if near < np.inf else shift + gap, shift - 0.35 * self.height)
            start, path = path.points[0], path.moved(shift, foot - self.climb * (right - x))
            edge, right = end + np.float32(shift), max(right, float(dense[:, 0].max()) + shift)
            like = LOOKALIKES.get(text, NOTHING) if not number else NOTHING
            within = number or character.isdigit()
            label = LABELS.get(character, NOTHING) if within or character in _SIGNS else like
            if marks and not filled and self.joins and rng.random() < self.joins:
                marks += self._joined(marks[-1], path.points[0], dense + (path.points[0] - start), rng)
            if within and label != NOTHING and before >= 0:
                marks[before] = replace(marks[before], linked=True)
            before = len(marks) if within and label != NOTHING else -1
            marks.append(self._mark(path, filled, label, hard=like != NOTHING))
        return marks

    def word(self, x: float, foot: float, rng: Generator) -> list[Mark]:
        """Write a word, which is no number."""
        shape = self.writer.word(rng)
        matrix = self._matrix(1.0, rng)
        drop = foot + 0.15 * self.height - shape.extent[1] * float(matrix[1, 1])
        return [self._mark(shape.path.transformed(matrix, x, drop), False, NOTHING)]

    def number(self, x: float, foot: float, rng: Generator) -> list[Mark]:
        """Write a number as somebody once wrote it: with that hand's own gaps and heights."""
        shape, parts = self.writer.sources.number(rng)
        matrix = self._matrix(1.0, rng)
        path = shape.path.transformed(matrix, x, foot - shape.extent[1] * float(matrix[1, 1]))
        return linked([self._mark(path.take(own), False, LABELS.get(character, NOTHING)) for character, own in parts])

    def _mark(self, path: Path, filled: bool, label: int, *, hard: bool = False) -> Mark:
        if filled:
            return Mark(path, 0.0, True, label, hard)
        return Mark(path, self.width, False, label, hard, self.nib)

    def _joined(self, before: Mark, first: Floats, dense: Floats, rng: Generator) -> list[Mark]:
        """Link the end of one symbol to the next, where they are near: to where it begins, or level on into its ink.

        ``first``: where it begins, (2,); ``dense``: points all along it, (N, 2); page pixels.
        """
        end = before.path.points[-1]
        level = dense[abs(dense[:, 1] - end[1]) < _LEVEL * self.height]
        if across := len(level) > 0 and rng.random() < _ACROSS:
            first = level[level[:, 0].argmin()] + np.array([rng.uniform(0, _BEYOND) * self.height, 0])
        if before.label == NOTHING or not 0 < float(first[0] - end[0]) < 0.6 * self.height:
            return []
        sag = np.array([0, (0.03 if across else 0.15) * self.height], np.float32)
        return [self._mark(Path.of([np.array([end, (end + first) / 2 + sag, first])]), False, NOTHING)]

    def _shape(self, character: str, rng: Generator) -> tuple[Path, Floats, bool]:
        """Return a symbol on the baseline 0, points all along it, and whether it is filled."""
        if self.jitter and character in _STROKES and rng.random() < _STROKED_SHARE:
            shape = _stroke(character, rng)
        else:
            shape = self.writer.shape(character, rng)
        matrix = self._matrix(float(np.exp(0.16 * self.jitter * rng.standard_normal())), rng)
        tall = shape.extent[1] * float(matrix[1, 1])
        rise = 0.07 * self.jitter * self.height * float(rng.standard_normal())
        if character in _MIDDLE:
            rise += _MIDDLE[character] * self.height - 0.5 * tall
        elif character == ".":
            rise += self.height * (float(rng.uniform(0, _RAISED)) if rng.random() < _RAISED_SHARE else 0.0)
        else:
            rise -= _DESCENDS.get(character, 0.0) * tall
        place = np.array([self.slant * tall, -rise - tall], np.float32)
        path = Path(shape.path.points @ matrix.T + place, shape.path.ends)
        return path, np.asarray(shape.dense @ matrix.T + place, np.float32), shape.filled

    def _room(self, character: str, left: Floats, end: Floats, rng: Generator) -> tuple[Floats, Floats]:
        """Return a symbol's profile; that of most points and commas with the room that they have for themselves."""
        if character not in _STROKES or (self.jitter and rng.random() > _APART_SHARE):
            return left, end
        low, high = self.height * (rng.uniform(0.0, _APART, 2) - min(0.0, self.gap))
        return np.full_like(left, left.min() - low), np.full_like(end, end.max() + high)

    def _matrix(self, size: float, rng: Generator) -> NDArray[np.float32]:
        """Return the (2, 2) matrix from a shape's units to page pixels."""
        scale, turn = self.height * size, 0.07 * self.jitter * float(rng.standard_normal())
        return np.array([[scale * self.aspect, -scale * (self.slant - turn)], [scale * turn, scale]], np.float32)


def _stroke(character: str, rng: Generator) -> Shape:
    """Return a point or a comma as a short stroke: a point any way, a comma downwards and mostly to the left."""
    length = float(rng.uniform(*_STROKES[character]))
    turn = float(rng.uniform(-np.pi, np.pi) if character == "." else np.pi / 2 + rng.normal(0.3, 0.3))
    end = length * np.array([np.cos(turn), np.sin(turn)])
    bend = end / 2 + 0.3 * length * rng.normal(0, 1, 2)
    return outlined(character, [np.array([[0, 0], bend, end], np.float32)], filled=False, scale=1.0)


def _profile(points: Floats, height: float) -> tuple[Floats, Floats]:
    """Return the leftmost and rightmost of points by band of height above the baseline 0; inf and -inf for none."""
    band = (points[:, 1] * np.float32((_BANDS - 2) / height) + (_BANDS - 1)).astype(np.int32)
    own = np.minimum(np.maximum(band, 0), _BANDS - 1) == _ROWS
    left = np.where(own, points[:, 0], np.float32(np.inf)).min(axis=1)
    right = np.where(own, points[:, 0], np.float32(-np.inf)).max(axis=1)
    return left, right
