"""Digits and other ink -> lines -> numbers, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from numbre_edge.types import Box, Digit

# A gap this many times the line's usual one, and this share of a digit's height wider, begins a new number.
_GAP_RATIO = 2.0
_GAP_HEIGHT = 0.4
# A page of writing has so many letters. Between its words are gaps wider than this share of the letters' height.
_LETTERS = 30
_SPACE = 0.3
_LOOK_BACK = 3  # marks at a line's end that the next is compared with
# A point or a dash stands lower than this share of the digits' height: what is above is dust, or of the line above.
_ABOVE = 0.25
# A slash overshoots its neighbours by this share of their height, at its head and at its foot.
_OVERSHOOT = 0.05


@dataclass(frozen=True)
class Mark:
    """Ink as decoded: a digit, or None for ink that is none."""

    digit: Digit | None
    box: Box


def lines(marks: list[Mark]) -> list[list[Mark]]:
    """Sort marks into lines of writing, top to bottom, each from left to right.

    A mark belongs to a line if its middle lies within the height of one of the
    line's last marks, or the other way round: lines may slope. An exponent
    belongs to the line of its base.
    """
    found: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: m.box.x):
        near = [(_distance(line, mark), line) for line in found]
        distance, line = min(near, key=lambda pair: pair[0], default=(np.inf, []))
        if distance < np.inf:
            line.append(mark)
        else:
            found.append([mark])
    return sorted(found, key=lambda line: float(np.mean([middle(m.box) for m in line])))


def _distance(line: list[Mark], mark: Mark) -> float:
    """Return how far, in pixels, ``mark`` is above or below the end of ``line``; infinite if it is not on it."""
    last = line[-_LOOK_BACK:]
    level = [
        abs(middle(m.box) - middle(mark.box)) for m in last if _level(m.box, mark.box) or _exponent(m.box, mark.box)
    ]
    return min(level, default=np.inf)


def is_writing(marks: list[Mark]) -> bool:
    """Whether a page is one of letters: at least _LETTERS marks that are no digit, and no more that are."""
    digits = sum(mark.digit is not None for mark in marks)
    return len(marks) - digits >= max(_LETTERS, digits)


def without_words(line: list[Mark]) -> list[Mark]:
    """Take what stands in one word with a letter for a letter too: o, l and s look like digits."""
    return [mark for word in _words(line) for mark in _all_or_none(word)]


def _words(line: list[Mark]) -> list[list[Mark]]:
    """Split a line where its gaps are wider than between letters."""
    height = float(np.median([mark.box.height for mark in line]))
    words = [[line[0]]]
    for before, after in pairwise(line):
        if after.box.x - before.box.right > _SPACE * height:
            words.append([])
        words[-1].append(after)
    return words


def _all_or_none(word: list[Mark]) -> list[Mark]:
    if all(mark.digit is not None for mark in word):
        return word
    return [Mark(None, mark.box) for mark in word]


def numbers(line: list[Mark], others: tuple[Box, ...] = ()) -> list[list[Digit]]:
    """Split a line into numbers: where other ink stands between, where the height of the
    digits changes (an exponent), and where a gap is clearly larger than the others.
    """
    runs: list[list[Digit]] = [[]]
    for mark in _without_slashes(line):
        if mark.digit is None or (runs[-1] and _ends(runs[-1][-1].box, mark.box, others)):
            runs.append([])
        if mark.digit is not None:
            runs[-1].append(mark.digit)
    runs = [run for run in runs if run]
    limit = _gap_limit(runs)
    found = []
    for run in runs:
        found.append([run[0]])
        for before, after in pairwise(run):
            if after.box.x - before.box.right >= limit:
                found.append([])
            found[-1].append(after)
    return found


def _without_slashes(line: list[Mark]) -> list[Mark]:
    """Take a 1 between two digits that overshoots both, above and below, for the slash it is in 31/21."""
    result = list(line)
    for at in range(1, len(line) - 1):
        before, mark, after = line[at - 1 : at + 2]
        if mark.digit and mark.digit.value == 1 and before.digit and after.digit:
            reach = _OVERSHOOT * max(before.box.height, after.box.height)
            above = mark.box.y < min(before.box.y, after.box.y) - reach
            below = mark.box.bottom > max(before.box.bottom, after.box.bottom) + reach
            if above and below:
                result[at] = Mark(None, mark.box)
    return result


def _gap_limit(runs: list[list[Digit]]) -> float:
    """Return the gap, in pixels, from which on a number ends; infinite where all are similar."""
    gaps = [after.box.x - before.box.right for run in runs for before, after in pairwise(run)]
    if len(gaps) < 2:
        return np.inf
    height = float(np.median([digit.box.height for run in runs for digit in run]))
    ordered = sorted(max(gap, 0.15 * height) for gap in gaps)
    return next(
        (b for a, b in pairwise(ordered) if b > _GAP_RATIO * a and b - a > _GAP_HEIGHT * height),
        np.inf,
    )


def _raised(before: Box, after: Box) -> bool:
    """Whether one of two neighbours is an exponent or index of the other."""
    taller, smaller = max(before.height, after.height), min(before.height, after.height)
    return smaller < 0.75 * taller and abs(middle(before) - middle(after)) > 0.4 * taller


def _ends(before: Box, after: Box, others: tuple[Box, ...]) -> bool:
    return _raised(before, after) or _parted(before, after, others)


def _parted(before: Box, after: Box, others: tuple[Box, ...]) -> bool:
    """Whether ink stands between two neighbours: in their gap, where points and dashes stand."""
    top, bottom = min(before.y, after.y), max(before.bottom, after.bottom)
    high = top + _ABOVE * (bottom - top)
    return any(
        before.right <= other.x + other.width / 2 <= after.x and high < middle(other) < bottom for other in others
    )


def middle(box: Box) -> float:
    """Return the height of a box's middle, in frame pixels from the top."""
    return box.y + box.height / 2


def _exponent(base: Box, mark: Box) -> bool:
    """Whether ``mark`` stands close to the right of ``base``, raised, smaller and still beside it."""
    close = -0.3 * base.width < mark.x - base.right < 0.6 * base.height
    return close and mark.height < 0.85 * base.height and base.y < mark.bottom < base.bottom


def _level(before: Box, after: Box) -> bool:
    return before.y <= middle(after) <= before.bottom or after.y <= middle(before) <= after.bottom
