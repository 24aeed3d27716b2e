"""Lines that are printed on paper before anybody writes on it, and words beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.paths import dots, segment
from numbre_export.synthesis.sheet import Mark, right_of

LABELS = (
    "Name", "Date", "No.", "Total", "Year", "Amount", "Age", "Sum", "Street", "Page", "Class", "Mark", "Code", "Tel.",
    "Result", "Score", "Votes", "Price", "Weight", "kg", "EUR", "Signature", "Remarks", "Unit", "Time", "Field 3", "2.",
    "(a)", "Rs.", "US$", "A4", "Form 12", "born in", "Number of", "please", "Art. 5", "TOTAL", "DATE", "km", "%",
)  # fmt: skip


def ruled_paper(page: Page, pitch: float, start: float) -> None:
    """Rule the paper: not at all, with lines, squares, dots; ``start`` is the first baseline, page pixels."""
    kind = page.one_of(("none", "none", "none", "ruled", "ruled", "squared", "dotted"))
    if kind == "none":
        return
    left, top, right, bottom = page.area
    ink = replace(page.printing, density=page.between(0.2, 1.0))
    width = page.hairline(0.015, 0.07)
    first = start - np.ceil((start - top) / pitch) * pitch + page.between(-0.05, 0.2) * page.height
    step = pitch if kind != "squared" else pitch / int(page.rng.choice((1, 2, 3)))
    rows = np.arange(first, bottom, step).tolist()
    if kind == "dotted":
        gap = max(1.0, width) * page.between(2, 5)
        page.lay([Mark.of(dots(left, y, right, y, gap), width) for y in rows], ink)
        return
    page.rule([segment(left, y, right, y) for y in rows], width, ink)
    if kind == "squared":
        page.rule([segment(x, top, x, bottom) for x in np.arange(left, right, step).tolist()], width, ink)
    if page.chance(0.15):
        x = page.between(left, right)
        page.rule([segment(x, top, x, bottom)], width, ink)


def labels(page: Page, foot: float, *, most: int = 30) -> None:
    """Print words along a line."""
    x, size, face = page.area[0], page.height * page.logarithmic(0.3, 1.0), page.sources.typeface(page.rng)
    marks: list[Mark] = []
    apart = page.between(0.4, 5)
    while x < page.area[2] and len(marks) < most:
        if page.chance(0.1):  # a line to write on
            long = size * page.between(2, 8)
            marks.append(Mark.of([segment(x, foot, x + long, foot)], max(0.5, 0.06 * size)))
            x += long
            continue
        marks += page.print_text(page.one_of(LABELS), x, foot, size, face=face)
        x = right_of(marks, x) + size * apart * page.between(0.5, 1.5)
    page.lay(marks, page.printing)
