"""Lines of a form that are filled in: dotted, dashed or solid, words printed around, feet that cross them."""

from __future__ import annotations

from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.pages.rulings import labels
from numbre_export.synthesis.paths import dots, segment
from numbre_export.synthesis.sheet import Mark, extent


def field(page: Page) -> None:
    """Write a number on a line of a form; some are left empty, some have the century printed."""
    page.spread()
    page.style = "photograph" if page.chance(0.35) else "scan" if page.chance(0.7) else "bilevel"
    left, _, right, _ = page.area
    foot = page.between(page.view[1] + page.height, page.view[3])
    width = page.hairline(0.02, 0.16)
    under = foot + page.height * (page.between(-0.15, 0.4) if page.chance(0.9) else page.between(-0.6, -0.3))
    pitch = page.height * page.between(1.5, 3)
    for line in range(-2, 3):
        if line == 0 or page.chance(0.4):
            _line(page, left, right, under + line * pitch, width)
        if line and page.chance(0.5):
            labels(page, under + line * pitch * page.between(0.6, 1.1))
    if page.chance(0.06):
        return
    text = numerals.digits(page.rng, 4) if page.chance(0.4) else numerals.number(page.rng)
    x = page.between(page.view[0], page.view[2] - 0.7 * len(text) * page.height)
    if page.chance(0.12):
        printed = page.print_text(page.one_of(("20", "19", "No", "EUR", "$", "Rs.")), x, foot, 0.9 * page.height)
        page.lay(printed, page.printing)
        x = extent(printed)[2] + 0.15 * page.height
    marks = page.number(text, x, foot, free=True)
    page.lay(marks)
    if page.chance(0.08):
        _clean(page, marks, under, width)
    if page.chance(0.75):
        page.crop(marks)


def _clean(page: Page, marks: list[Mark], y: float, width: float) -> None:
    """Take a printed line away as programs do: with what crosses it, of which a dash remains at times."""
    left, _, right, bottom = extent(marks)
    page.rule([segment(left, y, right, y)], 2 * width, Ink(tone=page.surface.tone))
    if bottom > y:
        feet = [x for mark in marks for x, foot in mark.path.points.tolist() if abs(foot - y) < 2 * width]
        dashes = [segment(x - 2 * width, y, x + page.between(1, 4) * width, y) for x in feet[:8]]
        page.rule(dashes, width)


def _line(page: Page, left: float, right: float, y: float, width: float) -> None:
    kind = page.rng.random()
    if kind < 0.6:
        pitch = max(1.2, width * page.between(1.6, 4))
        page.lay([Mark.of(dots(left, y, right, y, pitch, page.between(0, 0.5) * width), width)], page.printing)
    elif kind < 0.75:
        pitch = width * page.between(4, 12)
        page.lay([Mark.of(dots(left, y, right, y, pitch, pitch * page.between(0.4, 0.8)), 0.6 * width)], page.printing)
    else:
        page.rule([segment(left, y, right, y)], 0.6 * width)
