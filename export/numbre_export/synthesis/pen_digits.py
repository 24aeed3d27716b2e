"""Pen strokes -> labelled patches: digits of many hands, inked with pens of any width, at any size, normalized."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import normalize
from numbre_export.data.mnist import Digits
from numbre_export.data.pen import CAP, DIGIT, PARTS, PenStrokes
from numbre_export.synthesis.drawing import bounds, cover
from numbre_export.synthesis.shapes import Shape, pen_shape
from numbre_export.synthesis.sheet import Mark

_WIDTHS = (0.03, 0.22)  # of the pen, digit heights: a ballpoint on a large digit, a marker on a small one
_HEIGHTS = (12.0, 90.0)  # of a digit when it is inked, pixels


def pen_digits(pen: PenStrokes, count: int, rng: Generator, *, part: str = "train") -> Digits:
    """Return ``count`` digits by writers of one part, each writer about as often as any other, and so each digit.

    Raises:
        DataError: nobody of that part wrote one.
    """
    chosen = np.flatnonzero((pen.part == PARTS.index(part)) & (pen.kind == DIGIT))
    if not len(chosen):
        raise DataError(f"pen trajectories hold no digit of the {part} part")
    items: dict[str, list[int]] = defaultdict(list)
    for item in chosen.tolist():
        items[str(pen.label[item])].append(item)
    written = np.bincount(pen.writer[chosen])
    each = {label: np.minimum(CAP / written[pen.writer[own]], 1.0) for label, own in items.items()}
    labels = rng.choice(sorted(items), count)
    images = []
    for label in labels.tolist():
        chance = each[label] / each[label].sum()
        item = items[label][int(np.searchsorted(np.cumsum(chance)[:-1], rng.random()))]
        images.append(normalize(inked(pen_shape(pen, item), rng)))
    return Digits(np.array(images, np.uint8).reshape(-1, 28, 28), labels.astype(np.uint8))


def inked(shape: Shape, rng: Generator) -> Pixels:
    """Ink a digit with a random pen, slant and size: (H, W) uint8, ink 255 on 0."""
    height = float(np.exp(rng.uniform(*np.log(_HEIGHTS))))
    scale = height / max(shape.extent[1], 0.4)  # a lying stroke is no digit's height
    width = max(1.0, height * float(np.exp(rng.uniform(*np.log(_WIDTHS)))))
    stretch, slant, turn = float(np.exp(rng.normal(0, 0.1))), float(rng.normal(0, 0.12)), float(rng.normal(0, 0.05))
    matrix = np.array([[scale * stretch, -scale * (slant - turn)], [scale * turn, scale]], np.float32)
    nib = float(rng.uniform(0.2, 0.7)) if rng.random() < 0.2 else 0.0
    mark = Mark(shape.path.transformed(matrix), width, nib=nib)
    left, top, right, bottom = bounds([mark])[0].tolist()
    place = mark.path.moved(2 - left, 2 - top)
    ink = cover([replace(mark, path=place)], (int(bottom - top) + 5, int(right - left) + 5))
    if rng.random() < 0.5:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), float(rng.uniform(0.3, 0.02 * height + 0.5))), np.float32)
    return np.asarray(np.clip(255 * ink / max(float(ink.max()), 1e-3), 0, 255), np.uint8)
