"""How well a finder finds: detections against boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from numbre_edge.finding.grid import DIGIT_CLASSES, Answers, peaks
from numbre_edge.finding.light import normalized
from numbre_edge.finding.overlap import overlaps, suppressed
from numbre_edge.types import Pixels
from numbre_export.synthesis.views import View
from numbre_export.training.finder.targets import heights, taught

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
_SAME = 0.5  # of the union, as in PASCAL VOC (M. Everingham et al., 2010)
_BATCH = 16


@dataclass(frozen=True)
class Score:
    """Of digits at one threshold: the share of detections that are right, of digits found, and their harmonic mean.

    Attributes:
        precision, recall, f1: right means at the place.
        threshold: of heat, the best of THRESHOLDS.
    """

    precision: float
    recall: float
    f1: float
    threshold: float


def score(answer: Callable[[Pixels], Answers], views: Sequence[View]) -> Score:
    """Measure ``answer``, which takes (N, h, w) uint8 normalized levels, on ``views``, each as one level."""
    tallies = {threshold: np.zeros(3) for threshold in THRESHOLDS}  # right, detections, digits
    for begin in range(0, len(views), _BATCH):
        batch = views[begin : begin + _BATCH]
        answers = answer(np.stack([normalized(view.grey) for view in batch]))
        for at, view in enumerate(batch):
            for threshold, tally in tallies.items():
                tally += _compared(answers, at, view, threshold)
    return max((_score(tally, threshold) for threshold, tally in tallies.items()), key=lambda s: s.f1)


def _compared(answers: Answers, at: int, view: View, threshold: float) -> tuple[int, int, int]:
    found = suppressed(peaks(answers, at, threshold=threshold))
    found = found.chosen(~found.mark)
    digit = view.labels < DIGIT_CLASSES
    to_find, may_be = taught(heights(view.boxes, view.labels), view.hard)
    to_find, may_be = to_find & digit, may_be & digit
    free = to_find.copy()
    right = detections = 0
    for box in found.boxes:
        union, smaller = overlaps(box, view.boxes) if len(view.boxes) else (np.zeros(0), np.zeros(0))
        mine = np.where(free, union, 0)
        if len(mine) and mine.max() > _SAME:
            best = int(mine.argmax())
            free[best] = False
            right += 1
            detections += 1
        elif not np.any(may_be & (smaller > _SAME)):
            detections += 1
    return right, detections, int(to_find.sum())


def _score(tally: np.ndarray, threshold: float) -> Score:
    right, detections, digits = tally.tolist()
    both = max(1.0, detections + digits)
    return Score(right / max(1.0, detections), right / max(1.0, digits), 2 * right / both, threshold)
