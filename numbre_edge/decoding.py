"""Probabilities over candidates -> digits -> numbers in reading order."""

from __future__ import annotations

import numpy as np

from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Digit, Floats, Patches, Reading

# A gap this many times the line's usual one, and this share of a digit's height wider, begins a new number.
_GAP_RATIO = 2.0
_GAP_HEIGHT = 0.4


def calibrated(probabilities: Floats, temperature: float) -> Floats:
    """Return softmax(log p / T), (N, C) float32 (C. Guo et al., "On calibration of modern neural networks", 2017)."""
    if temperature == 1.0 or not len(probabilities):
        return probabilities
    # 1/512 is half a step of a quantized output: a zero there is not a true zero.
    powered = np.maximum(probabilities, 1 / 512) ** (1 / temperature)
    return np.asarray(powered / powered.sum(1, keepdims=True), np.float32)


def decode(patches: Patches, probabilities: Floats, card: ModelCard, *, min_confidence: float | None = None) -> list[Reading]:
    """Make numbers of candidate digits.

    Args:
        patches: N candidates, boxes in frame pixels.
        probabilities: (N, C) float32.
        card: of the model they are from.
        min_confidence: below it a digit is doubtful; None takes the card's threshold.
    """
    threshold = card.reject_threshold if min_confidence is None else min_confidence
    digits = []
    for row, box in zip(calibrated(probabilities, card.temperature), patches.boxes.tolist(), strict=True):
        value = int(row[:10].argmax())
        confidence = float(row[value])
        digits.append(Digit(value if confidence >= threshold else None, confidence, Box(*box)))
    return [Reading.of(number) for line in lines(digits) for number in numbers(line)]


def lines(digits: list[Digit]) -> list[list[Digit]]:
    """Sort digits into lines of writing, top to bottom, each from left to right.

    A digit belongs to a line if its middle lies within the height of the line's
    last digit before it, or the other way round: lines may slope.
    """
    found: list[list[Digit]] = []
    for digit in sorted(digits, key=lambda d: d.box.x):
        near = [line for line in found if _level(line[-1].box, digit.box)]
        if near:
            min(near, key=lambda line: abs(_middle(line[-1].box) - _middle(digit.box))).append(digit)
        else:
            found.append([digit])
    return sorted(found, key=lambda line: float(np.mean([_middle(d.box) for d in line])))


def numbers(line: list[Digit]) -> list[list[Digit]]:
    """Split a line where a gap is clearly larger than the others."""
    gaps = [after.box.x - before.box.right for before, after in zip(line, line[1:], strict=False)]
    if len(gaps) < 2:
        return [line]
    height = float(np.median([d.box.height for d in line]))
    ordered = sorted(max(gap, 0.15 * height) for gap in gaps)
    limit = next(
        (b for a, b in zip(ordered, ordered[1:], strict=False) if b > _GAP_RATIO * a and b - a > _GAP_HEIGHT * height),
        np.inf,
    )
    found = [[line[0]]]
    for gap, digit in zip(gaps, line[1:], strict=True):
        if gap >= limit:
            found.append([digit])
        else:
            found[-1].append(digit)
    return found


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _level(before: Box, after: Box) -> bool:
    return before.y <= _middle(after) <= before.bottom or after.y <= _middle(before) <= after.bottom
