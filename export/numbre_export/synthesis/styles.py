"""Ways of writing that MNIST lacks: the crossed 7, the 1 with upstroke and foot, the curled 2, the slashed 0."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import stroke_width

_SCALE = 2  # strokes are added at twice the patch's size, then the whole is the patch's size again
_THICK = 5.5  # pixels there


def european(image: Pixels, label: int, rng: Generator) -> Pixels:
    """Return the digit ((28, 28) uint8) with the strokes a European hand might add; others unchanged."""
    add = {0: _slash, 1: _upstroke, 2: _curl, 7: _bar}.get(label)
    if add is None:
        return image
    large = np.asarray(cv2.resize(image, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_LINEAR), np.uint8)
    mask = (large > 100).astype(np.uint8)
    ys, xs = np.nonzero(mask)
    if len(xs) < 20:
        return image
    if stroke_width(mask) > _THICK:  # a loop drawn into a thick pen's digit is a blot
        large = np.asarray(cv2.erode(large, np.ones((3, 3), np.uint8)), np.uint8)
        mask = (large > 100).astype(np.uint8)
        ys, xs = np.nonzero(mask)
    width = max(2, round(stroke_width(mask) * rng.uniform(0.6, 1.0)))
    points = np.column_stack([xs, ys]).astype(np.float64)
    for start, end in add(points, rng):
        ends = [tuple(int(v) for v in np.clip(point, 1, large.shape[0] - 2)) for point in (start, end)]
        cv2.line(large, ends[0], ends[1], (255,), width, cv2.LINE_AA)
    return np.asarray(cv2.resize(large, image.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)


Stroke = tuple[np.ndarray, np.ndarray]  # from, to: (x, y)


def _bar(points: np.ndarray, rng: Generator) -> list[Stroke]:
    """The bar through a 7's stem."""
    top, bottom = points[:, 1].min(), points[:, 1].max()
    y = top + (bottom - top) * rng.uniform(0.42, 0.62)
    row = points[np.abs(points[:, 1] - y) < 1.5]
    if not len(row):
        return []
    x, reach = row[:, 0].mean(), (bottom - top) * rng.uniform(0.16, 0.32)
    tilt = rng.uniform(-0.3, 0.15) * reach
    return [(np.array([x - reach, y - tilt]), np.array([x + reach, y + tilt]))]


def _upstroke(points: np.ndarray, rng: Generator) -> list[Stroke]:
    """A 1's upstroke, its foot, or both."""
    top, bottom = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    height = bottom[1] - top[1]
    strokes = []
    kind = rng.integers(3)
    if kind != 1:
        reach, drop = height * rng.uniform(0.18, 0.5), height * rng.uniform(0.12, 0.5)
        strokes.append((top, top + np.array([-reach, drop])))
    if kind != 0:
        reach = height * rng.uniform(0.15, 0.35)
        strokes.append((bottom - np.array([reach, 0]), bottom + np.array([reach, rng.uniform(-1, 1)])))
    return strokes


def _curl(points: np.ndarray, rng: Generator) -> list[Stroke]:
    """The curl in which a 2 begins, open or closed to a loop."""
    top, height = points[:, 1].min(), np.ptp(points[:, 1])
    head = points[points[:, 1] < top + 0.4 * height]
    start = head[head[:, 0].argmin()] + np.array([2.0, 0.0])  # the middle of its stroke
    reach = min(rng.uniform(0.25, 0.45) * height, 0.8 * np.ptp(head[:, 0]))
    drop = rng.uniform(0.12, 0.28) * height
    turns = np.linspace(np.pi, rng.uniform(-0.6, 0.5) * np.pi, 9)  # from the left of an ellipse over its foot
    curl = start + 0.5 * np.column_stack([reach * (1 + np.cos(turns)), 2 * drop * np.sin(turns)])
    return list(pairwise(curl))


def _slash(points: np.ndarray, rng: Generator) -> list[Stroke]:
    """The slash through a 0."""
    low, high = points.min(0), points.max(0)
    inset = (high - low) * rng.uniform(0.0, 0.2)
    return [(np.array([low[0] + inset[0], high[1] - inset[1]]), np.array([high[0] - inset[0], low[1] + inset[1]]))]
