"""A number cut out of its level, straight and as high as any other: what a transcriber reads in one go.

Text lines are read whole so in the field, without being cut into characters: B. Shi et al., "An End-to-End Trainable
Neural Network for Image-based Sequence Recognition" (2015); A. Graves et al., "Connectionist Temporal Classification"
(2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.grid import CLASSES
from numbre_edge.finding.light import PAPER
from numbre_edge.quantiles import median
from numbre_edge.types import Floats, Pixels

SIZE = (32, 144)  # height and width of a strip, pixels
STRIP = (2 * SIZE[0], SIZE[1])  # and below it, where the number is said to stand: it may go on to both sides
STEP = 3  # pixels of a strip, in which a transcriber says one thing
STEPS = SIZE[1] // STEP
SAID = len(CLASSES) + 1  # things that it can say: nothing, and CLASSES
LONGEST = 14  # characters of the numbers that a transcriber is taught
HIGH = 18.0  # pixels, of a digit in it
_WIDE = 11.0  # that a digit is taken to be
BESIDE = 16.0  # pixels shown at either end of the number: a digit that was not found, or a sign
_NARROWEST = 0.55  # a long number is made so much narrower, at most, to fit
_STEEPEST = 0.4  # radians: lines that rise more are no lines
_INSIDE, _OUTSIDE = 192, 64  # grey levels that say where the number stands


@dataclass(frozen=True, eq=False)
class Standing:
    """Where a number stands, and how it gets into a strip.

    Attributes:
        matrix: (2, 3) float64, from the pixels of its level to those of a strip of SIZE.
        left, right: its ends, pixels of the strip.
    """

    matrix: NDArray[np.float64]
    left: float
    right: float

    def boxes(self, steps: Floats) -> Floats:
        """Return (N, 4) x, y, w, h on the level, about where digits stand that are said in (N,) ``steps``."""
        x = STEP * steps + (STEP - 1) / 2
        back = np.linalg.inv(self.matrix[:, :2])
        middles = (np.column_stack([x, np.full(len(x), (SIZE[0] - 1) / 2)]) - self.matrix[:, 2]) @ back.T
        sizes = np.linalg.norm(back, axis=0) * (_WIDE, HIGH)
        return np.hstack([middles - sizes / 2, np.broadcast_to(sizes, middles.shape)]).astype(np.float32)


def standing(boxes: Floats) -> Standing | None:
    """Return how digits at (N, 4) ``boxes``, x, y, w, h, from left to right, get into a strip; None if too long."""
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    away = middles - middles.mean(0)
    slope = away[:, 0] @ away[:, 1] / max(1e-6, away[:, 0] @ away[:, 0])  # of the line that fits best
    angle = float(np.clip(np.arctan(slope), -_STEEPEST, _STEEPEST))
    cos, sin = np.cos(angle), np.sin(angle)
    scale = HIGH / max(1.0, median(boxes[:, 3]))
    along = middles @ [cos, sin]
    ends = float((along - boxes[:, 2] / 2).min()), float((along + boxes[:, 2] / 2).max())
    narrower = min(1.0, (SIZE[1] - 2 * BESIDE) / max(1.0, scale * (ends[1] - ends[0])))
    if narrower < _NARROWEST:
        return None
    across = median(middles @ [-sin, cos])
    turned = np.array([[cos, sin], [-sin, cos]])
    scaled = np.diag([scale * narrower, scale]) @ turned
    x, y = scale * narrower * sum(ends) / 2, scale * across
    matrix = np.column_stack([scaled, [(SIZE[1] - 1) / 2 - x, (SIZE[0] - 1) / 2 - y]])
    half = scale * narrower * (ends[1] - ends[0]) / 2
    return Standing(matrix, (SIZE[1] - 1) / 2 - half, (SIZE[1] - 1) / 2 + half)


def strip(level: Pixels, where: Standing, lower: float = 0.0) -> Pixels:
    """Return STRIP uint8 of a number on (h, w) ``level``; seen so many pixels ``lower`` in it than where it stands."""
    # Pixels are squares: their middles are what is interpolated.
    matrix = where.matrix.copy()
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] + [0, lower]
    seen = cv2.warpAffine(level, matrix, SIZE[::-1], borderValue=PAPER)
    return marked(np.asarray(seen, np.uint8), where.left, where.right)


def marked(seen: Pixels, left: float, right: float) -> Pixels:
    """Return STRIP: ``seen``, SIZE, without what is farther than BESIDE from the number, and where that stands."""
    columns = np.arange(SIZE[1])
    shown = np.where((columns >= left - BESIDE) & (columns <= right + BESIDE), seen, PAPER)
    inside = np.where((columns >= left) & (columns <= right), _INSIDE, _OUTSIDE)
    return np.concatenate([shown, np.broadcast_to(inside, SIZE)]).astype(np.uint8)
