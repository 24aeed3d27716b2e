"""Combs and boxes: one digit a cell, frames that digits touch and cross, cells left empty or crossed out."""

from __future__ import annotations

from dataclasses import replace

from numbre_edge.types import Floats
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.corrections import NOWHERE, struck
from numbre_export.synthesis.pages.page import CORRECTED, Page
from numbre_export.synthesis.pages.rulings import labels
from numbre_export.synthesis.paths import dots, rectangle, segment
from numbre_export.synthesis.sheet import Mark, extent, linked, moved

_GUIDE = (0.5, 0.64)  # width and height of an eight to follow, by those of its cell
_FOLLOWED = 0.6  # of pages with such, where digits have its corners; elsewhere nobody minds it


def comb(page: Page) -> None:
    """Write one digit in each cell of a comb, or of a strip of cells; some are left empty."""
    _cells(page, int(page.rng.integers(2, 12)), rows=int(page.rng.choice((1, 1, 2, 4))), apart=0.0)


def boxes(page: Page) -> None:
    """Write one digit in each of some boxes that stand apart; some are left empty."""
    count = int(page.rng.choice((1, 2, 3, 4, 5, 6, 9)))
    _cells(page, count, rows=int(page.rng.choice((1, 1, 2, 4))), apart=page.between(0.1, 0.9))


def frame(page: Page) -> None:
    """Write one number in a large frame."""
    page.spread()
    text = numerals.digits(page.rng, 1) if page.chance(0.4) else numerals.number(page.rng)
    x, foot = page.between(page.view[0], page.view[2] - 2 * page.height), page.between(page.height, page.view[3])
    marks = page.number(text, x, foot, free=True)
    left, top, right, bottom = extent(marks)
    room = page.height * page.rng.uniform((-0.1, -0.1, -0.1, -0.1), (1.6, 1.2, 1.6, 1.2))
    edge = rectangle(left - room[0], top - room[1], right + room[2], bottom + room[3])
    if not page.chance(0.06):
        page.lay(marks)
    page.rule([edge], page.hairline(0.02, 0.22))
    if page.chance(0.4):
        labels(page, top - room[1] - page.height * page.between(0.1, 0.6))
    if page.chance(0.5):
        page.crop([Mark.of([edge], 0.0)], -0.3, 0.8)


def _cells(page: Page, count: int, *, rows: int, apart: float) -> None:
    width = page.hairline(0.02, 0.2)
    wide, high = page.height * page.between(0.75, 1.9), page.height * page.between(0.95, 2.2)
    if apart:
        wide = high * page.between(0.75, 1.25)
    step, lane = wide + apart * page.height, high + (apart if apart else page.between(0, 1)) * page.height
    each, gutter = count, 0.0  # cells of a number, and how much farther apart the next one's are
    if count > 1 and page.chance(0.3):
        each, gutter = int(page.rng.integers(1, min(count, 5))), page.height * page.between(0.6, 2) + step - wide
    x0 = page.between(*sorted((page.view[0] - 0.4 * page.height, page.view[2] - count * step)))
    y0 = page.between(*sorted((page.view[1] - 0.3 * high, page.view[3] - rows * lane)))
    open_top, filled = not apart and page.chance(0.25), float(page.rng.choice((0.0, 0.5, 0.9, 1.0, 1.0)))
    guide, right_first, parted = _guide(page, wide, high), page.chance(0.3), page.chance(0.5)
    faint = replace(page.printing, density=page.between(0.15, 0.6))
    if guide and page.chance(_FOLLOWED):
        square = page.sources.taught(page.rng, square=True)
        aspect = _GUIDE[0] * wide / (0.6 * _GUIDE[1] * high)
        page.hand = page.near(writer=square, height=_GUIDE[1] * high, aspect=aspect, slant=0.0, jitter=0.2)
    lines: list[Floats] = []
    written: list[Mark] = []
    for row in range(rows):
        y = y0 + row * lane
        empty = int(page.rng.integers(0, count)) if right_first else 0
        number: list[Mark] = []  # as far as it is written: what stands evenly apart is one, however far
        for cell in range(count):
            x = x0 + cell * step + cell // each * gutter
            lines += _outline(x, y, wide, high, open_top)
            if cell % each == 0:
                written += linked(number)
                number = []
                if gutter and parted and cell:
                    middle = x - (gutter + step - wide) / 2
                    lines.append(segment(middle, y - 0.2 * lane, middle, y + lane))
            page.lay(moved(guide, x, y), faint)
            if cell < empty:
                written += _crossed(page, x, y, wide, high) if page.chance(0.3) else []
            elif page.rng.random() < filled:
                text = numerals.digits(page.rng, 1) if page.chance(0.95) else page.one_of("-/x")
                symbol = page.hand.write(text, 0.0, 0.0, page.rng, number=text.isdigit())
                aside = page.between(-0.5, 0.5) * _GUIDE[0] * wide if guide and text == "1" else 0.0  # along a stroke
                placed = centred(page, symbol, x + wide / 2 + aside, y + high / 2)
                if not text.isdigit():
                    written += placed
                elif page.chance(CORRECTED):  # as if it were empty
                    written += struck(placed, page.hand, page.rng, NOWHERE)
                else:
                    number += placed
                    continue
            elif page.chance(0.12):
                written += _crossed(page, x, y, wide, high)
            written += linked(number)
            number = []
        written += linked(number)
    page.rule(lines, width)
    if page.chance(0.4):
        labels(page, y0 - page.height * page.between(0.2, 0.6))
    page.lay(written)
    if page.chance(0.25):
        x, y = x0 + step * int(page.rng.integers(count)), y0 + lane * int(page.rng.integers(rows))
        page.crop([Mark.of([rectangle(x, y, x + wide, y + high)], 0.0)], -0.15, 0.7)


def _outline(x: float, y: float, wide: float, high: float, open_top: bool) -> list[Floats]:
    if not open_top:
        return [rectangle(x, y, x + wide, y + high)]
    teeth = [segment(side, y + 0.6 * high, side, y + high) for side in (x, x + wide)]
    return [*teeth, segment(x, y + high, x + wide, y + high)]


def _guide(page: Page, wide: float, high: float) -> list[Mark]:
    """Return the eight that some cells have for digits to follow, dotted or drawn; on most pages none."""
    if not page.chance(0.25):
        return []
    (left, right), (top, bottom) = (
        (0.5 * (1 - share) * side, 0.5 * (1 + share) * side) for share, side in zip(_GUIDE, (wide, high), strict=True)
    )
    ends = [(left, level, right, level) for level in (top, (top + bottom) / 2, bottom)]
    ends += [(side, top, side, bottom) for side in (left, right)]
    if page.chance(0.5):
        return [Mark.of([segment(*end) for end in ends], page.hairline(0.015, 0.12))]
    pitch = page.height * 0.1
    return [Mark.of([dot for end in ends for dot in dots(*end, pitch, 0.4 * pitch)], page.hairline(0.015, 0.06))]


def _crossed(page: Page, x: float, y: float, wide: float, high: float) -> list[Mark]:
    """Cross an empty cell out: from corner to corner, or a dash."""
    if page.chance(0.3):
        level = y + high * page.between(0.35, 0.65)
        return [Mark.of([segment(x + 0.2 * wide, level, x + 0.8 * wide, level)], page.pen)]
    miss = page.rng.normal(0, 0.08 * page.height, 8)
    lines = [
        segment(x + miss[0], y + miss[1], x + wide + miss[2], y + high + miss[3]),
        segment(x + wide + miss[4], y + miss[5], x + miss[6], y + high + miss[7]),
    ]
    return [Mark.of([line], page.pen) for line in lines]


def centred(page: Page, marks: list[Mark], x: float, y: float) -> list[Mark]:
    """Move marks about the middle of a cell, as people hit it."""
    left, top, right, bottom = extent(marks)
    miss = page.rng.normal(0, 0.12 * page.height, 2)
    return moved(marks, x - (left + right) / 2 + float(miss[0]), y - (top + bottom) / 2 + float(miss[1]))
