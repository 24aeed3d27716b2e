"""What a finder, a refiner and a classifier say of the same ink -> what it is worth to believe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Boxes, Floats
from numbre_edge.vocabulary import DIGIT_COLUMNS, DIGITS

NO_DIGIT = len(DIGITS)  # the column of what is none, of what ``weighed`` returns
LEAST = 1e-3  # no probability counts for less: an int8 model's zero is not a true zero
# What stands beside a digit, in heights of the taller: middles so far apart, a gap so wide, and heights so unlike.
_LEVEL, _BESIDE, _ALIKE = 0.5, 1.0, 1.6


@dataclass(frozen=True, eq=False)
class Opinions:
    """Of N things that may be digits; of what is no digit, columns from the eleventh on say how likely it is.

    Attributes:
        heat: (N,) float32, how likely the finder says that a digit stands here.
        refined: (N, at least 11) float32, which one, by the refiner.
        read: (N, at least 10) float32, by the classifier.
        ahead: (N,) float32, how likely its number goes on after it, by the finder.
        onward: (N,) float32, the same by the refiner.
    """

    heat: Floats
    refined: Floats
    read: Floats
    ahead: Floats
    onward: Floats


@dataclass(frozen=True, eq=False)
class MarkOpinions:
    """Of M things that may be points, commas, dashes or slashes.

    Attributes:
        heat: (M,) float32, how likely the finder says that one stands here.
        refined: (M, 4) float32, which of MARKS, by the refiner; what is missing to 1 is that it is none.
    """

    heat: Floats
    refined: Floats


@dataclass(frozen=True)
class Trust:
    """How several opinions make one: a logarithmic pool, fitted to what turned out right on rendered pages.

    Attributes:
        refiner, classifier: exponents of their probabilities of each digit.
        heat: of the odds that something stands here, by the finder.
        closer: of the odds that it is a digit, by the refiner.
        ink: exponent of the classifier's probability that it is a digit at all.
        bias: natural logarithm of the odds where all is even.
        company: what a neighbour that is certainly a digit of the same line and size adds to it.
        ahead, onward: of the odds that a number goes on, by the finder and by the refiner.
        linked: natural logarithm of the odds of that where all is even.
        mark_heat, mark_closer: of the odds that something is a mark, by the finder and by the refiner.
        mark: natural logarithm of the odds of that where all is even.
    """

    refiner: float = 0.8
    classifier: float = 0.3
    heat: float = 0.5
    closer: float = 1.0
    ink: float = 0.2
    bias: float = 0.0
    company: float = 0.5
    ahead: float = 0.5
    onward: float = 0.5
    linked: float = 0.0
    mark_heat: float = 0.5
    mark_closer: float = 1.0
    mark: float = -2.0


def weighed(said: Opinions, boxes: Boxes, trust: Trust) -> Floats:
    """Return (N, 11) float32 probabilities of the ten digits and of no digit; rows sum to 1.

    Args:
        said: of each.
        boxes: (N, 4), where.
        trust: in each opinion.
    """
    pooled = trust.refiner * of_digits(said.refined) + trust.classifier * of_digits(said.read)
    powers = np.exp(pooled - pooled.max(1, initial=-np.inf, keepdims=True))
    ink, closer = (rows[:, DIGIT_COLUMNS].sum(1) for rows in (said.read, said.refined))
    odds = trust.bias + trust.heat * logit(said.heat) + trust.closer * logit(closer) + trust.ink * logarithm(ink)
    # A blurred stroke on its own may be anything; within a number it is a digit.
    company = np.where(beside(boxes), _likely(odds), 0).max(1, initial=0)
    digit = _likely(odds + trust.company * company)[:, np.newaxis]
    return np.hstack([digit * powers / powers.sum(1, keepdims=True), 1 - digit]).astype(np.float32)


def weighed_marks(said: MarkOpinions, trust: Trust) -> Floats:
    """Return (M, 4) float32 probabilities of MARKS; what is missing to 1 is that it is none."""
    closer = said.refined.sum(1)
    odds = trust.mark + trust.mark_heat * logit(said.heat) + trust.mark_closer * logit(closer)
    shares = said.refined / np.maximum(closer, np.finfo(np.float32).tiny)[:, np.newaxis]
    return np.asarray(_likely(odds)[:, np.newaxis] * shares, np.float32)


def linked(said: Opinions, trust: Trust) -> Floats:
    """Return (N,) float32, how likely each one's number goes on after it."""
    return _likely(trust.linked + trust.ahead * logit(said.ahead) + trust.onward * logit(said.onward))


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


def of_digits(rows: Floats) -> Floats:
    """Return (N, 10) logarithms of how likely it is which digit, if it is one; ``rows`` has more columns."""
    digits = rows[:, DIGIT_COLUMNS]
    return logarithm(digits / np.maximum(digits.sum(1, keepdims=True), np.finfo(np.float32).tiny))


def logarithm(probabilities: Floats) -> Floats:
    """Return natural logarithms, none lower than that of LEAST."""
    return np.log(np.maximum(probabilities, LEAST))


def logit(probabilities: Floats) -> Floats:
    """Return logarithms of odds."""
    return logarithm(probabilities) - logarithm(1 - probabilities)


def _likely(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
