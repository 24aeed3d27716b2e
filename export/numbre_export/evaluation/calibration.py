"""What a model's confidence is worth: a temperature, a threshold, and the error that is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numbre_edge.decoding.probabilities import calibrated, merged
from numbre_edge.types import Floats
from numbre_edge.vocabulary import WHOLE

ACCEPTED = 0.99  # share of true digits, taken for digits, that the threshold lets pass
_TEMPERATURES = np.geomspace(0.5, 3.0, 61)


@dataclass(frozen=True)
class Calibration:
    """How to read a model's probabilities.

    Attributes:
        temperature: divides the log-probabilities (C. Guo et al., 2017).
        threshold: calibrated confidence that 99 % of the digits reach that are taken for digits.
        error: expected calibration error after that, over 15 equal bins (M. Naeini et al., 2015).
        n: patches it was fitted on.
    """

    temperature: float
    threshold: float
    error: float
    n: int


def calibrate(probabilities: Floats, labels: NDArray[np.uint8]) -> Calibration:
    """Fit a :class:`Calibration` to (N, C) probabilities of patches with labels (N,); all kinds of no digit are one."""
    vocabulary = WHOLE.first(probabilities.shape[1])
    none = vocabulary.no_digits.start
    labels = np.minimum(labels, none)
    losses = [_loss(merged(calibrated(probabilities, float(t)), vocabulary), labels) for t in _TEMPERATURES]
    temperature = float(_TEMPERATURES[int(np.argmin(losses))])
    rows = merged(calibrated(probabilities, temperature), vocabulary)
    digits = rows[(labels < none) & (rows.argmax(1) < none)].max(1)
    return Calibration(
        temperature=round(temperature, 4),
        threshold=round(float(np.quantile(digits, 1 - ACCEPTED)), 4),
        error=round(expected_calibration_error(rows.max(1), rows.argmax(1) == labels), 4),
        n=len(labels),
    )


def expected_calibration_error(confidences: Floats, correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Return the mean distance between confidence and accuracy, over equal-width bins weighted by size."""
    which = np.minimum((confidences * bins).astype(int), bins - 1)
    counts = np.bincount(which, minlength=bins)
    gaps = np.bincount(which, weights=correct - confidences, minlength=bins)
    return float(np.abs(gaps).sum() / max(1, counts.sum()))


def _loss(rows: Floats, labels: NDArray[np.uint8]) -> float:
    return float(-np.log(np.maximum(rows[np.arange(len(rows)), labels], 1e-6)).mean())
