"""Numbers as written -> their values, where there is but one that they can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from numbre_edge.types import Reading
from numbre_edge.vocabulary import DECIMAL_MARKS, SEPARATORS, SIGNS, DecimalMark

_WRITTEN: dict[str, str] = dict(zip(DECIMAL_MARKS[1:], SEPARATORS, strict=True))
_THOUSANDS = {mark: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+") for mark in SEPARATORS}
_DECIMAL = {mark: re.compile(rf"\d+{re.escape(mark)}\d+") for mark in SEPARATORS}


def valued(readings: Sequence[Reading], decimal: DecimalMark = "auto") -> tuple[Reading, ...]:
    """Return a picture's readings with their values.

    Args:
        readings: the numbers of one picture.
        decimal: which mark stands before decimals. ``auto``: that which does in the picture's other numbers, those
            that can be read in one way only; where they do not say, what could be read in two ways has no value.
    """
    mark = _WRITTEN.get(decimal) or _told(reading.text for reading in readings)
    return tuple(replace(reading, value=value_of(reading.text, mark)) for reading in readings)


def value_of(text: str, decimal: str | None = None) -> float | None:
    """Return the value of a number as written, a whole one as an int; None where it is doubtful or has none.

    Args:
        text: digits, ``?`` for doubtful ones, a sign, points and commas.
        decimal: the mark that stands before decimals; None where that is not known.
    """
    sign, values = -1 if text.startswith("-") else 1, _values(text.lstrip("".join(SIGNS)))
    if decimal is not None:
        values = {mark: value for mark, value in values.items() if mark in (None, decimal)}
    meant = set(values.values())
    return sign * meant.pop() if len(meant) == 1 else None


def _values(digits: str) -> dict[str | None, float]:
    """Return what a number can be, by the mark that would then stand before decimals; None: none does."""
    if digits.isdigit():
        return {None: int(digits)}
    values: dict[str | None, float] = {}
    for mark, other in (SEPARATORS, SEPARATORS[::-1]):
        whole, _, rest = digits.partition(mark)
        if _THOUSANDS[other].fullmatch(digits):
            values[mark] = int(digits.replace(other, ""))
        elif rest.isdigit() and (_THOUSANDS[other].fullmatch(whole) or _DECIMAL[mark].fullmatch(digits)):
            values[mark] = float(f"{whole.replace(other, '')}.{rest}")
    return values


def _told(texts: Iterable[str]) -> str | None:
    """Return the mark that stands before decimals wherever only one can; None where none does, or both do."""
    told = [list(_values(text.lstrip("".join(SIGNS)))) for text in texts]
    marks = {mark for each in told if len(each) == 1 for mark in each if mark is not None}
    return marks.pop() if len(marks) == 1 else None
