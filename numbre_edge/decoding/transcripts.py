"""What a transcriber says of a number, step by step -> its characters, and how likely it is these.

Connectionist temporal classification (A. Graves et al., 2006): a step says a character or nothing, and one character
said in several steps, one after the other, is one character.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numbre_edge.decoding.opinions import logarithm, logit
from numbre_edge.types import Floats
from numbre_edge.vocabulary import DIGITS, MARKS

_CHARACTERS = (*DIGITS, *MARKS)  # said by the number of their place in it, and one more; nothing is 0
_BEAMS, _FAINT = 32, 1e-4  # texts that are followed from step to step; what is less likely in a step is not
# A number: what stands before or after it, such as a point, is none of it.
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Transcript:
    """A number as a transcriber reads it.

    Attributes:
        text: as written; empty where there is no number.
        steps: of each digit, in which step it is said, in the mean.
        sure: of each digit, how likely it is, 0 to 1.
        likely: natural logarithm of how likely it is just this text.
    """

    text: str
    steps: tuple[float, ...]
    sure: tuple[float, ...]
    likely: float


@dataclass(frozen=True)
class Preference:
    """Whether what is read at once is right where what was read digit by digit differs: a logistic regression.

    Attributes:
        ratio: weight of the logarithm of how many times as likely the transcriber's text is to it as the other.
        certain: of the logarithm of how likely its text is to it.
        against: of the odds that the other is right, as its confidence says.
        digits: of the logarithm of how many times as likely the other's digits are to who read them one by one.
        another, marked, unmarked, more, fewer, none: what is added where it reads another digit; the same digits with
            other marks, or with fewer; more digits, fewer, or no number.
    """

    ratio: float = 0.5
    certain: float = 0.5
    against: float = -0.5
    digits: float = -0.5
    another: float = 0.0
    marked: float = 0.0
    unmarked: float = 0.0
    more: float = 0.0
    fewer: float = 0.0
    none: float = 0.0

    def odds(self, differing: tuple[float, ...]) -> float:
        """Return the logarithm of the odds that the transcript is right and the other is not; of :func:`differing`."""
        return float(np.dot(list(vars(self).values()), differing))


def differing(whole: Transcript, other: float, text: str, confidence: float, rows: Floats) -> tuple[float, ...]:
    """Return how a transcript and another text of the same number differ, a value for each field of Preference.

    Args:
        whole: the transcript.
        other: :func:`likelihood` of the other text.
        text: that, without a doubtful digit.
        confidence: in it, 0 to 1.
        rows: (N, at least 10) float32, probabilities of the digits where each of its N digits stands.
    """
    values = [[int(character) for character in read if character in DIGITS] for read in (whole.text, text)]
    digits = 0.0
    if len(values[0]) == len(values[1]):
        said = logarithm(rows[range(len(rows)), values[1]]) - logarithm(rows[range(len(rows)), values[0]])
        digits = float(said.sum())
    way = (
        values[0] != values[1] and len(values[0]) == len(values[1]),
        values[0] == values[1] and len(whole.text) >= len(text),
        values[0] == values[1] and len(whole.text) < len(text),
        len(values[0]) > len(values[1]),
        0 < len(values[0]) < len(values[1]),
        not values[0],
    )
    against = float(logit(np.full(1, confidence, np.float32))[0])
    return whole.likely - other, whole.likely, against, digits, *map(float, way)


def transcribed(said: NDArray[np.float64]) -> Transcript:
    """Return the number that (T, C) :func:`logarithms` say, taking the likeliest of each step."""
    best = said.argmax(1)
    begins = np.flatnonzero(np.append(True, best[1:] != best[:-1]))
    runs = [(begin, end) for begin, end in zip(begins, [*begins[1:], len(best)], strict=True) if best[begin]]
    text = "".join(_CHARACTERS[best[begin] - 1] for begin, _ in runs)
    number = max(_NUMBER.finditer(text), key=lambda found: len(found[0]), default=None)
    text = number[0] if number else ""
    runs = runs[number.start() : number.end()] if number else []
    digits = [run for run, character in zip(runs, text, strict=True) if character in DIGITS]
    return Transcript(
        text,
        tuple((begin + end - 1) / 2 for begin, end in digits),
        tuple(float(np.exp(said[begin:end].max())) for begin, end in digits),
        likelihood(said, text),
    )


def logarithms(logits: Floats) -> NDArray[np.float64]:
    """Return (T, C) natural logarithms of how likely each thing is said in each step."""
    shifted = logits - logits.max(1, keepdims=True).astype(np.float64)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))


def likelihood(said: NDArray[np.float64], text: str) -> float:
    """Return the natural logarithm of how likely (T, C) :func:`logarithms` say just ``text``: the forward algorithm."""
    path = [0]  # nothing may be said before, between and after characters
    for character in text:
        path += [1 + _CHARACTERS.index(character), 0]
    steps = said[:, path]
    # From nothing, and from another character, one goes on to the next character straight away.
    skips = np.array([at > 1 and path[at] != 0 and path[at] != path[at - 2] for at in range(len(path))])
    forward = np.full(len(path) + 2, -np.inf)  # two before the first, where nothing is
    forward[2:4] = steps[0, :2]
    for step in steps[1:]:
        stayed, came, skipped = forward[2:], forward[1:-1], np.where(skips, forward[:-2], -np.inf)
        forward[2:] = step + np.logaddexp(np.logaddexp(stayed, came), skipped)
    return float(np.logaddexp(*forward[-2:])) if text else float(forward[-1])


def likeliest(said: NDArray[np.float64]) -> list[tuple[str, float]]:
    """Return the likeliest texts that (T, C) :func:`logarithms` say, and how likely, 0 to 1: prefix beam search.

    A. Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional Recurrent DNNs"
    (2014). Any characters, a number or not; empty is one of the texts.
    """
    beams = {"": [1.0, 0.0]}  # of each text, how likely it is with nothing said last, and with its last character
    for step in np.exp(said):
        silent, audible = float(step[0]), np.flatnonzero(step[1:] > _FAINT).tolist()
        longer: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for text, (nothing, character) in beams.items():
            longer[text][0] += (nothing + character) * silent
            for at in audible:
                spoken, likely = _CHARACTERS[at], float(step[1 + at])
                again = text.endswith(spoken)  # a character in two steps is one, unless nothing is said between them
                longer[text][1] += character * likely * again
                longer[text + spoken][1] += (nothing + character * (not again)) * likely
        beams = dict(sorted(longer.items(), key=lambda beam: -sum(beam[1]))[:_BEAMS])
    return [(text, min(1.0, sum(likely))) for text, likely in beams.items() if sum(likely)]
