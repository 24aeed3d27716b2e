"""How good the whole reader is on a folder of labelled pictures."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from numbre_edge.errors import DataError, SourceError
from numbre_edge.types import Reading
from numbre_export.evaluation.calibration import expected_calibration_error

LABELS = "labels.csv"


@dataclass(frozen=True)
class PictureResult:
    """One picture: the numbers that are on it and those that were read, in reading order.

    Attributes:
        confidences: of each digit read, ``?`` too, in the same order.
    """

    file: str
    expected: tuple[str, ...]
    read: tuple[str, ...]
    confidences: tuple[float, ...]
    error: str | None = None

    @property
    def exact(self) -> bool:
        return self.read == self.expected

    @property
    def judged(self) -> tuple[tuple[float, bool], ...]:
        """Each digit's confidence and whether it is right; empty where another count of digits was read than is there.

        Then nobody can say which digit was to be which. A ``?`` holds its place and is not judged.
        """
        there, read = "".join(self.expected), "".join(self.read)
        if len(there) != len(read):
            return ()
        return tuple((c, a == b) for c, a, b in zip(self.confidences, there, read, strict=True) if b != "?")


@dataclass(frozen=True)
class PictureScore:
    """A folder's result, or several folders'; a picture that could not be read counts as read empty.

    Attributes:
        folder: as it was named, or what several are called.
        results: one a picture, in the order of labels.csv.
    """

    folder: str
    results: tuple[PictureResult, ...]

    @property
    def errors(self) -> int:
        """Pictures that could not be read at all."""
        return sum(result.error is not None for result in self.results)

    @property
    def exact(self) -> float:
        """Share of pictures whose list of numbers is right."""
        return sum(result.exact for result in self.results) / len(self.results)

    @property
    def f1(self) -> float:
        """F1 of numbers found and right over the whole folder, a multiset a picture."""
        right = sum((Counter(r.expected) & Counter(r.read)).total() for r in self.results)
        return 2 * right / max(1, sum(len(r.expected) + len(r.read) for r in self.results))

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
    def doubtful(self) -> int:
        """Numbers read with a ``?``."""
        return sum("?" in text for result in self.results for text in result.read)

    @property
    def unread(self) -> int:
        """Pictures with numbers on them and none read."""
        return sum(bool(result.expected) and not result.read for result in self.results)


def score_folder(folder: Path, read: Callable[[Path], Sequence[Reading]]) -> PictureScore:
    """Read every picture that ``folder``'s labels.csv names, and compare.

    Args:
        folder: has labels.csv, ``file,label`` or ``file,expression``, and the
            pictures beside it or in ``images``.
        read: a reader, such as ``Reader().read``.

    Raises:
        DataError: labels.csv is missing or of another form.
    """
    return PictureScore(
        str(folder), tuple(_result(folder, name, want, read) for name, want in load_labels(folder).items())
    )


def together(scores: Sequence[PictureScore]) -> PictureScore:
    """Return the score over all pictures of all folders."""
    return PictureScore("together", tuple(chain.from_iterable(score.results for score in scores)))


def load_labels(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return picture file -> its numbers in reading order, from ``folder``'s labels.csv."""
    path = folder / LABELS
    if not path.is_file():
        raise DataError(f"{path}: no such file; --pictures wants a folder with a {LABELS} of file,label lines")
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        truth = next((name for name in ("label", "expression") if name in columns), None)
        if "file" not in columns or truth is None:
            raise DataError(
                f"{path}: has the columns {', '.join(columns) or 'none'}; expected file,label or file,expression"
            )
        labels = {row["file"]: tuple(re.findall(r"\d+", row[truth] or "")) for row in reader}
    if not labels:
        raise DataError(f"{path}: names no picture")
    return labels


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
    folder: Path, name: str, expected: tuple[str, ...], read: Callable[[Path], Sequence[Reading]]
) -> PictureResult:
    inside = folder / "images" / name
    try:
        readings = read(inside if inside.exists() else folder / name)
    except SourceError as exc:
        return PictureResult(name, expected, (), (), str(exc))
    return PictureResult(
        name,
        expected,
        tuple(reading.text for reading in readings),
        tuple(digit.confidence for reading in readings for digit in reading.digits),
    )
