"""How good the whole reader is on folders of labelled pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from statistics import fmean

import numpy as np

from numbre_edge.errors import SourceError
from numbre_edge.labels import load_labels, number_f1, numbers_in, picture_path
from numbre_edge.types import Reading
from numbre_export.evaluation.calibration import expected_calibration_error

SURE = 0.95  # of a number: it had better be right


@dataclass(frozen=True)
class NumberRead:
    """A number that was read, and whether it is one of those on the picture that nothing before was taken for."""

    reading: Reading
    right: bool

    @property
    def is_sure(self) -> bool:
        return round(self.reading.confidence, 4) >= SURE  # as predict prints it


@dataclass(frozen=True)
class PictureResult:
    """One picture: the numbers that are on it and those that were read, in reading order.

    Attributes:
        file: as labels.csv names it.
        path: where it is.
        expected: the numbers on it, digits alone.
        readings: what was read.
        error: why it could not be read, without its path; it counts as read empty.
    """

    file: str
    path: Path
    expected: tuple[str, ...]
    readings: tuple[Reading, ...] = ()
    error: str | None = None

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The numbers read: digits, and ``?`` for a doubtful one."""
        return tuple(number for reading in self.readings for number in numbers_in(reading.text))

    @property
    def exact(self) -> bool:
        return self.read == self.expected

    @property
    def joined(self) -> bool:
        """Whether the digits are right as one string, however they are grouped."""
        return "".join(self.read) == "".join(self.expected)

    @cached_property
    def numbers(self) -> tuple[NumberRead, ...]:
        """What was read, each right or wrong."""
        left = Counter(self.expected)
        found = []
        for reading in self.readings:
            parts = numbers_in(reading.text)
            if left["".join(parts)] > 0:  # labels may leave out points and commas
                parts = ["".join(parts)]
            found.append(NumberRead(reading, all(left[part] > 0 for part in parts)))
            left.subtract(parts)
        return tuple(found)

    @property
    def judged(self) -> tuple[tuple[float, bool], ...]:
        """Each digit's confidence and whether it is right; empty where another count of digits was read than is there.

        Then nobody can say which digit was to be which. A ``?`` holds its place and is not judged.
        """
        there, digits = "".join(self.expected), [digit for reading in self.readings for digit in reading.digits]
        if len(there) != len(digits):
            return ()
        pairs = zip(there, digits, strict=True)
        return tuple((digit.confidence, str(digit.value) == a) for a, digit in pairs if digit.value is not None)


@dataclass(frozen=True)
class PictureScore:
    """A folder's result, or several folders'; a picture that could not be read counts as read empty.

    Attributes:
        folder: as it was named, or what several are called.
        results: one a picture, in the order of labels.csv.
        joined: its labels say nothing of how the digits are grouped: what counts is all of them as one string.
    """

    folder: str
    results: tuple[PictureResult, ...]
    joined: bool = False

    @property
    def measure(self) -> float:
        """The figure that is compared: number F1, or of a joined folder the share of pictures whose digits are right.

        The mean over folders is of these.
        """
        return self.digits_right if self.joined else self.f1

    @property
    def errors(self) -> int:
        """Pictures that could not be read at all."""
        return sum(result.error is not None for result in self.results)

    @property
    def exact(self) -> float:
        """Share of pictures whose list of numbers is right."""
        return fmean(result.exact for result in self.results)

    @property
    def digits_right(self) -> float:
        """Share of pictures whose digits are right, taken as one string."""
        return fmean(result.joined for result in self.results)

    @property
    def f1(self) -> float:
        """F1 of numbers found and right over the whole folder, a multiset a picture."""
        return number_f1((result.expected, result.read) for result in self.results)

    @property
    def digit_accuracy(self) -> float:
        """1 - edit distance / true length, a picture's digits taken as one string."""
        wrong = sum(edit_distance("".join(r.expected), "".join(r.read)) for r in self.results)
        return 1 - wrong / max(1, sum(len("".join(r.expected)) for r in self.results))

    @property
    def judged(self) -> int:
        """Digits that the calibration error is over: those of pictures where as many were read as are there."""
        return sum(len(result.judged) for result in self.results)

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: how far the digits' confidence is from the share that is right."""
        pairs = np.array([pair for result in self.results for pair in result.judged], np.float32).reshape(-1, 2)
        return expected_calibration_error(pairs[:, 0], pairs[:, 1] > 0)

    @property
    def sure(self) -> int:
        """Numbers read with a confidence of 95 % or more."""
        return sum(number.is_sure for result in self.results for number in result.numbers)

    @property
    def sure_and_wrong(self) -> int:
        """Those of them that are not on the picture."""
        return sum(number.is_sure and not number.right for result in self.results for number in result.numbers)

    @property
    def doubtful(self) -> int:
        """Numbers read with a ``?``."""
        return sum("?" in text for result in self.results for text in result.read)

    @property
    def unread(self) -> int:
        """Pictures with numbers on them and none read."""
        return sum(bool(result.expected) and not result.read for result in self.results)

    @property
    def misread(self) -> tuple[PictureResult, ...]:
        """The pictures that are not read right, the most confident mistake first."""
        wrong = [result for result in self.results if not (result.joined if self.joined else result.exact)]
        return tuple(sorted(wrong, key=lambda result: -worst_confidence(result)))


def worst_confidence(result: PictureResult) -> float:
    """Return the confidence of the most confident wrong number of a picture; 0 where none is wrong."""
    return max((number.reading.confidence for number in result.numbers if not number.right), default=0.0)


def score_folder(folder: Path, read: Callable[[Path], Sequence[Reading]], *, joined: bool = False) -> PictureScore:
    """Read every picture that ``folder``'s labels.csv names, and compare.

    Args:
        folder: has labels.csv, and the pictures beside it or in ``images``.
        read: a reader, such as ``Reader().read``.
        joined: as in PictureScore.

    Raises:
        DataError: labels.csv is missing or of another form.
    """
    results = (_result(picture_path(folder, name), name, want, read) for name, want in load_labels(folder).items())
    return PictureScore(str(folder), tuple(results), joined)


def together(scores: Sequence[PictureScore]) -> PictureScore:
    """Return the score over all pictures of all folders."""
    return PictureScore("together", tuple(chain.from_iterable(score.results for score in scores)))


def mean_measure(scores: Sequence[PictureScore]) -> float:
    """Return the mean over folders, each of which counts alike however many pictures it has."""
    return fmean(score.measure for score in scores)


def edit_distance(a: str, b: str) -> int:
    """Return the Levenshtein distance: insertions, deletions and replacements that make ``b`` of ``a``."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        following = [i]
        for j, y in enumerate(b, 1):
            following.append(min(row[j] + 1, following[-1] + 1, row[j - 1] + (x != y)))
        row = following
    return row[-1]


def _result(
    path: Path, name: str, expected: tuple[str, ...], read: Callable[[Path], Sequence[Reading]]
) -> PictureResult:
    try:
        return PictureResult(name, path, expected, tuple(read(path)))
    except SourceError as exc:
        return PictureResult(name, path, expected, error=str(exc).removeprefix(f"{path}: "))
