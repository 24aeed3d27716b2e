"""Two ways to find digits look at every page, and what only one of them reads is not certain."""

from __future__ import annotations

from collections import Counter

import numpy as np

from numbre_edge.recognition.recogniser import Recogniser
from numbre_edge.types import Digit, Floats, Reading, Recognition
from numbre_edge.vision.page import Page

# Connected ink is believed where its least certain number is as sure as this; what the finder does not confirm is never
# surer. On clean pages rules for ink are right to the last digit, and say when they are not.
_SURE = 0.9
# The finder sees more than the rules where it has so many more digits that are likelier than not: frames, combs and
# cheques swallow digits whole, and rules cannot say that they did not see.
_MORE, _LIKELY = 2, 0.5


class BothRecogniser:
    """Connected ink where it is sure of itself and the finder sees no more; elsewhere what the finder reads.

    Args:
        components: the recogniser by connected ink.
        learned: the one by a finder.
    """

    def __init__(self, components: Recogniser, learned: Recogniser) -> None:
        self._components, self._learned = components, learned

    def recognise(self, page: Page) -> Recognition:
        ruled, learned = self._components.recognise(page), self._learned.recognise(page)
        if not learned.readings:
            return _confirmed(ruled, learned)
        sure = ruled.readings and min(reading.confidence for reading in ruled.readings) >= _SURE
        seen = sum(digit.confidence >= _LIKELY for reading in learned.readings for digit in reading.digits)
        missed = seen - sum(len(reading.digits) for reading in ruled.readings)
        return _confirmed(ruled, learned) if sure and missed < _MORE else learned


def _confirmed(ruled: Recognition, learned: Recognition) -> Recognition:
    """Return ``ruled``, its numbers that ``learned`` has not no surer than _SURE."""
    left = Counter(reading.text for reading in learned.readings)
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
    """Return probabilities none of which is above _SURE; what it has too much, the others share."""
    best, most = int(row.argmax()), np.float32(_SURE)
    if row[best] <= most:
        return row
    result = row + (row[best] - most) / np.float32(len(row) - 1)
    result[best] = most
    return np.asarray(result, np.float32)
