"""Tables: ruled by print or by hand, with headers, cells of few digits, cells left empty."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.cells import centred
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.pages.rulings import LABELS
from numbre_export.synthesis.paths import rectangle, segment
from numbre_export.synthesis.sheet import Mark, extent, moved, right_of


def table(page: Page) -> None:
    """Write numbers of one to four digits into a table with headers, some cells left empty."""
    left, top, right, bottom = page.area
    most = int(page.rng.integers(1, 5))
    lane, header = page.height * page.between(1.1, 2.6), int(page.rng.integers(0, 3))
    xs = [page.between(left, right - 0.3 * (right - left))]
    while xs[-1] < right and len(xs) < 14:
        xs.append(xs[-1] + page.height * page.between(0.9, 1.4) * (most + 0.5))
    ys = np.arange(page.between(top, 0.5 * (top + bottom)), bottom, lane).tolist()
    _rule(page, xs, ys)
    filled = float(page.rng.choice((0.0, 0.5, 0.9, 1.0), p=(0.08, 0.22, 0.4, 0.3)))
    low = page.chance(0.2)  # written on the lower line, not in the middle
    parts = page.chance(0.4)  # marks and measures, with decimals
    marks: list[Mark] = []
    for row, (y, under) in enumerate(pairwise(ys)):
        for column, (x, end) in enumerate(pairwise(xs)):
            if len(marks) > 160:
                break
            middle = under - 0.5 * page.height if low else (y + under) / 2
            if row < header or (column == 0 and header):
                _head(page, x, under - 0.2 * lane)
            elif page.rng.random() < filled:
                count = int(page.rng.integers(1, most + 1))
                text = numerals.decimal(page.rng) if parts and count > 1 else numerals.digits(page.rng, count)
                number = page.number(text, 0.0, 0.0, room=(end - x, lane))
                marks += centred(page, number, (x + end) / 2, middle)
            elif page.chance(0.1):
                dash = page.hand.write(page.one_of("-x/"), 0.0, 0.0, page.rng, number=False)
                marks += centred(page, dash, (x + end) / 2, middle)
    page.lay(marks)
    if page.chance(0.25) and len(ys) > 2 and len(xs) > 2:
        x, y = int(page.rng.integers(len(xs) - 1)), int(page.rng.integers(len(ys) - 1))
        page.crop([Mark.of([rectangle(xs[x], ys[y], xs[x + 1], ys[y + 1])], 0.0)], -0.15, 0.6)


def tally(page: Page) -> None:
    """Write numbers flush right into the rows of a column, with a line drawn up to them or dashes in empty rows."""
    x = page.between(page.view[0] + 2 * page.height, page.view[2])
    lane, count = page.height * page.between(1.05, 1.7), int(page.rng.integers(2, 5))
    top = page.between(page.view[1] - lane, min(page.view[1] + 3 * lane, 0.5 * page.view[3]))
    rows = np.arange(top, page.area[3], lane).tolist()
    lines = [segment(page.area[0], y, x, y) for y in rows] + [segment(x, top, x, page.area[3])]
    if page.chance(0.4):
        lines += [segment(page.area[0], y + lane * 0.12, x, y + lane * 0.12) for y in rows]
    page.rule(lines, page.hairline(0.02, 0.12))
    marks: list[Mark] = []
    last = int(page.rng.integers(1, len(rows) + 1))
    for y in rows[:last]:
        number = page.number(numerals.digits(page.rng, count), 0.0, 0.0, room=(inf, lane))
        foot = y + lane - page.height * page.between(-0.1, 0.3)
        number = moved(number, x - right_of(number, 0.0) - page.height * page.between(-0.05, 0.5), foot)
        marks += number
        if page.chance(0.4):  # so that nobody can write another digit before it
            start = extent(number)[0]
            level = foot - page.height * page.between(0.2, 0.7)
            marks.append(Mark.of([segment(page.area[0], level, start - 0.05 * page.height, level)], page.pen))
    page.lay(marks)


def _rule(page: Page, xs: list[float], ys: list[float]) -> None:
    across = [segment(xs[0], y, xs[-1], y) for y in ys] if page.chance(0.88) else []
    down = [segment(x, ys[0], x, ys[-1]) for x in xs] if page.chance(0.88) else []
    if page.chance(0.2):  # by hand
        shaken: list[Floats] = [line + _shake(page) for line in across + down]
        page.lay([Mark.of([line], page.pen) for line in shaken])
        return
    page.rule(across + down, page.hairline(0.015, 0.1))
    if page.chance(0.3):
        page.rule([rectangle(xs[0], ys[0], xs[-1], ys[-1])], page.hairline(0.05, 0.2))


def _shake(page: Page) -> Floats:
    return page.rng.normal(0, 0.06 * page.height, (2, 2)).astype(np.float32)


def _head(page: Page, x: float, foot: float) -> None:
    kind = page.rng.random()
    if kind < 0.4:
        page.lay(page.near(height=0.6 * page.height).word(x + 0.1 * page.height, foot, page.rng))
    elif kind < 0.75:
        size = page.height * page.between(0.3, 0.7)
        page.lay(page.print_text(page.one_of(LABELS), x + 0.1 * page.height, foot, size), page.printing)
