"""What a finder and a classifier say of the same ink -> what it is worth to believe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Boxes, Floats
from numbre_edge.vocabulary import DIGIT_COLUMNS

LEAST = 1e-3  # no probability counts for less: an int8 model's zero is not a true zero
# What stands beside a digit, in heights of the taller: middles so far apart, a gap so wide, and heights so unlike.
_LEVEL, _BESIDE, _ALIKE = 0.5, 1.0, 1.6


@dataclass(frozen=True)
class Trust:
    """How two opinions make one: a logarithmic pool, fitted to what turned out right on rendered pages.

    Attributes:
        finder, classifier: exponents of their probabilities of each digit.
        heat: of the odds that something stands here, by the finder.
        ink: exponent of the classifier's probability that it is a digit at all.
        bias: natural logarithm of the odds where all is even.
        company: what a neighbour that is certainly a digit of the same line and size adds to it.
    """

    finder: float = 0.7
    classifier: float = 0.7
    heat: float = 1.0
    ink: float = 0.5
    bias: float = 1.0
    company: float = 1.0


def weighed(heat: Floats, found: Floats, read: Floats, boxes: Boxes, trust: Trust = Trust()) -> Floats:
    """Return (N, 11) float32 probabilities of the ten digits and of no digit; rows sum to 1.

    Args:
        heat: (N,), how likely the finder says that a digit stands here.
        found: (N, at least 10), which one, by the finder.
        read: (N, C), by the classifier; columns from the eleventh on are kinds of no digit.
        boxes: (N, 4), where.
        trust: in each.
    """
    first, second = _logarithm(found[:, DIGIT_COLUMNS]), _logarithm(read[:, DIGIT_COLUMNS])
    pooled = trust.finder * first + trust.classifier * second
    powers = np.exp(pooled - pooled.max(1, initial=-np.inf, keepdims=True))
    ink = _logarithm(read[:, DIGIT_COLUMNS].sum(1))
    odds = trust.bias + trust.heat * (_logarithm(heat) - _logarithm(1 - heat)) + trust.ink * ink
    # A blurred stroke on its own may be anything; within a number it is a digit.
    company = np.where(beside(boxes), _likely(odds), 0).max(1, initial=0)
    digit = _likely(odds + trust.company * company)[:, np.newaxis]
    return np.hstack([digit * powers / powers.sum(1, keepdims=True), 1 - digit]).astype(np.float32)


def beside(boxes: Boxes) -> NDArray[np.bool_]:
    """Return (N, N), which of (N, 4) ``boxes`` stand beside which, level and of one size: as a number's digits do."""
    left, top, width, height = boxes.T.astype(np.float32)[:, :, np.newaxis]
    taller = np.maximum(height, height.T)
    level = np.abs(top + height / 2 - (top + height / 2).T) < _LEVEL * taller
    alike = taller < _ALIKE * np.minimum(height, height.T)
    gap = np.maximum(left - (left + width).T, left.T - (left + width))
    near = level & alike & (gap < _BESIDE * taller)
    np.fill_diagonal(near, val=False)
    return np.asarray(near)


def _likely(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _logarithm(probabilities: Floats) -> Floats:
    return np.log(np.maximum(probabilities, LEAST))
