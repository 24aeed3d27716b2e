"""Old registers: columns of figures in ink, with a pointed nib, often kept as black and white."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.paths import dots, rectangle, segment
from numbre_export.synthesis.sheet import Mark, moved, right_of


def register(page: Page) -> None:
    """Write a column of figures on dotted or thin lines; often one cell is cut out of it."""
    page.style = "bilevel" if page.chance(0.6) else "scan" if page.chance(0.6) else "photograph"
    page.ink = Ink(tone=page.between(0.05, 0.35), density=page.between(0.6, 1), pooling=page.between(0, 0.4),
                   patches=page.between(0, 0.5), bleed=page.between(0, 0.7), rough=page.between(0, 0.6))  # fmt: skip
    page.surface = replace(page.surface, tone=page.between(0.6, 0.95), cloud=page.between(0.01, 0.12))
    page.hand = page.near(
        slant=page.between(0.0, 0.42),
        nib=page.between(0.3, 0.85) if page.chance(0.7) else 0.0,
        width=max(0.9, page.height * page.logarithmic(0.05, 0.17)),
        jitter=page.between(0.1, 0.7),
        gap=page.between(-0.02, 0.5),
    )
    most, lane = int(page.rng.integers(2, 5)), page.height * page.between(1.05, 1.9)
    wide = page.height * (most + 1) * page.between(0.7, 1.2)
    lefts = np.arange(page.area[0] - page.between(0, 1) * wide, page.area[2], wide).tolist()
    feet = np.arange(page.area[1] + page.between(0, 1) * lane, page.area[3] + lane, lane).tolist()
    _lines(page, lefts, feet)
    if page.chance(0.7):
        x, foot = lefts[int(page.rng.integers(len(lefts)))], feet[int(page.rng.integers(len(feet)))]
        page.crop([Mark.of([rectangle(x, foot - 0.8 * lane, x + wide, foot)], 0.0)], 0.0, 0.5)
        lefts = [other for other in lefts if abs(other - x) < 1.5 * wide]
        feet = [other for other in feet if abs(other - foot) < 1.5 * lane]
    point = page.chance(0.35)
    marks: list[Mark] = []
    for foot in feet:
        for x in lefts:
            if len(marks) > 140 or page.chance(0.08):
                continue
            text = numerals.digits(page.rng, int(page.rng.integers(max(1, most - 1), most + 1)))
            if point and len(text) > 1:
                text = text[:-1] + page.one_of((".", ",", " ")) + text[-1]
            number = page.number(text, x, foot, room=(wide, lane))
            marks += moved(number, x + 0.9 * wide - right_of(number, x), page.height * page.between(-0.12, 0.05))
    page.lay(marks)


def _lines(page: Page, lefts: list[float], feet: list[float]) -> None:
    left, top, right, bottom = page.area
    width = page.hairline(0.015, 0.08)
    drop = page.height * page.between(-0.05, 0.25)
    if page.chance(0.6):
        pitch = page.height * page.between(0.06, 0.3)
        page.lay([Mark.of(dots(left, y + drop, right, y + drop, pitch), width) for y in feet], page.printing)
    elif page.chance(0.7):
        page.rule([segment(left, y + drop, right, y + drop) for y in feet], width)
    heavy = page.hairline(0.03, 0.18)
    page.rule([segment(x, top, x, bottom) for x in lefts if page.chance(0.7)], heavy)
