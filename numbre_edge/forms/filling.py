"""What was read in a field, and what may be written there -> what it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from numbre_edge.forms.form import Field
from numbre_edge.types import Box, Digit, Reading
from numbre_edge.vocabulary import DIGITS

# What one number may be whose digits stand in boxes, the likeliest first, and how likely.
Likeliest = Callable[[Sequence[Box]], Sequence[tuple[str, float]]]

# What is less than this share as likely as the likeliest may be what the field wants, and is not what was written.
_FAIR = 0.01
_UNFOUND = 0.5  # most that is believed of what is read where no digit was found: a word, or a tick, may stand there


def number_in(
    field: Field, numbers: Sequence[Reading], strokes: Sequence[Box], likeliest: Likeliest
) -> tuple[str, float]:
    """Return the one number of a field, and how sure it is; empty where there is none.

    What was read as one number stands if the field may hold it. Else it is the likeliest that the field may hold; where
    there is none, what was read as several is one all the same, and doubtful.

    Args:
        field: which is no comb.
        numbers: that were read in it, from left to right.
        strokes: where else something is written that is as high as a digit, from left to right.
        likeliest: what a number may be whose place is known.
    """
    if len(numbers) == 1 and field.fits(numbers[0].text):
        return numbers[0].text, numbers[0].confidence
    likely = _first(likeliest, [digit.box for number in numbers for digit in number.digits], strokes, field.fits)
    if likely or not numbers:
        return likely or ("", 0.0)
    texts = (number.text if field.kind == "decimal" else map(str, number.digits) for number in numbers)
    text = "".join(part for own in texts for part in own)
    return text, numbers[0].confidence if text == numbers[0].text else 0.0


def comb_in(
    field: Field, box: Box, numbers: Sequence[Reading], strokes: Sequence[Box], likeliest: Likeliest
) -> tuple[str, float]:
    """Return the digits of a comb at ``box``, one a cell, and how sure they are.

    ``?`` is an empty cell between others. Where no digit was read in a cell, or several were, it is the likeliest.
    """
    digits, others = _by_cell(field, box, [digit for number in numbers for digit in number.digits], strokes)
    found: dict[int, tuple[str, float]] = {}
    for cell in sorted(digits.keys() | others.keys()):
        own = digits[cell]
        if len(own) == 1 and own[0].value is not None:
            found[cell] = str(own[0]), own[0].confidence
        elif likely := _first(likeliest, [digit.box for digit in own], others[cell], DIGITS.__contains__):
            found[cell] = likely
        elif own:
            found[cell] = str(own[-1]), own[0].confidence if len(own) == 1 else 0.0
    if not found:
        return "", 0.0
    text = "".join(found[cell][0] if cell in found else "?" for cell in range(min(found), max(found) + 1))
    return text, min(sure for _, sure in found.values())


def _first(
    likeliest: Likeliest, found: Sequence[Box], strokes: Sequence[Box], fits: Callable[[str], bool]
) -> tuple[str, float] | None:
    """Return the likeliest text that fits, of digits that were found, or else of strokes.

    None where that nothing is written there is likelier, or that it is something else by far.
    """
    texts = likeliest(found or strokes) if found or strokes else ()
    for text, likely in texts:
        if not text or likely < _FAIR * texts[0][1]:
            return None
        if fits(text):
            return text, likely if found else min(likely, _UNFOUND)
    return None


def _by_cell(
    field: Field, box: Box, digits: Sequence[Digit], strokes: Sequence[Box]
) -> tuple[dict[int, list[Digit]], dict[int, list[Box]]]:
    """Return digits, and strokes, by the cell that their middle is in."""

    def cell(one: Box) -> int:
        return int((one.x + one.width / 2 - box.x) * field.cells / box.width)

    first: dict[int, list[Digit]] = defaultdict(list)
    for digit in digits:
        first[cell(digit.box)].append(digit)
    second: dict[int, list[Box]] = defaultdict(list)
    for stroke in strokes:
        second[cell(stroke)].append(stroke)
    return first, second
