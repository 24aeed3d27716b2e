"""Counters of rollers, as water, gas and power meters have them: printed drums behind windows, the last one moving."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.displays import case, edges, photographed, reflections
from numbre_export.synthesis.pages.page import Page, Region
from numbre_export.synthesis.paths import rectangle, segment
from numbre_export.synthesis.sheet import Mark, extent, linked, moved, unlabelled
from numbre_export.synthesis.surfaces import Surface

_BETWEEN = 0.22  # of a drum's way to its next digit: farther on, nobody can say which it is


def counter(page: Page) -> None:
    """Show a row of drums, each with its digit, and parts of those above and below it."""
    photographed(page)
    dark = page.chance(0.5)
    tone = page.between(0.02, 0.25) if dark else page.between(0.5, 1)
    page.surface = Surface(tone=tone, fibre=0.004, cloud=page.between(0, 0.1))
    page.ink = Ink(tone=page.between(0.6, 1) if dark else tone * page.between(0.02, 0.4), grain=page.between(0, 0.2))
    page.hand = page.near(
        writer=page.sources.typesetter(page.rng), slant=0.0, jitter=0.0, climb=0.0, aspect=page.between(0.75, 1.15)
    )
    text = numerals.digits(page.rng, int(page.rng.integers(1, 9)))
    step, wide = page.height * page.between(0.85, 1.5), page.height * page.between(0.72, 0.95)
    turn, high = page.height * page.between(1.15, 1.7), page.height * page.between(1.08, 1.9)
    x = page.between(page.view[0], max(page.view[0], page.view[2] - len(text) * step))
    y = page.between(page.height, page.view[3])
    red = int(page.rng.integers(0, 4)) if page.chance(0.3) else 0  # drums behind the point, of another colour
    moving = page.rng.normal(0, 0.05, len(text))
    if page.chance(0.6):
        moving[-1] = page.rng.uniform(-0.5, 0.5)
    windows: list[Region] = []
    number: list[Mark] = []
    for at, character in enumerate(text):
        left, middle = x + at * step, x + at * step + wide / 2
        windows.append((left, y - page.height / 2 - high / 2, left + wide, y - page.height / 2 + high / 2))
        if at >= len(text) - red:
            page.lay([Mark.of([rectangle(*windows[-1])], 0.0, filled=True)], Ink(tone=page.between(0.2, 0.6)))
        digit = _digit(page, character, middle, y + moving[at] * turn)
        number += [replace(mark, hard=abs(float(moving[at])) > _BETWEEN) for mark in digit]
        for way in (-1, 1):
            other = _digit(page, str((int(character) + way) % 10), middle, y + (moving[at] + way) * turn)
            page.lay(unlabelled(other))
    if page.chance(0.25):
        page.lay(_ticks(page, windows[-1]))
    page.lay(linked(number))
    _shade(page, windows)
    one = page.chance(0.3)
    edges(page, (*windows[0][:2], *windows[-1][2:]))
    case(page, [(windows[0][0], windows[0][1], windows[-1][2], windows[0][3])] if page.chance(0.4) else windows)
    reflections(page)
    if page.chance(0.5):
        chosen = windows[int(page.rng.integers(len(windows)))] if one else (*windows[0][:2], *windows[-1][2:])
        page.crop([Mark.of([rectangle(*chosen)], 0.0)], -0.05, 0.25 if one else 1.2)


def _digit(page: Page, character: str, middle: float, foot: float) -> list[Mark]:
    marks = page.hand.write(character, 0.0, foot, page.rng)
    left, _, right, _ = extent(marks)
    return moved(marks, middle - (left + right) / 2, 0.0)


def _ticks(page: Page, window: Region) -> list[Mark]:
    """Return the scale at the right of the last drum."""
    right, step = window[2], (window[3] - window[1]) / page.between(4, 12)
    rows = np.arange(window[1], window[3], step).tolist()
    long = page.height * page.between(0.08, 0.3)
    return [Mark.of([segment(right - long, row, right, row)], page.hairline(0.03, 0.15)) for row in rows]


def _shade(page: Page, windows: list[Region]) -> None:
    """Darken drums where they turn away."""
    ink = Ink(tone=0.0, density=page.between(0.1, 0.7), bleed=page.height * page.between(0.05, 0.3))
    reach = page.height * page.between(0.02, 0.2)
    left, top, right, bottom = windows[0][0], windows[0][1], windows[-1][2], windows[0][3]
    for edge in (rectangle(left, top, right, top + reach), rectangle(left, bottom - reach, right, bottom)):
        page.lay([Mark.of([edge], 0.0, filled=True)], ink)
