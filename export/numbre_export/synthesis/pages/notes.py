"""Writing on paper: numbers among words, columns, sums; words alone; one number alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page, print_ink
from numbre_export.synthesis.sheet import Mark, dots, segment

# Without those that nobody can tell from a digit by their shape alone.
_LETTERS = "abcdefhkmnprtuvwxyACEFHKMNPRTUVWXY=+?!()&%#*"


def note(page: Page) -> None:
    """Fill lines with numbers and words, on plain, ruled, squared or dotted paper."""
    _write_lines(page, words=page.between(0, 0.5))


def words(page: Page) -> None:
    """Fill lines with words, letters and symbols: no number stands there."""
    _write_lines(page, words=1.0)


def alone(page: Page) -> None:
    """Write one number, or one digit, and leave the rest empty."""
    text = numerals.digits(page.rng, 1) if page.chance(0.5) else numerals.number(page.rng)
    left, top, right, bottom = page.view
    x = page.between(left - 0.2 * page.height, max(left, right - 0.7 * len(text) * page.height))
    marks = page.hand.write(text, x, page.between(top + 0.8 * page.height, max(top + page.height, bottom)), page.rng)
    if page.chance(0.3):
        _rulings(page, page.height * page.between(1.2, 2.5), 0.0)
    page.lay(marks)
    if page.chance(0.4):
        frame_to(page, marks)


def sums(page: Page) -> None:
    """Write sums and equations: digits among operators and letters."""
    left, top, right, bottom = page.area
    pitch = page.height * page.between(1.5, 2.6)
    _rulings(page, pitch, top)
    marks: list[Mark] = []
    for foot in np.arange(top + pitch, bottom, pitch):
        x = left + page.between(0, 4) * page.height
        while x < right and len(marks) < 120:
            kind = page.rng.random()
            if kind < 0.5:
                text = numerals.whole(page.rng) if page.chance(0.8) else numerals.decimal(page.rng)
                added = page.hand.write(text, x, foot, page.rng)
            elif kind < 0.8:
                added = page.hand.write(str(page.rng.choice(list("+-=x/:<>·"))), x, foot, page.rng, number=False)
            else:
                added = page.hand.write(str(page.rng.choice(list("abcxyzkmn()[]"))), x, foot, page.rng, number=False)
            marks += added
            x = right_of(added, x) + page.height * page.between(0.15, 0.7)
    page.lay(marks)


def _write_lines(page: Page, *, words: float) -> None:
    left, top, right, bottom = page.area
    pitch = page.height * page.between(1.25, 2.6)
    start = top + page.between(0, 1) * pitch
    _rulings(page, pitch, start)
    marks: list[Mark] = []
    space = page.between(0.6, 2.5)
    for foot in np.arange(start, bottom + pitch, pitch * (1 if page.chance(0.8) else 2)):
        x = left + page.between(0, 3) * page.height
        while x < right and len(marks) < 160:
            if page.rng.random() >= words:
                added = page.hand.write(numerals.number(page.rng), x, float(foot), page.rng)
            elif page.chance(0.75):
                added = page.hand.word(x, float(foot), page.rng)
            else:
                text = "".join(page.rng.choice(list(_LETTERS), int(page.rng.integers(1, 5))))
                added = page.hand.write(text, x, float(foot), page.rng, number=False)
            marks += added
            x = right_of(added, x) + page.height * space * page.between(0.6, 1.4)
    page.lay(marks)


def _rulings(page: Page, pitch: float, start: float) -> None:
    """Rule the paper, or not."""
    kind = page.rng.choice(("none", "none", "ruled", "squared", "dotted"))
    if kind == "none":
        return
    left, top, right, bottom = page.area
    ink = replace(print_ink(page.rng, page.surface.tone), density=page.between(0.25, 1.0))
    width = max(0.5, page.height * page.logarithmic(0.015, 0.07))
    first = start - np.ceil((start - top) / pitch) * pitch + page.between(-0.05, 0.2) * page.height
    rows = np.arange(first, bottom, pitch if kind != "squared" else pitch / int(page.rng.choice((1, 2, 3))))
    if kind == "dotted":
        gap = width * page.between(2, 5)
        page.lay([Mark(dots(left, y, right, y, gap), width) for y in rows.tolist()], ink)
        return
    page.rule([segment(left, y, right, y) for y in rows.tolist()], width, ink)
    if kind == "squared":
        step = rows[1] - rows[0] if len(rows) > 1 else pitch
        page.rule([segment(x, top, x, bottom) for x in np.arange(left, right, step).tolist()], width, ink)
    if page.chance(0.15):
        x = page.between(left, right)
        page.rule([segment(x, top, x, bottom)], width, ink)


def right_of(marks: list[Mark], x: float) -> float:
    """Return where marks end on the right; ``x`` without any."""
    return max((float(line[:, 0].max()) for mark in marks for line in mark.lines), default=x)


def frame_to(page: Page, marks: list[Mark]) -> None:
    """Cut the picture close around marks, as crops of forms are."""
    points = np.concatenate([line for mark in marks for line in mark.lines])
    low, high = points.min(axis=0), points.max(axis=0)
    room = page.height * page.rng.uniform(0.02, 1.2, 4)
    page.window = (low[0] - room[0], low[1] - room[1], high[0] + room[2], high[1] + room[3])
