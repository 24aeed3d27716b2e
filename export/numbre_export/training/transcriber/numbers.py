"""Numbers of rendered views, cut out as a reader would cut them, and what stands there: what a transcriber learns from.

And what a finder takes for digits and is nothing, whose right answer is no character at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.backends import NetworkBackend
from numbre_edge.finding.grid import CLASSES, DIGIT_CLASSES, Answers, peaks
from numbre_edge.finding.light import PAPER, normalized
from numbre_edge.finding.overlap import overlaps, suppressed
from numbre_edge.finding.strips import BESIDE, LONGEST, SIZE, standing
from numbre_edge.types import Floats, Pixels
from numbre_edge.vocabulary import SEPARATORS, SIGNS
from numbre_export.synthesis.views import View
from numbre_export.training.kept import Examples, Making

MARGIN = (4, 8)  # pixels above and below, left and right of a strip, to move it by
NO_CHARACTER = 0  # fills up what a number lacks of LONGEST; characters are indices of CLASSES, and one more
_HEIGHTS = (9.0, 36.0)  # of digits, pixels of the view
_TIMES = 2  # that each number is cut out, where a reader may err about its place in another way
_LONE = 0.3  # share of numbers of one digit that are kept: half of all numbers are
_NOTHING = 0.4  # so many pieces of nothing for each number
_THRESHOLD = 0.15  # of heat
# A reader errs about where a number stands: deviations of a box's place and logarithm of size, in heights; shares of
# numbers whose first or last digit it has not found, or to whose ends it has found something more, and how far.
_MOVED, _SIZED, _UNFOUND, _BEYOND, _FAR = 0.06, 0.07, 0.1, 0.1, (0.2, 0.9)
# Pieces of nothing that may look like one number: heights between them, how far one may stand above the next, how many;
# and the share of a symbol's box, or its own, from which on one is something.
_CHAIN, _STEP, _CHAIN_LENGTH, _SOMETHING = 1.2, 0.4, 4, 0.05


@dataclass(frozen=True, eq=False)
class Numbers(Examples):
    """N numbers, or what is none.

    Attributes:
        seen: (N, h, w) uint8, MARGIN larger than a strip on all sides.
        ends: (N, 2) float32, left and right end, pixels of the strip.
        characters: (N, LONGEST) int32.
        middles: (N, LONGEST) float32, where they stand, pixels of the strip from its left.
    """

    seen: Pixels
    ends: Floats
    characters: NDArray[np.int32]
    middles: Floats


def numbers(views: list[View], finder: NetworkBackend, rng: Generator) -> Numbers:
    """Cut out the numbers of views that a person can read, and what is none."""
    side = finder.model.card.size[0]
    seen, ends, characters, middles = [], [], [], []
    for view in views:
        level = normalized(view.grey)
        cut = [number for _ in range(_TIMES) for number in _written(view, rng)]
        nothing = [*_nothing(view, level, finder, side)]
        count = min(len(nothing), int(rng.poisson(_NOTHING * max(1, len(cut)))))
        cut += [(nothing[at], []) for at in rng.permutation(len(nothing))[:count]]
        for boxes, symbols in cut:
            where = standing(boxes)
            if where is None or len(symbols) > LONGEST:
                continue
            places = (view.boxes[symbols, :2] + view.boxes[symbols, 2:] / 2) @ where.matrix[0, :2] + where.matrix[0, 2]
            if ((places < where.left - BESIDE) | (places > where.right + BESIDE)).any():
                continue
            seen.append(_wide(level, where.matrix))
            ends.append((where.left, where.right))
            rest = LONGEST - len(symbols)
            characters.append([*(1 + view.labels[symbols].astype(int)), *[NO_CHARACTER] * rest])
            middles.append([*places, *[np.nan] * rest])
    shape = (SIZE[0] + 2 * MARGIN[0], SIZE[1] + 2 * MARGIN[1])
    return Numbers(
        np.array(seen, np.uint8).reshape(-1, *shape),
        np.array(ends, np.float32).reshape(-1, 2),
        np.array(characters, np.int32).reshape(-1, LONGEST),
        np.array(middles, np.float32).reshape(-1, LONGEST),
    )


NUMBERS = Making(Numbers, "numbers", "transcriber", numbers)


def _wide(level: Pixels, matrix: NDArray[np.float64]) -> Pixels:
    to = matrix.copy()
    to[:, 2] += to[:, :2] @ [0.5, 0.5] + [MARGIN[1], MARGIN[0]]
    size = (SIZE[1] + 2 * MARGIN[1], SIZE[0] + 2 * MARGIN[0])
    return np.asarray(cv2.warpAffine(level, to, size, borderValue=PAPER), np.uint8)


def written(view: View) -> Iterator[list[int]]:
    """Give of each number of a view its symbols, from left to right; none that goes on beyond the view.

    What is linked is one number up to a sign or a stroke within it; points at its ends are none of it.
    """
    number: list[int] = []
    for at, (label, linked) in enumerate(zip(view.labels.tolist(), view.linked.tolist(), strict=True)):
        own = label < DIGIT_CLASSES or CLASSES[label] in SEPARATORS or (CLASSES[label] in SIGNS and not number)
        number += [at] * own
        if not (own and linked):
            yield from _whole(view, number)
            number = []


def _whole(view: View, number: list[int]) -> Iterator[list[int]]:
    """Give a number without separators at its ends, if there is a digit in it."""
    digits = [place for place, at in enumerate(number) if view.labels[at] < DIGIT_CLASSES]
    if digits:
        signed = digits[0] and CLASSES[view.labels[number[digits[0] - 1]]] in SIGNS
        yield number[digits[0] - bool(signed) : digits[-1] + 1]


def _written(view: View, rng: Generator) -> Iterator[tuple[Floats, list[int]]]:
    """Give boxes of a number's digits as a reader may find them, and its symbols."""
    for number in written(view):
        digits = [at for at in number if view.labels[at] < DIGIT_CLASSES]
        if view.hard[number].any():
            continue
        boxes = view.boxes[digits].copy()
        high = float(np.median(boxes[:, 3]))
        if not _HEIGHTS[0] <= high <= _HEIGHTS[1] or (np.diff(boxes[:, 0] + boxes[:, 2]) <= 0).any():
            continue
        if len(digits) == 1 and rng.random() >= _LONE:
            continue
        boxes[:, :2] += rng.normal(0, _MOVED * high, (len(boxes), 2))
        sizes = np.exp(rng.normal(0, _SIZED, (len(boxes), 2)))
        boxes = np.column_stack([boxes[:, :2] - boxes[:, 2:] * (sizes - 1) / 2, boxes[:, 2:] * sizes])
        first, last = rng.random(2)
        if first < _UNFOUND and len(boxes) > 1:
            boxes = boxes[1:]
        elif first > 1 - _BEYOND:
            far = high * rng.uniform(*_FAR)
            boxes[0, 0] -= far
            boxes[0, 2] += far
        if last < _UNFOUND and len(boxes) > 1:
            boxes = boxes[:-1]
        elif last > 1 - _BEYOND:
            boxes[-1, 2] += high * rng.uniform(*_FAR)
        yield boxes.astype(np.float32), number


def _nothing(view: View, level: Pixels, finder: NetworkBackend, side: int) -> Iterator[Floats]:
    """Give boxes of what a finder takes for a digit or several side by side, where there is none."""
    tile = np.full((side, side), PAPER, np.uint8)
    height, width = (min(side, length) for length in level.shape)
    tile[:height, :width] = level[:height, :width]
    found = suppressed(peaks(Answers.of(finder.answer(tile[np.newaxis]), side), 0, threshold=_THRESHOLD))
    boxes = found.boxes[~found.mark]
    boxes = boxes[(boxes[:, 0] >= 0) & (boxes[:, 0] + boxes[:, 2] <= width) & (boxes[:, 1] + boxes[:, 3] <= height)]
    if len(view.boxes):
        boxes = boxes[[overlaps(box, view.boxes)[1].max() < _SOMETHING for box in boxes]]
    boxes = boxes[np.argsort(boxes[:, 0])]
    for at in range(len(boxes)):
        chain = [at]
        for after in range(at + 1, len(boxes)):
            last, box = boxes[chain[-1]], boxes[after]
            level_with = abs(last[1] + last[3] / 2 - box[1] - box[3] / 2) < _STEP * last[3]
            if level_with and last[2] / 2 < box[0] - last[0] < last[2] + _CHAIN * last[3]:
                chain.append(after)
            if len(chain) == _CHAIN_LENGTH:
                break
        yield boxes[chain]
