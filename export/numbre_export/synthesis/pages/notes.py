"""Writing on paper: numbers among words, lists of numbers, words alone, one number alone."""

from __future__ import annotations

from math import inf

import numpy as np

from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.corrections import NOWHERE
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.pages.rulings import ruled_paper
from numbre_export.synthesis.sheet import NOTHING, Mark, extent, linked, moved, right_of

# Without those that nobody can tell from a digit by their shape alone.
_LETTERS = "abcdefhkmnprtuvwxyACEFHKMNPRTUVWXY=+?!()&%#*"
_MOST = 160  # marks of writing on a page: beyond, views far off take long


def note(page: Page) -> None:
    """Fill lines with numbers and words, on plain, ruled, squared or dotted paper."""
    _write_lines(page, words=page.between(0, 0.6))


def words(page: Page) -> None:
    """Fill lines with words, letters and symbols: no number stands there."""
    _write_lines(page, words=1.0)


def alone(page: Page) -> None:
    """Write one number, or one digit, and leave the rest empty."""
    page.spread()
    text = numerals.digits(page.rng, 1) if page.chance(0.5) else numerals.number(page.rng)
    left, top, right, bottom = page.view
    x = page.between(left - 0.2 * page.height, right - 0.7 * len(text) * page.height)
    marks = page.number(text, x, page.between(top + 0.8 * page.height, bottom), free=True)
    if page.chance(0.3):
        ruled_paper(page, page.height * page.between(1.2, 2.5), 0.0)
    page.lay(marks)
    if page.chance(0.6):
        page.crop(marks)


def rows(page: Page) -> None:
    """Write numbers in columns, or digits in rows, nothing else: lists, exercises, samples of a hand."""
    left, top, right, bottom = page.area
    pitch, most = page.height * page.between(1.2, 3.5), int(page.rng.integers(1, 8))
    start, lane = top + page.between(0, 1) * pitch, page.height * (most + 0.5) * page.between(0.8, 1.6)
    ruled_paper(page, pitch, start)
    flush, same = page.chance(0.5), numerals.digits(page.rng, 1) if most == 1 and page.chance(0.2) else ""
    room = NOWHERE if most == 1 else (lane, pitch)  # nobody could say after which single digit a new one comes
    marks: list[Mark] = []
    for foot in np.arange(start, bottom + pitch, pitch).tolist():
        row: list[Mark] = []
        number: list[Mark] = []  # of single digits: what stands evenly apart is one, however far
        for x in np.arange(left + page.between(0, 0.3) * lane, right, lane).tolist():
            written: list[Mark] = []
            if len(marks) + len(row) + len(number) < _MOST and page.chance(0.93):
                text = same or numerals.digits(page.rng, int(page.rng.integers(1, most + 1)))
                written = page.number(text, x, foot, room=room)
                shift = x + 0.8 * lane - right_of(written, x) if flush else 0.0
                written = moved(written, shift, page.height * page.between(-0.1, 0.1))
            if most == 1 and any(mark.label != NOTHING for mark in written):
                number += written
            else:  # an empty place, or one struck out, ends it
                row += linked(number) + written
                number = []
        marks += row + linked(number)
    page.lay(marks)


def _write_lines(page: Page, *, words: float) -> None:
    page.spread()
    left, top, right, bottom = page.area
    pitch = page.height * page.between(1.25, 2.6)
    start = top + page.between(0, 1) * pitch
    ruled_paper(page, pitch, start)
    marks: list[Mark] = []
    space, uneven = page.between(0.6, 2.5), page.chance(0.25)
    for foot in np.arange(start, bottom + pitch, pitch * (1 if page.chance(0.8) else 2)).tolist():
        x = left + page.between(0, 3) * page.height
        while x < right and len(marks) < _MOST:
            hand = page.near(height=page.height * page.logarithmic(0.6, 1.7)) if uneven else page.hand
            kind = page.rng.random()
            if kind >= words:
                added = page.number(numerals.number(page.rng), x, foot, hand=hand, free=True, room=(inf, pitch))
            elif kind >= 0.85 * words and words < 1:
                added = hand.write(numerals.code(page.rng), x, foot, page.rng, number=False)
            elif page.chance(0.75):
                added = hand.word(x, foot, page.rng)
            else:
                text = "".join(page.rng.choice(list(_LETTERS), int(page.rng.integers(1, 5))))
                added = hand.write(text, x, foot, page.rng, number=False)
            marks += added
            x = right_of(added, x) + page.space(space * page.between(0.6, 1.4))
    page.lay(marks)
    if marks and page.chance(0.1):
        some = marks[int(page.rng.integers(len(marks)))]
        x0, y0, x1, y1 = extent([some])
        if x1 < right and y1 < bottom and x0 > left and y0 > top:
            page.crop([some], 0.1, 3.0)
