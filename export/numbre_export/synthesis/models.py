"""Digits as schools and habits teach them, by key points: the ways of writing that 700 hands of two countries lack.

An open 9, a 5 like a hook with a flag, a 1 as long as a slash, a 4 like a chair: each hand takes one way for each
digit, bends it by a habit of its own, and every single digit a little more.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats
from numbre_export.synthesis.shapes import Shape, outlined

_PARTS = 5  # points of a curve between two key points
_HABIT, _CHANCE = 0.045, 0.016  # deviations of key points, digit heights: of a hand's way, and of a single digit

Stroke = tuple[tuple[int, int], ...]  # x, y down, a digit a hundred high; what is named twice is a corner

MODELS: dict[str, tuple[tuple[Stroke, ...], ...]] = {
    "0": (
        (((35, 0), (8, 20), (0, 55), (12, 92), (35, 100), (58, 80), (65, 40), (50, 6), (30, 0)),),
        (((50, 12), (30, 0), (5, 25), (5, 70), (30, 100), (60, 75), (62, 30), (42, 4)),),
        (((40, 2), (10, 25), (3, 70), (30, 100), (60, 70), (58, 25), (35, 2), (30, 16), (55, 20), (80, 6)),),
        (((30, 5), (5, 40), (15, 95), (50, 90), (62, 45), (45, 3), (22, 10)),),
    ),
    "1": (
        (((0, 0), (0, 100)),),
        (((38, -6), (20, 50), (2, 106)),),
        (((0, 35), (22, 14), (38, 0), (38, 0), (36, 50), (34, 100)),),
        (((0, 62), (20, 34), (45, 0), (45, 0), (42, 50), (38, 100)),),
        (((5, 22), (30, 0), (30, 0), (30, 100)), ((2, 100), (60, 99))),
        (((12, 2), (5, 40), (4, 85), (20, 100)),),
    ),
    "2": (
        (((5, 22), (20, 2), (50, 5), (56, 30), (30, 70), (0, 100), (0, 100), (65, 98)),),
        (((8, 28), (25, 0), (52, 10), (50, 40), (20, 86), (2, 98), (6, 80), (30, 90), (68, 100)),),
        (((0, 12), (30, 2), (58, 4), (58, 4), (25, 55), (0, 100), (0, 100), (40, 97), (70, 100)),),
        (((20, 30), (8, 22), (14, 6), (40, 0), (56, 22), (40, 60), (5, 95), (20, 88), (45, 100), (70, 90)),),
    ),
    "3": (
        (((4, 12), (30, 0), (52, 20), (24, 46), (24, 46), (56, 66), (35, 98), (0, 90)),),
        (((0, 3), (50, 0), (50, 0), (20, 38), (20, 38), (50, 50), (54, 80), (25, 100), (0, 88)),),
        (((5, 15), (35, 2), (45, 25), (20, 42), (26, 50), (32, 42), (50, 60), (45, 90), (15, 100), (0, 85)),),
    ),
    "4": (
        (((10, 0), (0, 55), (0, 55), (65, 52)), ((50, 5), (45, 100))),
        (((35, 0), (0, 62), (0, 62), (70, 60)), ((45, 30), (42, 105))),
        (((50, 0), (0, 66), (0, 66), (68, 64)), ((52, 0), (50, 100))),
        (((30, 0), (4, 60), (4, 60), (60, 50)), ((60, 20), (30, 105))),
        (((25, 0), (2, 50), (10, 60), (55, 42), (55, 42), (45, 100)),),
        (((45, 100), (50, 0), (50, 0), (0, 65), (0, 65), (70, 66)),),
    ),
    "5": (
        (((10, 2), (4, 42), (4, 42), (40, 42), (52, 72), (30, 100), (0, 93)), ((10, 2), (60, 0))),
        (((12, 10), (10, 55), (20, 50), (42, 66), (30, 98), (0, 96)), ((15, 8), (75, -5))),
        (((70, 0), (25, 2), (25, 2), (12, 42), (12, 42), (42, 50), (42, 85), (10, 100), (-6, 90)),),
        (((55, 2), (30, 4), (15, 30), (35, 50), (42, 75), (20, 100), (0, 92)),),
        (((5, 30), (12, 50), (18, 98), (5, 100), (18, 98), (25, 40), (32, 0), (32, 0), (85, -4)),),
        (((6, 12), (10, 50), (28, 62), (26, 95), (0, 95)), ((30, 12), (78, 6))),
    ),
    "6": (
        (((50, 0), (15, 35), (0, 75), (20, 100), (48, 85), (40, 58), (10, 65)),),
        (((35, -5), (8, 50), (5, 90), (30, 100), (45, 78), (30, 62), (6, 76)),),
        (((55, 8), (35, 0), (8, 30), (2, 75), (25, 100), (55, 80), (40, 50), (6, 60)),),
    ),
    "7": (
        (((0, 5), (60, 0), (60, 0), (35, 50), (20, 100)),),
        (((0, 5), (60, 2), (60, 2), (32, 50), (22, 100)), ((10, 52), (58, 46))),
        (((0, 20), (3, 3), (3, 3), (55, 3), (55, 3), (25, 55), (20, 100)),),
        (((0, 14), (15, 2), (35, 12), (60, 0), (60, 0), (30, 50), (15, 105)), ((8, 55), (50, 50))),
    ),
    "8": (
        (((50, 12), (25, 0), (6, 20), (25, 45), (50, 70), (28, 100), (2, 78), (30, 44), (52, 20), (42, 5)),),
        (((30, 0), (8, 20), (30, 46), (50, 20), (30, 0)), ((30, 46), (0, 74), (30, 100), (58, 74), (30, 46))),
        (((55, 5), (20, 2), (10, 25), (40, 50), (45, 85), (15, 100), (4, 75), (35, 40), (62, 2)),),
    ),
    "9": (
        (((52, 15), (30, 0), (4, 20), (20, 45), (50, 20), (52, 12), (52, 12), (48, 100)),),
        (((50, 20), (28, 0), (2, 25), (22, 50), (50, 20), (50, 70), (30, 100), (2, 90)),),
        (((8, 42), (30, 44), (50, 20), (32, 0), (8, 18), (25, 40), (30, 70), (10, 108)),),
        (((20, 40), (2, 24), (20, 2), (46, 10), (40, 36), (20, 40), (20, 40), (32, 62), (12, 110)),),
        (((36, 30), (16, 42), (4, 20), (30, 0), (48, 14), (42, 55), (28, 105)),),
        (((55, 5), (20, 2), (5, 25), (25, 42), (52, 10), (52, 10), (42, 60), (35, 100)),),
        (((24, 44), (6, 36), (5, 12), (30, 0), (47, 16), (38, 60), (14, 110)),),
    ),
}  # fmt: skip


def model_shape(digit: str, manner: int, rng: Generator) -> Shape:
    """Write ``digit``, one unit high or a little more, as the hand of this ``manner`` does."""
    habits = np.random.default_rng((manner, int(digit)))
    ways = MODELS[digit]
    strokes = ways[int(habits.integers(len(ways)))]
    lines, way, bent = [], habits.normal(0, _HABIT, (2, 40, 2)), rng.normal(0, _CHANCE, (2, 40, 2))
    for stroke, habit, chance in zip(strokes, way, bent, strict=False):
        points = np.array(stroke) / 100
        # A corner is one place, however often it is named.
        same = np.concatenate([[0], np.cumsum(np.any(np.diff(points, axis=0) != 0, axis=1))])
        lines.append(curve(points + (habit + chance)[same]))
    return outlined(digit, lines, filled=False, scale=1.0)


def curve(points: Floats) -> Floats:
    """Return a smooth line through (N, 2) ``points`` (Catmull and Rom, 1974), with a corner where one is repeated."""
    corners = np.flatnonzero(np.all(np.diff(points, axis=0) == 0, axis=1)) + 1
    return np.concatenate([_smooth(part) for part in np.split(points, corners)]).astype(np.float32)


def _smooth(points: Floats) -> Floats:
    if len(points) < 3:
        return points
    first, last = 2 * points[:1] - points[1:2], 2 * points[-1:] - points[-2:-1]
    p = np.concatenate([first, points, last])[:, None]
    t = np.linspace(0, 1, _PARTS, endpoint=False)[:, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    between = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.concatenate([between.reshape(-1, 2), points[-1:]])
