"""What people do to a number that they do not mean: strike it out, write over it, go over it again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats
from numbre_export.synthesis.handwriting import Hand
from numbre_export.synthesis.paths import segment
from numbre_export.synthesis.sheet import Mark, extent, moved, unlabelled


def corrected(marks: list[Mark], hand: Hand, rng: Generator) -> list[Mark]:
    """Return a number that was struck out (it is none any more), written over (nobody can tell), or gone over."""
    kind = rng.random()
    if kind < 0.65:
        return struck(marks, hand, rng)
    if kind < 0.8:
        index = int(rng.integers(len(marks)))
        left, _, _, bottom = extent([marks[index]])
        over = hand.write(str(rng.integers(10)), left, bottom, rng)
        return [replace(m, hard=True) if i == index else m for i, m in enumerate(marks)] + unlabelled(over)
    shifts = rng.normal(0, 0.035 * hand.height, (int(rng.integers(1, 5)), 2)).tolist()
    return marks + [mark for x, y in shifts for mark in unlabelled(moved(marks, x, y))]


def struck(marks: list[Mark], hand: Hand, rng: Generator) -> list[Mark]:
    """Strike a number out: its ink is no part of a number any more."""
    left, top, right, bottom = extent(marks)
    reach, height = hand.height * float(rng.uniform(0.05, 0.5)), bottom - top
    x0, x1 = left - reach, right + reach
    single = len(marks) == 1
    kind = rng.random()
    lines: list[Floats]
    if kind < 0.4 and not single:  # one line, or two
        lines = []
        for _ in range(int(rng.choice((1, 1, 2, 3)))):
            start, end = top + height * rng.uniform(0.3, 0.7, 2)
            lines.append(segment(x0, float(start), x1, float(end)))
    elif kind < 0.6:  # a cross
        lines = [segment(x0, top, x1, bottom), segment(x1, top, x0, bottom)]
    elif kind < 0.8 and not single:  # hatched
        step = hand.height * float(rng.uniform(0.2, 0.6))
        lines = [segment(x, bottom, x + 0.6 * height, top) for x in np.arange(x0, x1, step).tolist()]
    else:  # a zigzag
        count = max(5, int((x1 - x0) / hand.height * rng.uniform(3, 12)))
        xs = np.linspace(x0, x1, count) + rng.normal(0, 0.05 * hand.height, count)
        ys = np.where(np.arange(count) % 2, top, bottom) + rng.normal(0, 0.1 * hand.height, count)
        lines = [np.column_stack([xs, ys]).astype(np.float32)]
    width = hand.width * float(rng.uniform(0.8, 1.5))
    return unlabelled(marks) + [Mark.of([line], width) for line in lines]
