"""Sums and equations: digits among operators and letters, in lines or in columns."""

from __future__ import annotations

from math import inf

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.pages.rulings import ruled_paper
from numbre_export.synthesis.paths import segment
from numbre_export.synthesis.sheet import Mark, extent, moved, right_of

_OPERATORS = "+-=x/:<>·*+-=+=x"
_NAMES = "abcxyzkmntpuvw()[]xyxy"


def equations(page: Page) -> None:
    """Write equations: numbers, letters, operators, powers, at times a brace before them or a frame around."""
    left, top, right, bottom = page.area
    pitch = page.height * page.between(1.5, 3.0)
    start = top + page.between(0, 1) * pitch
    ruled_paper(page, pitch, start)
    few, space = page.chance(0.35), page.between(0.1, 0.9)
    lines = int(page.rng.integers(1, 4)) if few else 100
    marks: list[Mark] = []
    first = page.view[1] + page.between(1, 4) * page.height if few else start
    for foot in np.arange(first, bottom + pitch, pitch).tolist()[:lines]:
        x = left + page.between(0, 5) * page.height
        end = x + page.height * page.between(3, 14) if few else right
        while x < min(right, end) and len(marks) < 130:
            added = _term(page, x, foot, pitch)
            marks += added
            x = right_of(added, x) + page.space(space * page.between(0.5, 1.5))
    page.lay(marks)
    if few and marks:
        _around(page, marks)


def column(page: Page) -> None:
    """Write a sum in a column: numbers flush right, an operator, a line, the result."""
    x, foot = (
        page.between(page.view[0] + 2 * page.height, page.view[2]),
        page.view[1] + page.between(1, 2) * page.height,
    )
    pitch = page.height * page.between(1.15, 1.8)
    ruled_paper(page, pitch, foot)
    marks: list[Mark] = []
    for row in range(int(page.rng.integers(2, 6))):
        text = numerals.whole(page.rng) if page.chance(0.8) else numerals.decimal(page.rng)
        written = page.number(text, 0, foot, room=(inf, pitch))
        written = moved(written, x - right_of(written, 0.0), 0.0)
        if row and page.chance(0.6):
            sign = page.hand.write(page.one_of("+-x"), 0.0, foot, page.rng, number=False)
            written += moved(sign, extent(written)[0] - right_of(sign, 0.0) - page.between(0.2, 1) * page.height, 0.0)
        marks += written
        foot += pitch
        if row and page.chance(0.5):
            left, _, right, _ = extent(marks)
            under = foot - pitch + page.between(0.15, 0.35) * page.height
            tilt = page.height * page.between(-0.1, 0.1)
            marks.append(Mark.of([segment(left, under, right, under + tilt)], page.pen))
            foot += 0.15 * pitch
    page.lay(marks)


def _term(page: Page, x: float, foot: float, pitch: float) -> list[Mark]:
    kind = page.rng.random()
    if kind < 0.47:
        text = numerals.whole(page.rng) if page.chance(0.8) else numerals.decimal(page.rng)
        marks = page.number(text, x, foot, room=(inf, pitch))
    elif kind < 0.75:
        return page.hand.write(page.one_of(_OPERATORS), x, foot, page.rng, number=False)
    else:
        marks = page.hand.write(page.one_of(_NAMES), x, foot, page.rng, number=False)
    if page.chance(0.12):  # a power
        small = page.near(height=page.height * page.between(0.35, 0.7))
        over = foot - page.height * page.between(0.5, 0.9)
        marks += small.write(numerals.digits(page.rng, 1), right_of(marks, x) + 0.1 * page.height, over, page.rng)
    return marks


def _around(page: Page, marks: list[Mark]) -> None:
    left, top, right, bottom = extent(marks)
    kind, room = page.rng.random(), page.height * page.between(0.3, 1.5)
    lines: list[Floats] = []
    if kind < 0.25:  # a frame by hand
        x = np.array([left, right, right, left, left]) + np.array([-1, 1, 1, -1, -1]) * room
        y = np.array([top, top, bottom, bottom, top]) + np.array([-1, -1, 1, 1, -1]) * room
        shake = page.rng.normal(0, 0.06 * page.height, (2, 5))
        lines.append(np.column_stack([x + shake[0], y + shake[1]]).astype(np.float32))
    elif kind < 0.5:  # a brace
        t, reach = np.linspace(0, 1, 13), 0.3 * page.height
        bow = -np.exp(-(((t - 0.5) / 0.08) ** 2)) + np.exp(-((t / 0.08) ** 2)) + np.exp(-(((t - 1) / 0.08) ** 2))
        lines.append(np.column_stack([left - room + reach * bow, top + t * (bottom - top)]).astype(np.float32))
    elif kind < 0.6:  # underlined
        lines.append(segment(left, bottom + 0.3 * room, right, bottom + 0.3 * room))
    elif kind < 0.75:
        page.crop(marks, 0.05, 1.5)
    page.lay([Mark.of([line], page.pen) for line in lines])
