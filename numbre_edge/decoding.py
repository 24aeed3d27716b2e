"""Probabilities over candidates -> digits -> numbers in reading order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Chain, Digit, Floats, Patches, Reading

# A gap this many times the line's usual one, and this share of a digit's height wider, begins a new number.
_GAP_RATIO = 2.0
_GAP_HEIGHT = 0.4
# Passing over a piece as high as its chain costs as much as a digit of probability exp(-2).
_SKIP = 2.0


def calibrated(probabilities: Floats, temperature: float) -> Floats:
    """Return softmax(log p / T), (N, C) float32 (C. Guo et al., "On calibration of modern neural networks", 2017)."""
    if temperature == 1.0 or not len(probabilities):
        return probabilities
    # 1/512 is half a step of a quantized output: a zero there is not a true zero.
    powered = np.maximum(probabilities, 1 / 512) ** (1 / temperature)
    return np.asarray(powered / powered.sum(1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Mark:
    """Ink as decoded: a digit, or None for ink that is none."""

    digit: Digit | None
    box: Box


def decode(
    patches: Patches, probabilities: Floats, card: ModelCard, *, min_confidence: float | None = None
) -> list[Reading]:
    """Make numbers of candidate digits.

    Args:
        patches: N candidates, boxes in frame pixels.
        probabilities: (N, C) float32.
        card: of the model they are from.
        min_confidence: below it a digit is doubtful; None takes the card's threshold.
    """
    threshold = card.reject_threshold if min_confidence is None else min_confidence
    rows = calibrated(probabilities, card.temperature)
    marks = [mark for chain in patches.chains for mark in _best_path(chain, patches, rows, threshold)]
    return [Reading.of(number) for line in lines(marks) for number in numbers(line, patches.others)]


def _best_path(chain: Chain, patches: Patches, rows: Floats, threshold: float) -> list[Mark]:
    """Cut a chain into digits so that the product of their probabilities, one factor a piece, is largest.

    Every piece counts once, whichever patch it is part of, so that few patches
    are not preferred to many. A piece may be passed over, at a price.
    """
    count = len(chain.pieces)
    height = max(piece.height for piece in chain.pieces)
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for end in range(1, count + 1):
        piece = chain.pieces[end - 1]
        price = _SKIP * (max(piece.width, piece.height) / height)
        ways = [(best[end - 1][0] - price, best[end - 1][1])]
        for first, last, patch in chain.spans:
            if last == end:
                score = (end - first) * float(np.log(max(rows[patch, :10].max(), 1e-3)))
                ways.append((best[first][0] + score, (*best[first][1], patch)))
        best.append(max(ways))
    if not best[count][1]:
        return [Mark(None, Box.around(list(chain.pieces)))]
    return [_mark(rows[patch], Box(*patches.boxes[patch].tolist()), threshold) for patch in best[count][1]]


def _mark(row: Floats, box: Box, threshold: float) -> Mark:
    value = int(row[:10].argmax())
    confidence = float(row[value])
    if len(row) > 10 and row[10] > confidence:
        return Mark(None, box)
    return Mark(Digit(value if confidence >= threshold else None, confidence, box), box)


def lines(marks: list[Mark]) -> list[list[Mark]]:
    """Sort marks into lines of writing, top to bottom, each from left to right.

    A mark belongs to a line if its middle lies within the height of the line's
    last mark before it, or the other way round: lines may slope.
    """
    found: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: m.box.x):
        near = [line for line in found if _level(line[-1].box, mark.box)]
        if near:
            min(near, key=lambda line: abs(_middle(line[-1].box) - _middle(mark.box))).append(mark)
        else:
            found.append([mark])
    return sorted(found, key=lambda line: float(np.mean([_middle(m.box) for m in line])))


def numbers(line: list[Mark], others: tuple[Box, ...] = ()) -> list[list[Digit]]:
    """Split a line into numbers: where other ink stands between, where the height of the
    digits changes (an exponent), and where a gap is clearly larger than the others.
    """
    runs: list[list[Digit]] = [[]]
    for mark in line:
        before = runs[-1][-1].box if runs[-1] else None
        if mark.digit is None or (before and (_raised(before, mark.box) or _parted(before, mark.box, others))):
            runs.append([])
        if mark.digit is not None:
            runs[-1].append(mark.digit)
    runs = [run for run in runs if run]
    limit = _gap_limit(runs)
    found = []
    for run in runs:
        found.append([run[0]])
        for before, after in zip(run, run[1:], strict=False):
            if after.box.x - before.box.right >= limit:
                found.append([])
            found[-1].append(after)
    return found


def _gap_limit(runs: list[list[Digit]]) -> float:
    """Return the gap, in pixels, from which on a number ends; infinite where all are similar."""
    gaps = [after.box.x - before.box.right for run in runs for before, after in zip(run, run[1:], strict=False)]
    if len(gaps) < 2:
        return np.inf
    height = float(np.median([digit.box.height for run in runs for digit in run]))
    ordered = sorted(max(gap, 0.15 * height) for gap in gaps)
    return next(
        (b for a, b in zip(ordered, ordered[1:], strict=False) if b > _GAP_RATIO * a and b - a > _GAP_HEIGHT * height),
        np.inf,
    )


def _raised(before: Box, after: Box) -> bool:
    """Whether one of two neighbours is an exponent or index of the other."""
    taller, smaller = max(before.height, after.height), min(before.height, after.height)
    return smaller < 0.75 * taller and abs(_middle(before) - _middle(after)) > 0.4 * taller


def _parted(before: Box, after: Box, others: tuple[Box, ...]) -> bool:
    """Whether ink stands between two neighbours: in their gap, on their level."""
    top, bottom = min(before.y, after.y), max(before.bottom, after.bottom)
    return any(
        before.right <= other.x + other.width / 2 <= after.x and top < _middle(other) < bottom for other in others
    )


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _level(before: Box, after: Box) -> bool:
    return before.y <= _middle(after) <= before.bottom or after.y <= _middle(before) <= after.bottom
