"""What people do to a number that they do not mean: strike it out, correct it, write over it, go over it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np
from numpy.random import Generator

from numbre_edge.finding.grid import CLASSES, DIGIT_CLASSES
from numbre_export.synthesis.handwriting import Hand
from numbre_export.synthesis.pages.strikes import FOR_ONE, WAYS, Span
from numbre_export.synthesis.sheet import NOTHING, Mark, extent, linked, moved, unlabelled

Room = tuple[float, float]  # width and height that a number may take with what stands next to it, page pixels

ANYWHERE: Room = (inf, inf)
NOWHERE: Room = (0.0, 0.0)
_PLACES = {"right": 0.4, "left": 0.08, "above": 0.37, "below": 0.15}  # of what is meant instead, and how often
_STRUCK, _DIGIT, _OVER = 0.62, 0.14, 0.1  # whole numbers and single digits struck out, written over; else gone over
_ANEW = 0.6  # of what is struck out: something is meant instead
_FAINT = 0.08  # of lines: so light that nobody could say whether they strike anything out
_EACH = 0.2  # of crosses and zigzags: one on each digit
_SLASHED = (0, 1, 7)  # which many write with a slash, or as one; where half are such, nobody could say
_BESIDE, _OVER_IT = ((0.7, 1.0), (0.25, 0.8)), ((0.45, 0.95), (0.08, 0.3))  # size and distance, digit heights


def corrected(marks: list[Mark], hand: Hand, rng: Generator, room: Room = ANYWHERE) -> list[Mark]:
    """Return a number struck out (it is none any more), or a digit of it, written over (nobody can tell), or gone over.

    What is meant instead is a number like any. All of it begins where the number did, or moves to the right.
    """
    kind = rng.random()
    if kind < _STRUCK + _DIGIT:
        new = (struck if kind < _STRUCK else digit_struck)(marks, hand, rng, room)
        return moved(new, max(0.0, extent(marks)[0] - extent(new)[0] - 0.5 * hand.height), 0.0)
    if kind < _STRUCK + _DIGIT + _OVER:
        index = int(rng.integers(len(marks)))
        left, _, _, bottom = extent([marks[index]])
        over = hand.write(str(rng.integers(10)), left, bottom, rng)
        return [replace(m, hard=True) if i == index else m for i, m in enumerate(marks)] + unlabelled(over)
    shifts = rng.normal(0, 0.035 * hand.height, (int(rng.integers(1, 5)), 2)).tolist()
    return marks + [mark for x, y in shifts for mark in unlabelled(moved(marks, x, y))]


def struck(
    marks: list[Mark], hand: Hand, rng: Generator, room: Room = ANYWHERE, *, way: str | None = None
) -> list[Mark]:
    """Strike a number out, in one of WAYS or any; often what is meant stands next to it, if there is ``room``.

    Where a stroke is too light for anybody to say, the number is hard.
    """
    digits = _digits(marks)
    way = way or str(rng.choice(FOR_ONE if len(digits) == 1 else list(WAYS)))
    faint = way in ("line", "wave") and rng.random() < _FAINT
    strokes = _strokes(digits, hand, rng, way, pen=(0.15, 0.35) if faint else (0.8, 1.5), reach=(0.1, 0.5))
    gone = [replace(mark, hard=True) for mark in marks] if faint else unlabelled(marks)
    text = "".join(CLASSES[mark.label] for mark in marks if mark.label != NOTHING)
    meant = "".join(str(rng.integers(10)) if c.isdigit() and rng.random() < 0.6 else c for c in text)
    return gone + strokes + (_anew(meant, marks + strokes, digits, hand, rng, room) if meant else [])


def digit_struck(marks: list[Mark], hand: Hand, rng: Generator, room: Room = ANYWHERE) -> list[Mark]:
    """Strike one digit out. The others are the number; with a new one above or below it, nobody can tell.

    A number in which no digit stands clear of its neighbours is struck out as a whole.
    """
    clear = _clear(marks)
    if not clear:
        return struck(marks, hand, rng, room)
    at = clear[int(rng.integers(len(clear)))]
    strokes = _strokes([marks[at]], hand, rng, str(rng.choice(FOR_ONE)), pen=(0.8, 1.3), reach=(0.0, 0.08))
    place = "above" if rng.random() < 0.7 else "below"
    new = _anew(str(rng.integers(10)), [marks[at], *strokes], [marks[at]], hand, rng, room, place)
    left = linked([replace(m, linked=False, label=NOTHING if i == at else m.label) for i, m in enumerate(marks)])
    return [replace(mark, hard=True) for mark in left + new] + strokes if new else left + strokes


def _strokes(
    digits: Sequence[Mark],
    hand: Hand,
    rng: Generator,
    way: str,
    *,
    pen: tuple[float, float],
    reach: tuple[float, float],
) -> list[Mark]:
    """Return what strikes digits out: ``pen`` times as wide as theirs, and so many digit heights beyond them."""
    each = len(digits) > 1 and (way == "slash" or (way in ("cross", "zigzag") and rng.random() < _EACH))
    if way == "slash" and 2 * sum(mark.label in _SLASHED for mark in digits) >= len(digits):
        way = "cross"
    before, after = (hand.height * rng.uniform(*((0.0, 0.1) if each else reach), 2)).tolist()
    # Bitmaps have strokes of their own: beside them nobody would see a hairline.
    width = max(hand.width, 0.07 * hand.height if digits[0].filled else 0.0) * float(rng.uniform(*pen))
    spans = [Span.around(part, before, after) for part in ([[mark] for mark in digits] if each else [digits])]
    return [Mark.of([line], width) for span in spans for line in WAYS[way](span, width, rng)]


def _anew(
    text: str,
    gone: Sequence[Mark],
    digits: Sequence[Mark],
    hand: Hand,
    rng: Generator,
    room: Room,
    place: str | None = None,
) -> list[Mark]:
    """Write what is meant next to ``digits`` that are ``gone`` with what strikes them out, as large or smaller.

    Often nothing, and where there is no room.
    """
    if rng.random() >= _ANEW:
        return []
    place = place or str(rng.choice(list(_PLACES), p=list(_PLACES.values())))
    beside = place in ("left", "right")
    size, gap = (float(rng.uniform(*limits)) for limits in (_BESIDE if beside else _OVER_IT))
    new = replace(hand, height=size * hand.height).write(text, 0.0, 0.0, rng)
    (left, top, right, bottom), (x0, y0, x1, y1) = extent(gone), extent(new)
    miss, gap = hand.height * float(rng.normal(0, 0.08)), hand.height * gap
    if beside:
        foot = float(np.median([extent([mark])[3] for mark in digits]))
        new = moved(new, right + gap - x0 if place == "right" else left - gap - x1, foot + miss)
    else:
        y = top - gap - y1 if place == "above" else bottom + gap - y0
        new = moved(new, (left + right - x0 - x1) / 2 + 3 * miss, y)
    x0, y0, x1, y1 = extent([*gone, *new])
    return new if x1 - x0 <= room[0] and y1 - y0 <= room[1] else []


def _digits(marks: Sequence[Mark]) -> Sequence[Mark]:
    return [mark for mark in marks if 0 <= mark.label < DIGIT_CLASSES] or marks


def _clear(marks: Sequence[Mark]) -> list[int]:
    """Return which of three symbols or more could be missing: digits, with digits on either side that stand clear."""
    symbols = [at for at, mark in enumerate(marks) if mark.label != NOTHING]
    if len(symbols) < 3:
        return []
    edges = [extent([marks[at]]) for at in symbols]
    digit = [True, *(marks[at].label < DIGIT_CLASSES for at in symbols), True]
    apart = [True, *(one[2] < two[0] for one, two in pairwise(edges)), True]
    return [at for i, at in enumerate(symbols) if all(digit[i : i + 3]) and all(apart[i : i + 2])]
