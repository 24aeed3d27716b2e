"""Two ways to find digits look at every page, and what only the rules read is not certain."""

from __future__ import annotations

from collections import Counter

import numpy as np

from numbre_edge.recognition.recogniser import Recogniser
from numbre_edge.types import Boxes, Digit, Floats, Reading, Recognition
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import DIGIT_COLUMNS

# Connected ink is believed where its least certain number is as sure as this. On clean pages rules for ink are right to
# the last digit, and say when they are not.
_SURE = 0.98
# What the finder does not confirm is never surer than this; and a digit that it believes as much and that the rules
# lack is one that they did not see: frames, combs and cheques swallow digits whole.
_UNCONFIRMED = 0.9
_LIKELY = 0.5  # of each digit of a number that the finder reads, where the rules are not believed
_CONFIRMED = 0.6  # of the finder's own number, for it to confirm another
# Where both read so many of a page's numbers alike, it is one that rules can read: a whole page of numbers always has
# some that are less than sure.
_ALIKE = 0.7
_SHARED = 0.5  # of the smaller of two boxes that are of the same ink
_MAY_BE = 0.1  # a number's ink may be writing where the finder believes so much of each of its digits


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
        may_be = learned.probabilities[:, DIGIT_COLUMNS].sum(1) >= _MAY_BE
        ruled = _only(ruled, _looked_at(ruled, learned.patches.boxes[may_be]))
        likely = _only(
            learned, [min(digit.confidence for digit in number.digits) >= _LIKELY for number in learned.readings]
        )
        if not likely.readings:
            return _confirmed(ruled, learned)
        sure = ruled.readings and min(reading.confidence for reading in ruled.readings) >= _SURE
        seen = sum(digit.confidence >= _UNCONFIRMED for reading in learned.readings for digit in reading.digits)
        missed = seen > sum(len(reading.digits) for reading in ruled.readings) or any(map(_has_marks, likely.readings))
        return _confirmed(ruled, learned) if (sure and not missed) or _alike(ruled, learned) else likely


def _looked_at(ruled: Recognition, boxes: Boxes) -> list[bool]:
    """Tell of each number whether the finder saw what may be a digit where each of its own is.

    On a photograph of anything, ink that is no writing is not worth a second look to it.
    """
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    looked_at = []
    for reading in ruled.readings:
        seen = []
        for digit in reading.digits:
            x, y, width, height = digit.box
            wide = np.minimum(right, x + width) - np.maximum(left, x)
            high = np.minimum(bottom, y + height) - np.maximum(top, y)
            smaller = np.minimum(boxes[:, 2] * boxes[:, 3], width * height)
            seen.append(bool(np.any(wide.clip(0) * high.clip(0) > _SHARED * smaller)))
        looked_at.append(all(seen))
    return looked_at


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
