"""Ink that is no digit, of kinds no training saw: how much of it a model turns away."""

from __future__ import annotations

import numpy as np

from numbre_edge.decoding.probabilities import calibrated
from numbre_edge.types import Floats, Pixels
from numbre_edge.vision.normalize import normalize
from numbre_edge.vocabulary import DIGIT_COLUMNS
from numbre_export.evaluation.calibration import ACCEPTED
from numbre_export.synthesis.clutter import HELD_OUT_FACES, LETTERS, letter


def held_out_letters(count: int, *, seed: int) -> Pixels:
    """Write letters in the Hershey faces that no training sees: (count, 28, 28) uint8 patches."""
    rng = np.random.default_rng((seed, 30))
    return np.stack([normalize(letter(rng, faces=HELD_OUT_FACES, letters=LETTERS)) for _ in range(count)])


def digit_scores(probabilities: Floats, temperature: float) -> Floats:
    """Return how sure a model is that each patch is a digit, whichever: (N, C) probabilities -> (N,)."""
    return np.asarray(calibrated(probabilities, temperature)[:, DIGIT_COLUMNS].max(1), np.float32)


def accepting(scores: Floats, share: float = ACCEPTED) -> float:
    """Return the threshold that ``share`` of ``scores``, those of true digits, reach."""
    return float(np.quantile(scores, 1 - share, method="lower"))
