"""Every number that is read digit by digit is looked at once more, as a whole, by a network that reads it at once.

Where two digits touch, a finder may see one of them, or none; who reads the line sees how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from numbre_edge.backends import NetworkBackend
from numbre_edge.decoding.transcripts import (
    Preference,
    Transcript,
    differing,
    likeliest,
    likelihood,
    logarithms,
    transcribed,
)
from numbre_edge.finding.levels import Level
from numbre_edge.finding.overlap import same_ink
from numbre_edge.finding.strips import HIGH, LONGEST, SAID, STEPS, STRIP, Standing, standing, strip
from numbre_edge.geometry import in_frame, in_working
from numbre_edge.quantiles import median
from numbre_edge.recognition.networks import check_answers, levels_of, trusted, whole_pixels
from numbre_edge.recognition.recogniser import Recogniser
from numbre_edge.types import Box, Boxes, Digit, Floats, Lattice, Pixels, Reading, Recognition
from numbre_edge.vision.cutouts import cut_out
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import DIGITS

_EVEN = 0.5
# Who reads a number otherwise than it was read looks again, so many pixels of the strip higher and lower. What it then
# says is the mean of all: of test-time augmentation what costs least and gains most (slants, scales and contrast less).
_AGAIN = (-1.0, 1.0)
# What transcribers said of a page's strips. By both ways most numbers stand as they did, and are the same strips again.
_said_of: WeakKeyDictionary[Page, dict[tuple[NetworkBackend, bytes], NDArray[np.float64]]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Retold:
    """What a transcriber makes of a number that was read digit by digit.

    Attributes:
        number: its place among the numbers read.
        transcript: what the transcriber reads.
        other: natural logarithm of how likely the transcriber finds what was read.
        boxes: (N, 4) int32, about where its digits stand, working pixels.
    """

    number: int
    transcript: Transcript
    other: float
    boxes: Boxes


class TranscribingRecogniser:
    """Reads as another, and each number a second time as a whole; where the two differ, the likelier is believed.

    Args:
        inner: reads digit by digit.
        transcriber: reads numbers.
        min_confidence: below it a digit is doubtful; None for none.

    Raises:
        ModelError: the transcriber answers, or its card wants to be trusted, in a way that this version does not know.
    """

    def __init__(self, inner: Recogniser, transcriber: NetworkBackend, min_confidence: float | None = None) -> None:
        self._inner, self._transcriber, self._min_confidence = inner, transcriber, min_confidence or 0.0
        check_answers(transcriber, STRIP, STEPS * SAID)
        self._preference = trusted(Preference, transcriber)

    def recognise(self, page: Page) -> Recognition:
        found = self._inner.recognise(page)
        return self.told(page, found, self.retold(page, found.readings))

    def retold(self, page: Page, readings: Sequence[Reading]) -> list[Retold]:
        """Read numbers of a page a second time, those that are then others twice more; none doubtful, or too long."""
        scales = levels_of(page)
        asked = []
        for number, reading in enumerate(readings):
            if len(reading.text) > LONGEST or any(digit.value is None for digit in reading.digits):
                continue
            seen = _seen(scales, page, [digit.box for digit in reading.digits])
            if seen is not None:
                asked.append((number, *seen))
        said = self._said(page, [strip(level.pixels, where) for _, level, where in asked])
        differ = [at for at, one in enumerate(asked) if transcribed(said[at]).text != readings[one[0]].text]
        again = [strip(asked[at][1].pixels, asked[at][2], lower) for at in differ for lower in _AGAIN]
        for at, *looks in zip(differ, *[iter(self._said(page, again))] * len(_AGAIN), strict=True):
            said[at] = _mean([said[at], *looks])
        retold = []
        for (number, level, where), own in zip(asked, said, strict=True):
            transcript = transcribed(own)
            boxes = where.boxes(np.array(transcript.steps, np.float32)) / level.both_scales
            other = likelihood(own, readings[number].text)
            retold.append(Retold(number, transcript, other, whole_pixels(boxes)))
        return retold

    def likeliest(self, page: Page, numbers: Sequence[Sequence[Box]]) -> list[list[tuple[str, float]]]:
        """Return what may be written where numbers stand, of each as :func:`likeliest` does; nothing of one too long.

        Args:
            page: whose numbers.
            numbers: boxes of the digits of each, or where they may stand, from left to right, frame pixels.
        """
        scales, looks = levels_of(page), (0.0, *_AGAIN)
        seen = [_seen(scales, page, boxes) for boxes in numbers]
        strips = [strip(one[0].pixels, one[1], lower) for one in seen if one is not None for lower in looks]
        said = zip(*[iter(self._said(page, strips))] * len(looks), strict=True)
        return [likeliest(_mean(next(said))) if one is not None else [] for one in seen]

    def _said(self, page: Page, strips: Sequence[Pixels]) -> list[NDArray[np.float64]]:
        """Return of each strip (STEPS, SAID) :func:`logarithms`; one that was asked about before is remembered."""
        known = _said_of.setdefault(page, {})
        keys = [(self._transcriber, strip.tobytes()) for strip in strips]
        if new := {key: strip for key, strip in zip(keys, strips, strict=True) if key not in known}:
            answers = self._transcriber.answer(np.stack(list(new.values())))
            said = (logarithms(answer.reshape(STEPS, SAID)) for answer in answers)
            known.update(zip(new, said, strict=True))
        return [known[key] for key in keys]

    def told(self, page: Page, found: Recognition, retold: Sequence[Retold]) -> Recognition:
        """Return what was found, with what is likelier retold, and less certain where it is not."""
        told = _Telling(page, found, self._min_confidence)
        odds = {
            each.number: self._preference.odds(differing(each.transcript, each.other, *told.said(each.number)))
            for each in retold
            if each.transcript.text != found.readings[each.number].text
        }
        for each in sorted((each for each in retold if each.number in odds), key=lambda each: -odds[each.number]):
            sure = 1 / (1 + float(np.exp(-odds[each.number])))
            if sure > _EVEN:
                told.tell(each, sure)
            else:
                told.doubt(each.number, 1 - sure)
        return told.recognition()


class _Telling:
    """A recognition whose numbers are being replaced.

    Attributes:
        numbers: those that stand, by their place: each with the patches of its digits.
    """

    def __init__(self, page: Page, found: Recognition, min_confidence: float) -> None:
        self._page, self._found, self._min_confidence = page, found, min_confidence
        sources = iter(found.sources)
        self.numbers = {
            at: (number, [next(sources) for _ in number.digits]) for at, number in enumerate(found.readings)
        }
        self._pixels, self._boxes, self._rows = [found.patches.pixels], [found.patches.boxes], [found.probabilities]

    def said(self, at: int) -> tuple[str, float, Floats]:
        """Return a number's text, the confidence in it, and the probabilities of what its digits may be."""
        number, own = self.numbers[at]
        return number.text, number.confidence, self._found.probabilities[own]

    def doubt(self, at: int, most: float) -> None:
        """Have a number be no surer than this."""
        if at in self.numbers:
            number, own = self.numbers[at]
            self.numbers[at] = replace(number, confidence=min(number.confidence, most)), own

    def tell(self, each: Retold, sure: float) -> None:
        """Have a number be what was retold, unless that takes a part of another number."""
        if each.number not in self.numbers:
            return
        boxes = in_frame(each.boxes, self._page.placement) if len(each.boxes) else each.boxes
        taken = {at: _taken(number, boxes) for at, (number, _) in self.numbers.items() if at != each.number}
        if any(some and not whole for some, whole in taken.values()):
            return
        for at, (some, _) in taken.items():
            if some:
                del self.numbers[at]
        del self.numbers[each.number]
        if not each.transcript.text:
            return
        first = sum(map(len, self._boxes))
        rows = _rows(each.transcript, self._found.probabilities.shape[1])
        self.numbers[each.number] = (
            self._number(each.transcript, rows, boxes, sure),
            [*range(first, first + len(boxes))],
        )
        self._pixels.append(cut_out(self._page.upright_grey, each.boxes))
        self._boxes.append(boxes)
        self._rows.append(rows)

    def _number(self, transcript: Transcript, rows: Floats, boxes: Boxes, sure: float) -> Reading:
        best = zip(rows.argmax(1).tolist(), rows.max(1).tolist(), boxes.tolist(), strict=True)
        digits = [Digit(value if p >= self._min_confidence else None, p, Box(*box)) for value, p, box in best]
        written = iter(map(str, digits))
        text = "".join(next(written) if character in DIGITS else character for character in transcript.text)
        return Reading.of(digits, text=text, whole=min(sure, float(np.exp(transcript.likely))))

    def recognition(self) -> Recognition:
        """Return what stands."""
        numbers = [self.numbers[at] for at in sorted(self.numbers)]
        before, boxes = self._found.patches, np.concatenate(self._boxes)
        new = range(len(before), len(boxes))
        # Ink that was read digit by digit and is now read otherwise is no ink that nobody read.
        gone = set(self._found.sources) - {patch for _, own in numbers for patch in own}
        left = [lattice for lattice in before.lattices if not gone & {patch for _, _, patch in lattice.spans}]
        left += [Lattice((Box(*boxes[at].tolist()),), ((0, 1, at),)) for at in new]
        patches = replace(before, pixels=np.concatenate(self._pixels), boxes=boxes, lattices=tuple(left))
        return replace(
            self._found,
            readings=tuple(number for number, _ in numbers),
            patches=patches,
            probabilities=np.concatenate(self._rows),
            sources=tuple(patch for _, own in numbers for patch in own),
        )


def _seen(scales: Sequence[Level], page: Page, digits: Sequence[Box]) -> tuple[Level, Standing] | None:
    """Return on which level digits are nearest to as high as in a strip, and how they get into one from there.

    None where there are none, or too many.
    """
    if not digits:
        return None
    boxes = np.array([in_working(box, page.placement) for box in digits], np.float32)
    high = max(1.0, median(boxes[:, 3]))
    level = min(scales, key=lambda level: abs(np.log(high * level.scale[1] / HIGH)))
    where = standing(boxes * level.both_scales)
    return (level, where) if where is not None else None


def _mean(said: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what several looks say together."""
    return logarithms(np.mean(said, axis=0))


def _rows(transcript: Transcript, columns: int) -> Floats:
    """Return (N, columns) float32, how likely which digit is, of a transcript's N digits; rows sum to 1."""
    sure = np.array(transcript.sure, np.float32)
    rows = np.repeat((1 - sure[:, np.newaxis]) / (columns - 1), columns, axis=1)
    rows[range(len(sure)), [int(character) for character in transcript.text if character in DIGITS]] = sure
    return np.asarray(rows, np.float32)


def _taken(number: Reading, boxes: Boxes) -> tuple[bool, bool]:
    """Return whether a digit of a number stands in one of (N, 4) ``boxes``, and whether all do."""
    own = [bool(same_ink(digit.box, boxes).any()) for digit in number.digits]
    return any(own), all(own)
