"""What a refiner learns: what a finder found, whether its number goes on, and where its box should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from keras import ops
from numpy.random import Generator

from numbre_edge.finding.crops import CROP, HIGH, LINKED, NEAR, NOTHING, WIDER
from numbre_edge.finding.grid import DIGIT_CLASSES
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Floats, Pixels
from numbre_export.training.loop import Batch
from numbre_export.training.refiner.candidates import Candidates
from numbre_export.training.refiner.network import build
from numbre_export.training.warping import Warping

_LINKS, _MOVES = 0.5, 2.0  # weights of links and moves beside the classes' 1
_WARPING = Warping(moved=0.9, scaled=0.07, stretched=0.05, turned=0.05, slanted=0.08, bent=0.8, bends=(4, 7))
_GAIN, _NOISE = 0.15, 6.0  # deviations; logarithm, grey levels
_NOISY = 0.3  # share of crops with noise
_MARKS = 2.0  # how often a mark is shown for once that anything else is: there are many digits to one
# And what the finder is sure of, so much and _FAINT more often than what it hardly sees: most of that nobody can read.
_FAINT = 0.25


class RefinerTask:
    """A :class:`~numbre_export.training.loop.Task`.

    Args:
        training, validation: what a finder found.
        batch_size: crops.
    """

    name = "refiner"
    losses: tuple[str, ...] = ("classes", "links", "moves")

    def __init__(self, training: Candidates, validation: Candidates, *, batch_size: int = 256) -> None:
        self._training, self._validation, self._batch_size = training, validation, batch_size
        mark = (training.labels >= DIGIT_CLASSES) & (training.labels != NOTHING)
        self._often = np.cumsum(np.where(mark, _MARKS, 1.0) * (_FAINT + training.heat))

    def network(self, *, trained: bool) -> Any:
        return build()

    def loss(self, outputs: Any, *wanted: Any) -> tuple[Any, ...]:
        """Return cross entropy of classes, and of symbols' links, and L1 of digits' moves, after their weighted sum."""
        labels, linked, moves = wanted
        of_classes = ops.mean(ops.sparse_categorical_crossentropy(labels, outputs[:, : NOTHING + 1], from_logits=True))
        unlike = ops.binary_crossentropy(linked, outputs[:, LINKED], from_logits=True)
        symbol = ops.cast(labels != NOTHING, "float32")
        of_links = ops.sum(unlike * symbol) / ops.maximum(1.0, ops.sum(symbol))
        digit = ops.cast(labels < DIGIT_CLASSES, "float32")
        away = ops.mean(ops.abs(outputs[:, LINKED + 1 :] - moves), 1)
        of_moves = ops.sum(away * digit) / ops.maximum(1.0, ops.sum(digit))
        return of_classes + _LINKS * of_links + _MOVES * of_moves, of_classes, of_links, of_moves

    def batch(self, rng: Generator) -> Batch:
        drawn = np.searchsorted(self._often, rng.uniform(0, self._often[-1], self._batch_size), side="right")
        some = self._training.chosen(drawn)
        crops, moves = zip(*(_varied(*each, rng) for each in zip(some.crops, some.moves, strict=True)), strict=True)
        return np.stack(crops), some.labels, some.linked, np.stack(moves)

    def measured(self, network: Any) -> Mapping[str, float]:
        logits = network.predict(self._validation.seen.astype(np.float32), batch_size=256, verbose=0)
        return {"candidates": len(self._training.labels)} | figures(logits, self._validation)


def figures(answers: Floats, candidates: Candidates) -> dict[str, float]:
    """Return how often (N, ANSWERS) answers are right: of all, of which digit, and of links.

    And the mean of what moves miss.
    """
    digit, symbol = candidates.labels < DIGIT_CLASSES, candidates.labels != NOTHING
    return {
        "accuracy": float((answers[:, : NOTHING + 1].argmax(1) == candidates.labels).mean()),
        "digits": float((answers[digit, :DIGIT_CLASSES].argmax(1) == candidates.labels[digit]).mean()),
        "goes_on": float(((answers[symbol, LINKED] > 0) == (candidates.linked[symbol] > 0)).mean()),
        "moves": float(np.abs(answers[digit, LINKED + 1 :] - candidates.moves[digit]).mean()),
    }


def _varied(views: Pixels, moves: Floats, rng: Generator) -> tuple[Pixels, Floats]:
    """Return CROP of larger ``views``, moved, scaled, turned, slanted, bent a little, and noisy; and where the box is.

    Bent, digits are as of other hands than those that wrote them.
    """
    warp = _WARPING.drawn(NEAR, rng)
    varied = [warp.seen(view, share) for view, share in zip(views, (1, WIDER), strict=True)]
    distance = (np.concatenate(varied).astype(np.float32) - PAPER) * float(np.exp(rng.normal(0, _GAIN)))
    if rng.random() < _NOISY:
        distance += rng.normal(0, rng.uniform(0, 2 * _NOISE), CROP).astype(np.float32)
    way = warp.matrix @ moves[:2] + warp.moved / HIGH
    boxed = np.concatenate([way, moves[2:] + np.log(warp.sides)]).astype(np.float32)
    return np.clip(distance + PAPER, 0, 255).astype(np.uint8), boxed
