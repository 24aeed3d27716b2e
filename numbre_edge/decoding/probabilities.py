"""What a model's probabilities are worth in this picture."""

from __future__ import annotations

import numpy as np

from numbre_edge.types import Floats, Lattice
from numbre_edge.vocabulary import Vocabulary

# The share of ink that is no digit is taken to be a half before anything is seen of a picture, as in training, and
# that counts as so many lattices.
_BEFORE = 4.0
_STEPS = 20  # of the estimate, which settles in a few


def calibrated(probabilities: Floats, temperature: float) -> Floats:
    """Return softmax(log p / T), (N, C) float32 (C. Guo et al., "On calibration of modern neural networks", 2017)."""
    if temperature == 1.0 or not len(probabilities):
        return probabilities
    # 1/512 is half a step of a quantized output: a zero there is not a true zero.
    powered = np.maximum(probabilities, 1 / 512) ** (1 / temperature)
    return np.asarray(powered / powered.sum(1, keepdims=True), np.float32)


def merged(rows: Floats, vocabulary: Vocabulary) -> Floats:
    """Return ``rows``, (N, C) float32, with whatever kinds of no digit a model tells apart as one last column."""
    if not vocabulary.rejects:
        return rows
    none = vocabulary.no_digits
    return np.column_stack([rows[:, : none.start], rows[:, none].sum(1)])


def in_proportion(rows: Floats, lattices: tuple[Lattice, ...], vocabulary: Vocabulary) -> Floats:
    """Return ``rows``, (N, C) float32, as they are where as much of the ink is no digit as in this very picture.

    A page of letters, or a wall that looks like writing, has hundreds of chances to look
    like a digit once. How much is no digit is estimated from the rows themselves by
    expectation maximization (M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the
    outputs of a classifier to new a priori probabilities", 2002).
    """
    if not vocabulary.rejects or not lattices:
        return rows
    columns = vocabulary.no_digits
    none = np.array([min(float(rows[patch][columns].sum()) for _, _, patch in lattice.spans) for lattice in lattices])
    share = 0.5
    for _ in range(_STEPS):
        likely = none * share / (none * share + (1 - none) * (1 - share))
        share = (float(likely.sum()) + _BEFORE / 2) / (len(none) + _BEFORE)
    result = rows.copy()
    result[:, columns] *= share / (1 - share)
    return np.asarray(result / result.sum(1, keepdims=True), np.float32)
