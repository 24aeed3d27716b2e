"""Digits and other ink -> lines -> numbers, in reading order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from numbre_edge.quantiles import median
from numbre_edge.types import Box, Digit
from numbre_edge.vocabulary import SEPARATORS, SIGNS

# A gap this many times the line's usual one, and this share of a digit's height wider, begins a new number.
_GAP_RATIO = 2.0
_GAP_HEIGHT = 0.4
# A page of writing has so many letters. Between its words are gaps wider than this share of the letters' height.
_LETTERS = 30
_SPACE = 0.3
# A finder's word that a number ends counts against similar gaps from here on: it was taught few numbers as wide apart
# as people set them. The best of 0.05, 0.2 and 0.5 over sixteen kinds of pictures.
_ENDED = 0.2
# So many of its heights to either side of a digit a refiner sees (finding/crops.py). Whether a number goes on with what
# is farther away nobody can say, and it does not.
_SEEN = 4.0
# Where it is so sure that a number goes on, what stands between and is no digit is dust or a rule, not an operator, and
# a wide gap is a narrow digit's: displays set a 1 at the right of its cell. The best of 0.9, 0.94 and 0.95.
_GOES_ON = 0.95
_THOUSAND, _LIKELY = 3, 0.5  # digits of a thousand; of a finder, that a number goes on with them after a space
_LOOK_BACK = 3  # tokens at a line's end that the next is compared with
# A point or a dash stands lower than this share of the digits' height: what is above is dust, or of the line above.
_ABOVE = 0.25
# A slash overshoots its neighbours by this share of their height, at its head and at its foot.
_OVERSHOOT = 0.05

# Of what stands in a number: between these shares of a digit's height, measured from its head, are points and commas;
# and between these, signs. As printed type has them, and the pens of 733 writers.
_LOW, _MIDDLE = (0.6, 1.5), (0.25, 0.8)
# A sign is nearer to the digit after it than this share of its height, and than to anything before; two digits with a
# point between are nearer to each other than that many.
_SIGN, _SEPARATED = 0.8, 1.3
# Marks whose middles are nearer than this share of a digit's height, across and down, are one, seen at two levels: a
# cell of the coarser is no larger, 4 pixels where digits are 12.5.
_ONE_MARK = 0.35

Point = tuple[float, float]  # x, y
Doubt = tuple[float, float, float]  # x, y, and how likely it is a mark


@dataclass(frozen=True)
class Token:
    """Ink as decoded.

    Attributes:
        digit: None for ink that is none.
        box: where.
        patch: the number of a digit's patch.
        linked: how likely a digit's number goes on after it, if a finder said so.
        mark: which one, of ink that may belong to a number though it is no digit.
        sure: how likely it is that mark.
    """

    digit: Digit | None
    box: Box
    patch: int | None = None
    linked: float | None = None
    mark: str = ""
    sure: float = 1.0

    def __str__(self) -> str:
        return self.mark or str(self.digit)


def lines(tokens: list[Token]) -> list[list[Token]]:
    """Sort tokens into lines of writing, top to bottom, each from left to right.

    A token belongs to a line if its middle lies within the height of one of the
    line's last tokens, or the other way round: lines may slope. An exponent
    belongs to the line of its base, a comma to that of the digit at whose foot it stands.
    """
    found: list[list[Token]] = []
    passing: defaultdict[int, set[int]] = defaultdict(set)  # strip of the page, a token high -> lines that pass it
    strip = median([token.box.height for token in tokens if not token.mark] or [1])
    for token in sorted(tokens, key=lambda m: m.box.x):
        strips = range(int(token.box.y / strip), int(token.box.bottom / strip) + 1)
        near = {number for place in strips for number in passing[place]}
        distance, number = min(((_distance(found[number], token), number) for number in near), default=(np.inf, -1))
        if distance == np.inf:
            number = len(found)
            found.append([])
        found[number].append(token)
        for place in strips:
            passing[place].add(number)
    return sorted(found, key=lambda line: float(np.mean([middle(m.box) for m in line])))


def _distance(line: list[Token], token: Token) -> float:
    """Return how far, in pixels, ``token`` is above or below the end of ``line``; infinite if it is not on it."""
    last = line[-_LOOK_BACK:]
    level = [abs(middle(m.box) - middle(token.box)) for m in last if _stands_by(m, token)]
    return min(level, default=np.inf)


def _stands_by(before: Token, token: Token) -> bool:
    """Whether ``token`` is on the line of one that is: level with it or its exponent; a comma, at a digit's foot."""
    if token.mark in SEPARATORS:
        return before.digit is not None and _within(before.box, middle(token.box), _LOW)
    return _level(before.box, token.box) or _exponent(before.box, token.box)


def is_writing(tokens: list[Token]) -> bool:
    """Whether a page is one of letters: at least _LETTERS tokens that are no digit, and no more that are."""
    digits = sum(token.digit is not None for token in tokens)
    return len(tokens) - digits >= max(_LETTERS, digits)


def without_words(line: list[Token]) -> list[Token]:
    """Take what stands in one word with a letter for a letter too: o, l and s look like digits."""
    return [token for word in _words(line) for token in _all_or_none(word)]


def _words(line: list[Token]) -> list[list[Token]]:
    """Split a line where its gaps are wider than between letters."""
    height = median([token.box.height for token in line])
    words = [[line[0]]]
    for before, after in pairwise(line):
        if after.box.x - before.box.right > _SPACE * height:
            words.append([])
        words[-1].append(after)
    return words


def _all_or_none(word: list[Token]) -> list[Token]:
    if all(token.digit is not None for token in word):
        return word
    return [Token(None, token.box) for token in word]


def numbers(line: list[Token], points: list[Point]) -> list[list[Token]]:
    """Split a line into numbers: where other ink stands between, where the height of the digits changes (an exponent),
    where a gap is clearly larger than the others and no finder is sure that the number goes on, and where a finder saw
    that one ends. Points, commas and signs that belong to a number stay in it.

    ``points``: the middles of punctuation, from left to right.
    """
    runs: list[list[Token]] = [[]]
    for token in _marks_once(_without_slashes(line)):
        last = runs[-1][-1] if runs[-1] else None
        if token.mark:
            if token.mark in SIGNS and not (last and _near(last.box, token.box, _SIGN)):
                runs.append([token])
            elif token.mark in SEPARATORS and last and last.digit and _within(last.box, middle(token.box), _LOW):
                runs[-1].append(token)
            else:
                runs.append([])
            continue
        if last and (_ends(last, token, runs[-1], points) if token.digit else not _goes_on(_last_digit(runs[-1]))):
            runs.append([])
        if token.digit is not None:
            runs[-1].append(token)
    runs = [run for run in map(_trimmed, runs) if run]
    limit = _gap_limit(runs)
    found = [number for run in runs for number in _in_threes(_parts(run, limit))]
    return [number for number in map(_trimmed, found) if number]


def _parts(run: list[Token], limit: float) -> list[list[Token]]:
    """Split a run where a gap is as wide as ``limit``, or a finder saw that a number ends."""
    parts = [[run[0]]]
    for before, after in pairwise(run):
        if (_gap(before, after) >= limit and not _goes_on(before)) or _ended(before, after):
            parts.append([])
        parts[-1].append(after)
    return parts


def _in_threes(parts: list[list[Token]]) -> list[list[Token]]:
    """Put together what a space parts as thousands are: three digits, with which a number likelier goes on than not."""
    found: list[list[Token]] = []
    open_ended = False  # whether thousands may follow
    for part in parts:
        digits = next((at for at, token in enumerate(part) if token.mark), len(part))
        follows = open_ended and digits == _THOUSAND and _is_followed(found[-1][-1], part[0])
        if follows:
            found[-1] += part
        else:
            found.append(part)
        marked = any(token.mark in SEPARATORS for token in part)
        open_ended = not marked and (follows or sum(token.digit is not None for token in part) <= _THOUSAND)
    return found


def _is_followed(last: Token, digit: Token) -> bool:
    likely = last.linked is not None and last.linked >= _LIKELY
    return likely and _near(last.box, digit.box, _SEPARATED)


def _trimmed(run: list[Token]) -> list[Token]:
    """Return a run without points and commas at its ends, and signs that have no digit."""
    digits = [at for at, token in enumerate(run) if token.digit]
    if not digits:
        return []
    signed = digits[0] and run[digits[0] - 1].mark in SIGNS
    return run[digits[0] - bool(signed) : digits[-1] + 1]


def whole(number: list[Token], doubts: list[Doubt]) -> float:
    """Return how likely a number is just these digits and marks: each linked to the next by a finder, the last to none.

    ``doubts``: what may be a mark, and rather is none, from left to right.
    """
    links = [token.linked for token in number if token.linked is not None]
    sure = [token.sure for token in number]
    after, before = number[0].box.right, number[-1].box.x
    between = doubts[bisect_left(doubts, (after,)) : bisect_right(doubts, (before,))]
    sure += [1 - mark for _, y, mark in between if any(_within(token.box, y, _LOW) for token in number)]
    return min([*links[:-1], 1 - links[-1], *sure]) if links else min(sure)


def _within(digit: Box, y: float, share: tuple[float, float]) -> bool:
    """Whether ``y`` is at such a share of a digit's height, from its head."""
    return share[0] <= (y - digit.y) / digit.height <= share[1]


def _near(before: Box, after: Box, share: float) -> bool:
    return after.x - before.right < share * max(before.height, after.height)


def _without_slashes(line: list[Token]) -> list[Token]:
    """Take a 1 between two digits that overshoots both, above and below, for the slash it is in 31/21."""
    result = list(line)
    for at in range(1, len(line) - 1):
        before, token, after = line[at - 1 : at + 2]
        if token.digit and token.digit.value == 1 and before.digit and after.digit:
            reach = _OVERSHOOT * max(before.box.height, after.box.height)
            above = token.box.y < min(before.box.y, after.box.y) - reach
            below = token.box.bottom > max(before.box.bottom, after.box.bottom) + reach
            if above and below:
                result[at] = Token(None, token.box)
    return result


def _marks_once(line: list[Token]) -> list[Token]:
    """Leave of neighbouring marks that are one the surest; a 7's bar may reach over the point before it."""
    if not any(token.mark for token in line):
        return line
    reach = _ONE_MARK * median([token.box.height for token in line if token.digit] or [0])
    result: list[Token] = []
    for token in sorted(line, key=lambda token: 2 * token.box.x + token.box.width):
        if token.mark and result and result[-1].mark and _apart(result[-1].box, token.box) < reach:
            result[-1] = max(result[-1], token, key=lambda mark: mark.sure)
        else:
            result.append(token)
    return result


def _apart(one: Box, other: Box) -> float:
    """Return how far apart the middles of two boxes are, across or down, whichever is farther."""
    return max(abs(one.x + one.width / 2 - other.x - other.width / 2), abs(middle(one) - middle(other)))


def _gap_limit(runs: list[list[Token]]) -> float:
    """Return the gap, in pixels, from which on a number ends; infinite where all are similar."""
    gaps = [_gap(before, after) for run in runs for before, after in pairwise(run) if not (before.mark or after.mark)]
    if len(gaps) < 2:
        return np.inf
    height = median([token.box.height for run in runs for token in run])
    ordered = sorted(max(gap, 0.15 * height) for gap in gaps)
    return next(
        (b for a, b in pairwise(ordered) if b > _GAP_RATIO * a and b - a > _GAP_HEIGHT * height),
        np.inf,
    )


def _gap(before: Token, after: Token) -> float:
    """Return how many pixels are between two neighbours; 0 where one of them is a mark, which keeps them together."""
    return 0 if before.mark or after.mark else after.box.x - before.box.right


def _last_digit(run: list[Token]) -> Token:
    """Return the last digit of a run; its last token where it has none."""
    return next((token for token in reversed(run) if token.digit), run[-1])


def _ended(token: Token, after: Token) -> bool:
    """Whether a finder saw that a number ends with ``token``, or cannot have seen that it goes on."""
    return token.linked is not None and (token.linked < _ENDED or _gap(token, after) > _SEEN * token.box.height)


def _goes_on(token: Token) -> bool:
    return token.linked is not None and token.linked >= _GOES_ON


def _raised(before: Box, after: Box) -> bool:
    """Whether one of two neighbours is an exponent or index of the other."""
    taller, smaller = max(before.height, after.height), min(before.height, after.height)
    return smaller < 0.75 * taller and abs(middle(before) - middle(after)) > 0.4 * taller


def _ends(last: Token, digit: Token, run: list[Token], points: list[Point]) -> bool:
    """Whether a number ends before ``digit``, whose run so far ends with ``last``."""
    if last.mark in SIGNS:
        return not (_near(last.box, digit.box, _SIGN) and _within(digit.box, middle(last.box), _MIDDLE))
    before = _last_digit(run)
    if last.mark:
        return _raised(before.box, digit.box) or not (_goes_on(before) or _near(before.box, digit.box, _SEPARATED))
    return _raised(last.box, digit.box) or _parted(last.box, digit.box, points)


def _parted(before: Box, after: Box, points: list[Point]) -> bool:
    """Whether ink stands between two neighbours: in their gap, where points and dashes stand."""
    top, bottom = min(before.y, after.y), max(before.bottom, after.bottom)
    high = top + _ABOVE * (bottom - top)
    between = points[bisect_left(points, (before.right, -np.inf)) : bisect_right(points, (after.x, np.inf))]
    return any(high < y < bottom for _, y in between)


def middles(boxes: Iterable[Box]) -> list[Point]:
    """Return the middle of each box, from left to right."""
    return sorted((box.x + box.width / 2, middle(box)) for box in boxes)


def middle(box: Box) -> float:
    """Return the height of a box's middle, in frame pixels from the top."""
    return box.y + box.height / 2


def _exponent(base: Box, token: Box) -> bool:
    """Whether ``token`` stands close to the right of ``base``, raised, smaller and still beside it."""
    close = -0.3 * base.width < token.x - base.right < 0.6 * base.height
    return close and token.height < 0.85 * base.height and base.y < token.bottom < base.bottom


def _level(before: Box, after: Box) -> bool:
    return before.y <= middle(after) <= before.bottom or after.y <= middle(before) <= after.bottom
