"""Two ways to find digits look at every page, and what only the rules read is not certain."""

from __future__ import annotations

from collections import Counter

import numpy as np

from numbre_edge.finding.overlap import same_ink
from numbre_edge.recognition.recogniser import Recogniser
from numbre_edge.types import Boxes, Digit, Floats, Reading, Recognition
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import DIGIT_COLUMNS

# Connected ink is believed where its least certain number is as sure as this, unless the finder is as sure of a digit
# that the rules lack or take for another: frames, combs and cheques swallow digits whole. On clean pages rules for ink
# are right to the last digit, and say when they are not.
_SURE = 0.98
# What the finder does not confirm is never surer than this. Where the finder believes in none of its numbers, rules
# stand that are as sure, or _RATHER sure and surer than it is of one that it has.
_UNCONFIRMED, _RATHER = 0.9, 0.8
# Of each digit of a number that the finder reads, where the rules are not believed. Of 0.5 to 0.7 what reads sixteen
# kinds of pictures as well as any, and finds less on pictures without numbers.
_LIKELY = 0.65
_CONFIRMED = 0.6  # of the finder's own number, for it to confirm another
# Where both read so many of a page's numbers alike, it is one that rules can read: a whole page of numbers always has
# some that are less than sure. Of 0.4 to 0.9; at 0.6 two pictures of sixteen kinds are read better, and whole pages
# worse (benchmarks/papers.py, 0.925 instead of 0.930).
_ALIKE = 0.7
_MAY_BE = 0.1  # a number's ink may be writing where the finder believes so much of each of its digits


class BothRecogniser:
    """Connected ink where it is sure of itself and the finder denies none of it; elsewhere what the finder reads.

    Args:
        components: the recogniser by connected ink.
        learned: the one by a finder.
    """

    def __init__(self, components: Recogniser, learned: Recogniser) -> None:
        self._components, self._learned = components, learned

    def recognise(self, page: Page) -> Recognition:
        ruled, learned = self._components.recognise(page), self._learned.recognise(page)
        may_be = learned.probabilities[:, DIGIT_COLUMNS].sum(1) >= _MAY_BE
        ruled = _only(ruled, _looked_at(ruled, learned.patches.boxes[may_be]))
        likely = _only(
            learned, [min(digit.confidence for digit in number.digits) >= _LIKELY for number in learned.readings]
        )
        least = min((reading.confidence for reading in ruled.readings), default=1.0)
        if not likely.readings:
            other = min((reading.confidence for reading in learned.readings), default=1.0)
            surer = least >= _UNCONFIRMED or least >= max(_RATHER, other)
            return _confirmed(ruled, learned) if surer else learned
        sure = ruled.readings and least >= _SURE
        denied = _denied(ruled, learned) or any(map(_has_marks, likely.readings))
        return _confirmed(ruled, learned) if (sure and not denied) or _alike(ruled, learned) else likely


def _looked_at(ruled: Recognition, boxes: Boxes) -> list[bool]:
    """Tell of each number whether the finder saw what may be a digit where each of its own is.

    On a photograph of anything, ink that is no writing is not worth a second look to it.
    """
    return [all(same_ink(digit.box, boxes).any() for digit in reading.digits) for reading in ruled.readings]


def _denied(ruled: Recognition, learned: Recognition) -> bool:
    """Whether the finder is sure of a digit where the rules read none, or another."""
    read = [digit for reading in ruled.readings for digit in reading.digits]
    boxes = np.array([digit.box for digit in read], np.int32).reshape(-1, 4)
    sure = [digit for reading in learned.readings for digit in reading.digits if digit.confidence >= _SURE]
    return any(
        all(read[at].value != digit.value for at in np.flatnonzero(same_ink(digit.box, boxes))) for digit in sure
    )


def _has_marks(reading: Reading) -> bool:
    """Whether points, commas or a sign belong to a number: rules know none."""
    return len(reading.text) > len(reading.digits)


def _alike(ruled: Recognition, learned: Recognition) -> bool:
    texts = [Counter(reading.text for reading in found.readings) for found in (ruled, learned)]
    return (texts[0] & texts[1]).total() >= _ALIKE * max(1, *(text.total() for text in texts))


def _only(recognition: Recognition, kept: list[bool]) -> Recognition:
    """Return those of its numbers that are ``kept``."""
    sources = iter(recognition.sources)
    readings, own = [], []
    for reading, keep in zip(recognition.readings, kept, strict=True):
        patches = [next(sources) for _ in reading.digits]
        if keep:
            readings.append(reading)
            own += patches
    return Recognition(tuple(readings), recognition.patches, recognition.probabilities, tuple(own))


def _confirmed(ruled: Recognition, learned: Recognition) -> Recognition:
    """Return ``ruled``, its numbers that ``learned`` has not no surer than _UNCONFIRMED."""
    left = Counter(reading.text for reading in learned.readings if reading.confidence >= _CONFIRMED)
    rows, sources = ruled.probabilities.copy(), iter(ruled.sources)
    readings = []
    for reading in ruled.readings:
        own = [next(sources) for _ in reading.digits]
        if left[reading.text] > 0:
            left[reading.text] -= 1
        else:
            rows[own] = [_at_most(rows[patch]) for patch in own]
        digits = [
            Digit(digit.value, min(digit.confidence, float(rows[patch].max())), digit.box)
            for digit, patch in zip(reading.digits, own, strict=True)
        ]
        readings.append(Reading.of(digits))
    return Recognition(tuple(readings), ruled.patches, rows, ruled.sources)


def _at_most(row: Floats) -> Floats:
    """Return probabilities none of which is above _UNCONFIRMED; what it has too much, the others share."""
    best, most = int(row.argmax()), np.float32(_UNCONFIRMED)
    if row[best] <= most:
        return row
    result = row + (row[best] - most) / np.float32(len(row) - 1)
    result[best] = most
    return np.asarray(result, np.float32)
