"""Strokes that strike out what is written: lines, waves, scribbles, crosses, slashes, ink over all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from numbre_edge.types import Floats
from numbre_export.synthesis.sheet import Mark, extent

_STEEP = 0.2  # y per x: beyond, two digits of unlike heights would tilt what strikes them out

_WIDE = 0.55  # of the height: narrower, a cross over a 1 would be none


@dataclass(frozen=True)
class Span:
    """Where some symbols stand, page pixels.

    Attributes:
        left, right: between which they are struck out.
        level: of their middle at ``left``.
        slope: of the line of writing, y per x.
        high: one of them.
    """

    left: float
    right: float
    level: float
    slope: float
    high: float

    @classmethod
    def around(cls, marks: Sequence[Mark], before: float, after: float) -> Span:
        """Return the span of marks, and so much more on the left and the right; a 1 is made as wide as other digits."""
        left, top, right, bottom = np.array([extent([mark]) for mark in marks]).T
        x, y, high = (left + right) / 2, (top + bottom) / 2, float((bottom - top).mean())
        slope = float(np.polyfit(x, y, 1)[0].clip(-_STEEP, _STEEP)) if len(marks) > 1 else 0.0
        thin = max(0.0, _WIDE * high - float(right.max() - left.min())) / 2
        start = float(left.min()) - before - thin
        level = float(y.mean()) + slope * (start - float(x.mean()))
        return cls(start, float(right.max()) + after + thin, level, slope, high)

    @property
    def long(self) -> float:
        """How often as long as high."""
        return (self.right - self.left) / max(self.high, 0.03 * (self.right - self.left))

    def line(self, along: ArrayLike, across: ArrayLike) -> Floats:
        """Return points: ``along`` is 0 on the left and 1 on the right, ``across`` -0.5 at the top, 0.5 at the foot."""
        x = self.left + np.asarray(along) * (self.right - self.left)
        y = self.level + self.slope * (x - self.left) + np.asarray(across) * self.high
        return np.column_stack([x, y]).astype(np.float32)


Strike = Callable[[Span, float, Generator], list[Floats]]  # a span, the pen's width, chance -> lines


def _line(span: Span, _: float, rng: Generator) -> list[Floats]:
    return [_swung(span, rng, rng.uniform(-0.16, 0.16, 2), bow=float(rng.uniform(0, 0.08)), swings=0.5)]


def _lines(span: Span, _: float, rng: Generator) -> list[Floats]:
    starts, tilt = np.linspace(-0.22, 0.22, int(rng.choice((2, 2, 3)))), rng.uniform(-0.25, 0.25)
    ends = [rng.normal((start - tilt, start + tilt), 0.06) for start in starts]
    return [_swung(span, rng, each, bow=float(rng.uniform(0, 0.06)), swings=0.5) for each in ends]


def _wave(span: Span, _: float, rng: Generator) -> list[Floats]:
    swings = max(1.5, span.long * float(rng.uniform(0.8, 1.8)))
    return [_swung(span, rng, rng.uniform(-0.15, 0.15, 2), bow=float(rng.uniform(0.1, 0.35)), swings=swings)]


def _swung(span: Span, rng: Generator, ends: NDArray[np.float64], *, bow: float, swings: float) -> Floats:
    t = np.linspace(0, 1, 9 + int(8 * swings))
    swing = bow * np.sin(2 * np.pi * (swings * t + float(rng.random())))
    return span.line(t, ends[0] + (ends[1] - ends[0]) * t + swing)


def _zigzag(span: Span, _: float, rng: Generator) -> list[Floats]:
    if rng.random() < 0.4:  # to and fro
        count = int(rng.integers(5, 10))
        return [span.line(_turns(count, 0, 1, 0.04, rng), rng.normal(np.linspace(-0.45, 0.45, count), 0.05))]
    count = max(6, int(span.long * rng.uniform(3, 10)))
    along = rng.normal(np.linspace(0, 1, count), 0.05 / span.long)
    return [span.line(along, _turns(count, -0.5, 0.5, 0.09, rng))]


def _turns(count: int, low: float, high: float, miss: float, rng: Generator) -> NDArray[np.float64]:
    return rng.normal(np.where(np.arange(count) % 2, low, high), miss)


def _loops(span: Span, _: float, rng: Generator) -> list[Floats]:
    turns = max(3.0, span.long * float(rng.uniform(1.2, 3.5)))
    t = np.linspace(0, 1, int(12 * turns))
    wide = min(0.3, float(rng.uniform(0.2, 0.45)) / span.long)
    uneven = np.interp(t, np.linspace(0, 1, 9), rng.uniform(0.35, 1.2, 9))  # some in the middle
    round_ = 2 * np.pi * turns * t
    return [span.line(wide + (1 - 2 * wide) * t + wide * np.cos(round_) * uneven, 0.47 * np.sin(round_) * uneven)]


def _cross(span: Span, _: float, rng: Generator) -> list[Floats]:
    ends = ((0, 1), (1, 0))
    return [span.line(rng.normal(x, 0.04), rng.normal((-0.52, 0.52), 0.07)) for x in ends]


def _slash(span: Span, _: float, rng: Generator) -> list[Floats]:
    lean = (1.1, -0.1) if rng.random() < 0.8 else (-0.1, 1.1)
    return [span.line(rng.normal(lean, 0.08), rng.normal((-0.7, 0.7), 0.07))]


def _hatched(span: Span, _: float, rng: Generator) -> list[Floats]:
    count, lean = max(3, int(span.long / rng.uniform(0.2, 0.6))), rng.uniform(0.2, 0.7) / span.long
    starts = rng.normal(np.linspace(0, 1, count), 0.05 / span.long)
    lines = [span.line((x + lean / 2, x - lean / 2), rng.normal((-0.5, 0.5), 0.06)) for x in starts]
    if rng.random() < 0.25:  # both ways
        lines += [span.line((x - lean / 2, x + lean / 2), rng.normal((-0.5, 0.5), 0.06)) for x in starts]
    return lines


def _blacked_out(span: Span, pen: float, rng: Generator) -> list[Floats]:
    count = max(8, int((span.right - span.left) / (0.8 * pen)))
    return [span.line(np.linspace(0, 1, count), _turns(count, -0.55, 0.55, 0.06, rng))]


WAYS: dict[str, Strike] = {
    "line": _line,
    "lines": _lines,
    "wave": _wave,
    "zigzag": _zigzag,
    "loops": _loops,
    "cross": _cross,
    "slash": _slash,
    "hatched": _hatched,
    "blacked out": _blacked_out,
}
# What may strike out a single digit: one stroke may be part of a 7 or a 0, or makes a 1 a plus; loops look like a 0,
# hatching like 1s.
FOR_ONE = ("lines", "zigzag", "cross", "blacked out")
