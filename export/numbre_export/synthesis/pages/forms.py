"""Forms: a line to write on, combs and boxes of one digit each, tables."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.notes import frame_to, right_of
from numbre_export.synthesis.pages.page import Page, print_ink
from numbre_export.synthesis.sheet import Ink, Mark, dots, rectangle, segment

_LABELS = (
    "Name", "Date", "No.", "Total", "Year", "Amount", "Age", "Sum", "Street", "Page", "Class", "Mark", "Code", "Tel.",
    "Result", "Score", "Votes", "Price", "Weight", "kg", "EUR", "Signature", "Remarks", "Unit", "Time",
)  # fmt: skip


def field_line(page: Page) -> None:
    """Write a number on a printed line, dotted or solid, which its feet may cross."""
    left, _, right, _ = page.area
    foot = page.between(page.view[1] + page.height, max(page.view[1] + 1.1 * page.height, page.view[3]))
    ink, width = print_ink(page.rng, page.surface.tone), max(0.6, page.height * page.logarithmic(0.02, 0.14))
    under = foot + page.height * page.between(-0.15, 0.35)
    if page.chance(0.7):
        pitch = width * page.between(1.6, 4)
        page.lay([Mark(dots(left, under, right, under, pitch, page.between(0, 0.5) * width), width)], ink)
    else:
        page.rule([segment(left, under, right, under)], width, ink)
    for line in (-1, 1):
        if page.chance(0.5):
            _labels(page, under + line * page.height * page.between(1.2, 2.6), ink)
    text = numerals.digits(page.rng, 4) if page.chance(0.4) else numerals.number(page.rng)
    if page.chance(0.06):
        return
    x = page.between(page.view[0], max(page.view[0] + 1, page.view[2] - 0.7 * len(text) * page.height))
    marks = page.hand.write(text, x, foot, page.rng)
    page.lay(marks)
    if page.chance(0.6):
        frame_to(page, marks)


def comb(page: Page) -> None:
    """Write one digit in each cell of a comb, some left empty."""
    cells = int(page.rng.integers(2, 11))
    _cells(page, cells, rows=int(page.rng.choice((1, 1, 2, 4))), apart=0.0)


def boxes(page: Page) -> None:
    """Write one digit in each of some boxes that stand apart, some left empty."""
    _cells(page, int(page.rng.integers(1, 7)), rows=int(page.rng.choice((1, 1, 2, 3))), apart=page.between(0.1, 0.8))


def _cells(page: Page, count: int, *, rows: int, apart: float) -> None:
    ink, width = print_ink(page.rng, page.surface.tone), max(0.6, page.height * page.logarithmic(0.02, 0.14))
    wide, high = page.height * page.between(0.75, 1.9), page.height * page.between(1.0, 2.0)
    if apart:
        wide = high * page.between(0.8, 1.2)
    step, lane = wide + apart * page.height, high + (apart or page.between(0, 1)) * page.height
    x0 = page.between(*sorted((page.view[0] - 0.4 * page.height, page.view[2] - count * step)))
    y0 = page.between(*sorted((page.view[1] - 0.3 * high, page.view[3] - rows * lane)))
    open_top, filled = not apart and page.chance(0.25), float(page.rng.choice((0.0, 0.5, 0.9, 1.0)))
    lines: list[Floats] = []
    marks: list[Mark] = []
    for row in range(rows):
        y = y0 + row * lane
        for cell in range(count):
            x = x0 + cell * step
            if open_top:
                lines += [segment(x, y + high * 0.6, x, y + high), segment(x, y + high, x + wide, y + high)]
                lines.append(segment(x + wide, y + high * 0.6, x + wide, y + high))
            else:
                lines.append(rectangle(x, y, x + wide, y + high))
            if page.rng.random() < filled:
                text = numerals.digits(page.rng, 1) if page.chance(0.95) else str(page.rng.choice(list("-/x")))
                symbol = page.hand.write(text, 0.0, 0.0, page.rng, number=text != "x")
                marks += _centred(page, symbol, x + wide / 2, y + high / 2)
            elif page.chance(0.15):
                page.lay([Mark([segment(x, y, x + wide, y + high), segment(x + wide, y, x, y + high)], page.pen)])
    page.rule(lines, width, ink)
    if page.chance(0.4):
        _labels(page, y0 - page.height * page.between(0.2, 0.6), ink)
    page.lay(marks)


def table(page: Page) -> None:
    """Write numbers of one to four digits into a ruled table with headers, some cells left empty."""
    left, top, right, bottom = page.area
    ink, width = print_ink(page.rng, page.surface.tone), max(0.5, page.height * page.logarithmic(0.015, 0.1))
    most = int(page.rng.integers(1, 5))
    lane, header = page.height * page.between(1.15, 2.4), int(page.rng.integers(0, 3))
    xs = [page.between(left, right - 0.3 * (right - left))]
    while xs[-1] < right and len(xs) < 14:
        xs.append(xs[-1] + page.height * page.between(0.9, 1.3) * (most + 0.5))
    ys = np.arange(page.between(top, 0.5 * (top + bottom)), bottom, lane).tolist()
    if page.chance(0.85):
        page.rule([segment(xs[0], y, xs[-1], y) for y in ys], width, ink)
    if page.chance(0.85):
        page.rule([segment(x, ys[0], x, ys[-1]) for x in xs], width, ink)
    filled = float(page.rng.choice((0.0, 0.5, 0.9, 1.0), p=(0.08, 0.22, 0.4, 0.3)))
    marks: list[Mark] = []
    for row, (y, under) in enumerate(pairwise(ys)):
        for column, (x, end) in enumerate(pairwise(xs)):
            if row < header or (column == 0 and header):
                if page.chance(0.6):
                    small = page.near(height=0.6 * page.height)
                    marks += small.word(x + 0.1 * page.height, under - 0.2 * lane, page.rng)
            elif page.rng.random() < filled:
                text = numerals.digits(page.rng, int(page.rng.integers(1, most + 1)))
                symbols = page.hand.write(text, 0.0, 0.0, page.rng)
                marks += _centred(page, symbols, (x + end) / 2, (y + under) / 2)
            elif page.chance(0.1):
                dash = page.hand.write("-", 0.0, 0.0, page.rng, number=False)
                marks += _centred(page, dash, (x + end) / 2, (y + under) / 2)
    page.lay(marks)


def _centred(page: Page, marks: list[Mark], x: float, y: float) -> list[Mark]:
    """Move marks about the middle of a cell, as people hit it."""
    points = np.concatenate([line for mark in marks for line in mark.lines])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    miss = page.rng.normal(0, 0.1 * page.height, 2)
    move = (np.array([x, y]) + miss - middle).astype(np.float32)
    return [Mark([line + move for line in m.lines], m.width, m.filled, m.label, m.hard) for m in marks]


def _labels(page: Page, foot: float, ink: Ink) -> None:
    """Print words along a line."""
    x, size, face = page.area[0], page.height * page.logarithmic(0.3, 1.0), page.sources.typeface(page.rng)
    marks: list[Mark] = []
    while x < page.area[2] and len(marks) < 30:
        added = page.print_text(str(page.rng.choice(_LABELS)), x, foot, size, face=face)
        marks += added
        x = right_of(added, x) + size * page.between(0.4, 4)
    page.lay(marks, ink)
