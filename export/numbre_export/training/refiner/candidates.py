"""What a finder finds in rendered views, and what each of it is: all that a refiner is taught with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.backends import NetworkBackend
from numbre_edge.finding.crops import CROP, NEAR, NOTHING, crop, halved, moves
from numbre_edge.finding.grid import DIGIT_CLASSES, Answers, Found, peaks
from numbre_edge.finding.overlap import overlaps, suppressed, widened
from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.views import View
from numbre_export.training.finder.targets import heights
from numbre_export.training.kept import Examples, Making
from numbre_export.training.views import Variation, varied

MARGIN = (4, 8)  # pixels above and below, left and right of what a refiner sees, to move it by
_THRESHOLD = 0.05  # of heat: what is less likely is never looked at
# Of the union of a detection and a symbol, both at least half as wide as high: from here on it is that symbol, if not
# quite where it should be; below, nobody can say; lower, it is none.
_SAME, _NONE = 0.3, 0.15
# A point is four pixels high, and found two beside its place: of marks counts how far from the symbol's ink the middle
# of a detection is, in heights of the digit nearest to it. By their union, 31 of 100 points that were found were known
# for points, and many of the others taught as nothing.
_AT, _OFF = 0.2, 0.4
_OTHERS = 1.2  # of what is nothing, so many for each symbol; the likelier to be kept, the surer the finder was
_TILES = 8  # at a time


@dataclass(frozen=True, eq=False)
class Candidates(Examples):
    """N crops of what was found.

    Attributes:
        crops: (N, 2, h, w) uint8, near and wide, MARGIN larger than NEAR on all sides.
        labels: (N,) int32, which class, or NOTHING.
        linked: (N,) float32, 1 where the number goes on after it.
        heat: (N,) float32, how sure the finder was.
        moves: (N, 4) float32, what is wrong with a digit's box, as ``finding.crops.moves`` says.
    """

    crops: Pixels
    labels: NDArray[np.int32]
    linked: Floats
    heat: Floats
    moves: Floats

    @property
    def seen(self) -> Pixels:
        """(N, *CROP) uint8, what a refiner sees of them."""
        return self.crops[:, :, MARGIN[0] : -MARGIN[0], MARGIN[1] : -MARGIN[1]].reshape(-1, *CROP)


def candidates(views: list[View], finder: NetworkBackend, rng: Generator) -> Candidates:
    """Vary each view, and return what is found in it, without what nobody can tell."""
    side = finder.model.card.size[0]
    parts = []
    for begin in range(0, len(views), _TILES):
        shown = [varied(view, (side, side), Variation(), rng) for view in views[begin : begin + _TILES]]
        answers = Answers.of(finder.answer(np.stack([view.grey for view in shown])), side)
        parts += [told(view, suppressed(peaks(answers, at, threshold=_THRESHOLD))) for at, view in enumerate(shown)]
    return Candidates.joined(parts)


def _sampled(views: list[View], finder: NetworkBackend, rng: Generator) -> Candidates:
    """Return what is found in views, without most of what is nothing."""
    found = candidates(views, finder, rng)
    symbols, others = np.flatnonzero(found.labels != NOTHING), np.flatnonzero(found.labels == NOTHING)
    count = min(len(others), round(_OTHERS * len(symbols)))
    likely = found.heat[others] / found.heat[others].sum()
    return found.chosen(np.concatenate([symbols, rng.choice(others, count, replace=False, p=likely)]))


CANDIDATES = Making(Candidates, "candidates", "refiner", _sampled)


def told(view: View, found: Found) -> Candidates:
    """Return what was found in a normalized view, without what nobody can tell: a part of a digit, or a hard one."""
    which, known = matched(view, found.boxes, found.mark)
    symbol = which >= 0
    labels, linked, truth = np.full(len(found), NOTHING, np.int32), np.zeros(len(found), np.float32), found.boxes.copy()
    labels[symbol], linked[symbol] = view.labels[which[symbol]], view.linked[which[symbol]]
    truth[symbol] = view.boxes[which[symbol]]
    size, half = (NEAR[0] + 2 * MARGIN[0], NEAR[1] + 2 * MARGIN[1]), halved(view.grey)
    cut = [
        crop(view.grey, half, box, mark=bool(mark), size=size)
        for box, mark in zip(found.boxes[known], found.mark[known], strict=True)
    ]
    crops = np.array(cut, np.uint8).reshape(-1, 2, *size)
    return Candidates(crops, labels[known], linked[known], found.heat[known], moves(found.boxes, truth)[known])


def matched(view: View, boxes: Floats, mark: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return which symbol of a view each of (N, 4) ``boxes`` is, -1 for none, and whether anybody can tell.

    ``mark`` says whether it is to be a mark.
    """
    which, known = np.full(len(boxes), -1), np.ones(len(boxes), np.bool_)
    if not len(view.boxes):
        return which, known
    is_mark, symbols = view.labels >= DIGIT_CLASSES, widened(view.boxes)
    tall = np.maximum(heights(view.boxes, view.labels), 1)
    for at, (box, wide) in enumerate(zip(boxes, widened(boxes), strict=True)):
        near = -_away(box, view.boxes) / tall if mark[at] else overlaps(wide, symbols)[0]
        same, none = (-_AT, -_OFF) if mark[at] else (_SAME, _NONE)
        near[is_mark != mark[at]] = -np.inf
        best = int(near.argmax())
        if near[best] > same:
            which[at], known[at] = best, not view.hard[best]
        else:
            known[at] = near[best] <= none
    return which, known


def _away(box: Floats, symbols: Floats) -> Floats:
    """Return how far the middle of ``box`` is from each of (N, 4) symbols, 0 within, along the axis that is worse."""
    middles = symbols[:, :2] + symbols[:, 2:] / 2
    apart = abs(middles - box[:2] - box[2:] / 2) - symbols[:, 2:] / 2
    return np.asarray(np.maximum(apart, 0).max(1), np.float32)
