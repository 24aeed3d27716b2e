"""Probabilities over candidates -> digits -> numbers in reading order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from numbre_edge.decoding.grouping import (
    Doubt,
    Token,
    is_writing,
    lines,
    middle,
    middles,
    numbers,
    whole,
    without_words,
)
from numbre_edge.decoding.paths import read_lattices
from numbre_edge.decoding.probabilities import calibrated, in_proportion
from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Digit, Floats, Patches, Reading, Recognition
from numbre_edge.vocabulary import DIGIT_COLUMNS, MARKS

# A digit is read that is believed this much: half of the F1 to be had, which makes F1 largest where what is believed is
# calibrated (Z. Lipton, C. Elkan, B. Naryanaswamy, "Optimal thresholding of classifiers to maximize F1 measure", 2014).
_BELIEVED = 0.3
# A mark is written into the text that is likelier one than none; what may be one, and is not, makes the number less
# certain.
LIKELY_MARK = 0.5


def decode(
    patches: Patches, probabilities: Floats, card: ModelCard, *, min_confidence: float | None = None
) -> Recognition:
    """Make numbers of candidate digits.

    Args:
        patches: N candidates, of a page whose lines are level.
        probabilities: (N, C) float32.
        card: of the model they are from.
        min_confidence: below it a digit is doubtful; None takes the card's threshold.

    Returns:
        The numbers and what they were read from, boxes as those of ``patches``.
    """
    threshold = card.reject_threshold if min_confidence is None else min_confidence
    rows = in_proportion(calibrated(probabilities, card.temperature), patches.lattices, card.vocabulary)
    tokens, rows = read_lattices(patches, rows, card.vocabulary, threshold)
    found = lines(tokens)
    if is_writing(tokens):
        found = [without_words(line) for line in found]
    return _recognition(found, patches, rows, patches.punctuation)


def grouped(
    patches: Patches,
    rows: Floats,
    links: Floats,
    standing: NDArray[np.bool_],
    marks: Floats,
    threshold: float,
    *,
    likely_mark: float = LIKELY_MARK,
    digits_only: bool = False,
) -> Recognition:
    """Make numbers of what a finder found.

    Args:
        patches: N, of a page whose lines are level.
        rows: (N, 11) float32, probabilities of the digits and of no digit, as they are to be believed.
        links: (N,) float32, how likely each one's number goes on after it.
        standing: (N,) bool, which do not overlap a likelier one; the others are as if they were not there.
        marks: (M, 4) float32, how likely it is which of MARKS, of each punctuation of ``patches``.
        threshold: of confidence; below it a digit is doubtful.
        likely_mark: how likely a mark is at least that is written into a number.
        digits_only: whether a number ends at its point, and has no sign.

    Returns:
        The numbers and what they were read from, boxes as those of ``patches``.
    """
    tokens: list[Token] = []
    for number in np.flatnonzero(standing).tolist():
        row, box = rows[number], patches.boxes[number].tolist()
        value = int(row[DIGIT_COLUMNS].argmax())
        confidence = float(row[value])
        if confidence >= _BELIEVED:
            digit = Digit(value if confidence >= threshold else None, confidence, Box(*box))
            tokens.append(Token(digit, Box(*box), number, float(links[number])))
    signs = [
        Token(None, box, mark=MARKS[int(row.argmax())], sure=float(row.sum()))
        for box, row in zip(patches.punctuation, marks, strict=True)
    ]
    sure = [sign for sign in signs if sign.sure >= likely_mark]
    tokens += [] if digits_only else sure
    doubts = [
        (sign.box.x + sign.box.width / 2, middle(sign.box), sign.sure) for sign in signs if sign.sure < likely_mark
    ]
    return _recognition(lines(tokens), patches, rows, [sign.box for sign in sure], doubts)


def _recognition(
    found: list[list[Token]], patches: Patches, rows: Floats, parting: Sequence[Box], doubts: Sequence[Doubt] = ()
) -> Recognition:
    points, unsure = middles(parting), sorted(doubts)
    read = [number for line in found for number in numbers(line, points)]
    return Recognition(
        readings=tuple(
            Reading.of(
                [token.digit for token in number if token.digit],
                text="".join(map(str, number)),
                whole=whole(number, unsure),
            )
            for number in read
        ),
        patches=patches,
        probabilities=rows,
        sources=tuple(token.patch for number in read for token in number if token.patch is not None),
    )
