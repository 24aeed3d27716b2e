"""Why a picture reads as it does, in plain words: what ``explain`` says beside its sheet.

Everything is told from what the reader saw; nothing is measured that reading does
not need, but for the sharpness of the ink's edges.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from numbre_edge.geometry import in_working
from numbre_edge.types import Box, Explanation, Floats, Lattice, Recognition
from numbre_edge.vocabulary import DIGIT_COLUMNS, PART_OF_A_DIGIT, SEVERAL_DIGITS, Vocabulary

# Of 255. The faintest writing in our development pictures that reads right has 64.
_FAINT = 40
# Share of ink. One digit that fills its picture to the border covers a quarter of it.
_CROWDED = 0.4
# Digits' height, pixels: below the first they lose strokes, above the last a smaller picture reads as well.
_SMALL, _ENOUGH, _PLENTY, _LARGE = 15, 20, 80, 320
# A sharp edge is this many pixels wide; one wider by this share of the digits' height is blurred.
# Samples out of focus or shaken measure 0.04 to 0.06, the other samples at most 0.02.
_SHARP = 2.5
_BLURRED = 0.035
# A read digit whose second best is at least this likely was a close call.
_CLOSE = 0.2
_MOST = 8  # kinds of ink without a digit that are told one by one
_LIKE = {PART_OF_A_DIGIT: ", like a part of one", SEVERAL_DIGITS: ", like several in one"}


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing about a reading.

    Attributes:
        text: one line of plain ASCII, without a full stop.
        box: the ink it speaks of, in frame pixels; None for the picture as a whole.
    """

    text: str
    box: Box | None = None


def diagnose(explanation: Explanation, vocabulary: Vocabulary) -> list[Finding]:
    """Say what helped or hindered the reading: the picture first, then its ink in reading order.

    Args:
        explanation: what ``Reader.explain`` said of it.
        vocabulary: of the model, from its card.
    """
    return [
        *_tilt(explanation),
        *_ink(explanation),
        *_size(explanation),
        *_sharpness(explanation),
        *_touching(explanation.recognition),
        *_doubts(explanation.recognition),
        *_rejected(explanation.recognition, vocabulary),
    ]


def _tilt(explanation: Explanation) -> Iterator[Finding]:
    tilt = explanation.placement.tilt
    if tilt:
        way = "right" if tilt > 0 else "left"
        yield Finding(
            f"the lines descend to the {way} by {abs(tilt):g} degrees: the picture is set upright before it is read"
        )


def _ink(explanation: Explanation) -> Iterator[Finding]:
    ink = explanation.mask > 0
    if not ink.any():
        strongest = int(explanation.contrast.max(initial=0))
        yield Finding(f"no ink found: nothing differs from its ground by more than {strongest} of 255")
        return
    if explanation.light_ink:
        yield Finding("the ink is lighter than its ground, as chalk on a board")
    contrast = int(np.percentile(explanation.contrast[ink], 75))
    if contrast < _FAINT:
        yield Finding(f"the ink is faint: contrast {contrast} of 255; more light or a darker pen helps")
    if ink.mean() > _CROWDED:
        yield Finding(f"ink covers {ink.mean():.0%} of the picture: leave more paper around the writing")
    if not len(explanation.recognition.patches):
        yield Finding("there is ink, but none with the size and shape of a digit")


def _height(explanation: Explanation) -> float:
    """Return the typical height of the digits read, in frame pixels; 0 where there is none."""
    heights = [digit.box.height for digit in explanation.recognition.chosen.values()]
    return float(np.median(heights)) if heights else 0.0


def _size(explanation: Explanation) -> Iterator[Finding]:
    height = _height(explanation)
    if not height:
        return
    seen = height * explanation.placement.scale
    if height < _SMALL:
        yield Finding(f"the digits are small: {height:.0f} px high; from {_ENOUGH} px on they read better")
    elif seen < _SMALL:
        rows, columns = explanation.mask.shape
        yield Finding(
            f"the picture is shrunk to {columns} x {rows}, and its digits to {seen:.0f} px of height: "
            "read it in parts, with --roi"
        )
    elif height > _LARGE:
        yield Finding(f"the picture is larger than needed: its digits are {height:.0f} px high, {_PLENTY} are plenty")


def _sharpness(explanation: Explanation) -> Iterator[Finding]:
    seen = _height(explanation) * explanation.placement.scale
    if not seen:
        return
    width = edge_width(explanation)
    # An enlarged picture is as sharp as its own pixels.
    if width - _SHARP * max(1.0, explanation.placement.scale) > _BLURRED * seen:
        yield Finding(f"the picture is blurred: the edges of strokes are {width / seen:.0%} of a digit's height wide")


def edge_width(explanation: Explanation) -> float:
    """Return over how many working pixels the contrast climbs from paper to ink, where the ink of the digits ends."""
    steps = []
    for digit in explanation.recognition.chosen.values():
        x, y, width, height = in_working(digit.box, explanation.placement)
        part = explanation.contrast[max(0, y - 2) : y + height + 2, max(0, x - 2) : x + width + 2]
        if not part.size:
            continue
        across = cv2.Sobel(part, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
        down = cv2.Sobel(part, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
        steepest = float(np.percentile(np.hypot(across, down), 95))
        steps.append(float(np.percentile(part, 95)) / max(steepest, 1.0))
    return float(np.median(steps)) if steps else 0.0


def _touching(recognition: Recognition) -> Iterator[Finding]:
    for lattice in recognition.patches.lattices:
        spans = sorted(span for span in lattice.spans if span[2] in recognition.chosen)
        for (_, cut, before), (first, _, after) in itertools.pairwise(spans):
            if cut == first:
                left, right = recognition.chosen[before], recognition.chosen[after]
                at = (lattice.segments[cut - 1].right + lattice.segments[cut].x) // 2
                sure = min(left.confidence, right.confidence)
                yield Finding(
                    f"two digits touch: cut at x={at} into {left} and {right} with {sure:.2f}",
                    Box.around([left.box, right.box]),
                )


def _doubts(recognition: Recognition) -> Iterator[Finding]:
    for patch, digit in recognition.chosen.items():
        best, second = _ranked(recognition.probabilities[patch])[:2]
        if digit.value is None:
            yield Finding(f"a digit is doubtful{_at(digit.box)}: {best} or {second}", digit.box)
        elif float(recognition.probabilities[patch, _order(recognition.probabilities[patch])[1]]) >= _CLOSE:
            yield Finding(f"a close call{_at(digit.box)}: {best}, but perhaps {second}", digit.box)


def _rejected(recognition: Recognition, vocabulary: Vocabulary) -> Iterator[Finding]:
    lattices = [
        lattice
        for lattice in recognition.patches.lattices
        if lattice.spans and not any(patch in recognition.chosen for _, _, patch in lattice.spans)
    ]
    lattices.sort(key=lambda lattice: -Box.around(list(lattice.segments)).height)
    for lattice in lattices[:_MOST]:
        row = recognition.probabilities[_whole(lattice)]
        doubt = f" ({_doubt(row, vocabulary)})" if vocabulary.rejects else ""
        box = Box.around(list(lattice.segments))
        yield Finding(f"ink{_at(box)} is no digit{doubt}; the nearest is {_ranked(row)[0]}", box)
    if len(lattices) > _MOST:
        yield Finding(f"{len(lattices) - _MOST} smaller pieces ink are no digits either")


def _doubt(row: Floats, vocabulary: Vocabulary) -> str:
    """Say how likely ink is no digit, and what it looks like, by the likeliest of its kinds."""
    none = row[vocabulary.no_digits]
    kind = vocabulary.names[vocabulary.no_digits][int(none.argmax())]
    return f"{float(none.sum()):.2f}{_LIKE.get(kind, '')}"


def _whole(lattice: Lattice) -> int:
    """Return the patch that holds most of a lattice."""
    return max(lattice.spans, key=lambda span: span[1] - span[0])[2]


def _order(row: Floats) -> list[int]:
    return [int(value) for value in np.argsort(-row[DIGIT_COLUMNS], kind="stable")]


def _ranked(row: Floats) -> list[str]:
    """Return the digits from likely to unlikely, each with its probability."""
    return [f"{value} with {float(row[value]):.2f}" for value in _order(row)]


def _at(box: Box) -> str:
    return f" at {box.x},{box.y}"
