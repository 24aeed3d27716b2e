"""Displays of seven segments: meters, scales, pumps, clocks; dark on light, or alight on dark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page, Region
from numbre_export.synthesis.pages.rulings import labels
from numbre_export.synthesis.paths import rectangle
from numbre_export.synthesis.sheet import Mark, extent, linked, moved, unlabelled
from numbre_export.synthesis.surfaces import Surface

_UNITS = ("kg", "LITRES", "kWh", "V", "A", "C", "bar", "g", "min", "TOTAL", "m3", "km/h", "AM", "PM", "SET")


def display(page: Page) -> None:
    """Show a number, or a few one below the other, in a window of a case with words on it."""
    photographed(page)
    alight, tone = page.chance(0.35), page.between(0.03, 0.2)
    if not alight:
        tone = page.logarithmic(0.1, 0.95)
    page.surface = Surface(tone=tone, fibre=0.002, cloud=page.between(0, 0.25))
    page.ink = _lit(page, tone, alight)
    page.hand = page.near(
        writer=page.sources.display(page.rng),
        slant=page.between(0.05, 0.2) if page.chance(0.6) else 0.0,
        jitter=0.0,
        climb=0.0,
        aspect=page.between(0.85, 1.15),
    )
    cells = int(page.rng.integers(1, 9))
    pitch = page.height * page.hand.aspect * page.between(0.72, 1.0)
    x, y = page.between(page.view[0], 0.6 * page.view[2]), page.between(page.height, page.view[3])
    lit, ghosts = list[Mark](), list[Mark]()
    for _ in range(int(page.rng.choice((1, 1, 1, 2, 3)))):
        lit += _row(page, _shown(page, cells), cells, x, y, pitch)
        ghosts += unlabelled(_row(page, "8" * cells, cells, x, y, pitch))
        y += page.height * page.between(1.2, 2)
    if page.chance(0.35):  # segments that are not lit show a little
        page.lay(ghosts, replace(page.ink, density=page.ink.density * page.between(0.03, 0.25)))
    page.lay(lit)
    window = _around(page, lit + ghosts)
    edges(page, window)
    case(page, [window])
    reflections(page)
    if page.chance(0.55):
        page.crop([Mark.of([rectangle(*window)], 0.0)], -0.1, 1.5)


def photographed(page: Page) -> None:
    """Have most pages photographed: who scans a meter?"""
    if page.chance(0.7):
        page.style = "photograph"


def case(page: Page, windows: list[Region]) -> None:
    """Cover all but some windows with a case, and print words on it."""
    left, top, right, bottom = page.area
    tone = page.logarithmic(0.05, 1.0)
    outside = rectangle(left - 50, top - 50, right + 50, bottom + 50)
    cover = Mark.of([outside, *(rectangle(*window) for window in windows)], 0.0, filled=True)
    page.lay([cover], Ink(tone=tone, bleed=page.between(0, 0.6)))
    if page.chance(0.6):  # a rim
        rim = Ink(tone=page.between(0.02, 1), density=page.between(0.3, 1))
        page.rule([rectangle(*window) for window in windows], page.hairline(0.02, 0.2), rim)
    if page.chance(0.7):
        page.printing = Ink(tone=page.between(0.7, 1) if tone < 0.4 else page.between(0, 0.3) * tone)
        _, high, _, low = np.array(windows).T
        foot = float(low.max()) + page.height * page.between(0.7, 1.3)
        if page.chance(0.3):
            foot = float(high.min()) - page.height * page.between(0.2, 0.8)
        if page.chance(0.5):
            x = page.between(windows[0][0] - page.height, windows[0][2])
            page.lay(page.print_text(page.one_of(_UNITS), x, foot, page.height * page.between(0.3, 0.8)), page.printing)
        else:
            labels(page, foot)


def edges(page: Page, window: Region) -> None:
    """Let the glass, the frame and their shadows show as bars along a window's sides: none of them is a 1 or a 7."""
    left, top, right, bottom = window
    for _ in range(int(page.rng.choice((0, 1, 2, 4)))):
        thick, away = page.height * page.logarithmic(0.02, 0.3), page.height * page.between(-0.1, 0.25)
        side = int(page.rng.integers(4))
        bar = (
            (left + away, top, left + away + thick, bottom),
            (right - away - thick, top, right - away, bottom),
            (left, top + away, right, top + away + thick),
            (left, bottom - away - thick, right, bottom - away),
        )[side]
        ink = Ink(tone=page.between(0.0, 1.0), density=page.between(0.2, 1.0), bleed=page.between(0, 1.5))
        page.lay([Mark.of([rectangle(*bar)], 0.0, filled=True)], ink)


def reflections(page: Page) -> None:
    """Let lamps, windows and whoever holds the camera show in the glass."""
    left, top, right, bottom = page.view
    for _ in range(int(page.rng.choice((0, 0, 1, 2, 4)))):
        middle = np.array([page.between(left, right), page.between(top, bottom)])
        turns = np.sort(page.rng.uniform(0, 2 * np.pi, int(page.rng.integers(3, 7))))
        size = page.height * page.logarithmic(0.3, 4)
        reach = size * page.rng.uniform(0.4, 1, (len(turns), 1))
        points = middle + reach * np.column_stack([np.cos(turns), np.sin(turns)])
        glare = Ink(tone=page.between(0.3, 1), density=page.between(0.05, 0.4), bleed=page.logarithmic(0.3, 8))
        page.lay([Mark.of([points.astype(np.float32)], 0.0, filled=True)], glare)


def _lit(page: Page, tone: float, alight: bool) -> Ink:
    """Return what segments look like on a ground of that tone: LEDs glow, liquid crystals may hardly darken it."""
    if alight:
        return Ink(tone=page.between(tone + 0.25, 1), bleed=page.logarithmic(0.2, 1 + 0.04 * page.height))
    return Ink(tone=tone * page.between(0.02, 0.45), density=page.between(0.5, 1), bleed=page.between(0, 0.5))


def _shown(page: Page, cells: int) -> str:
    """Return what stands in so many cells, at the right of them."""
    kind = page.rng.random()
    if kind < 0.6 and cells > 2:
        decimals = int(page.rng.integers(1, min(4, cells)))
        figure = numerals.digits(page.rng, int(page.rng.integers(decimals + 1, cells + 1)))
        return figure[:-decimals] + "." + figure[-decimals:]
    if kind < 0.68 and cells > 3:
        return f"{int(page.rng.integers(24)):2d}:{int(page.rng.integers(60)):02d}".strip()
    if kind < 0.75 and cells > 1:
        return "-" + numerals.digits(page.rng, int(page.rng.integers(1, cells)))
    return numerals.digits(page.rng, int(page.rng.integers(1, cells + 1)))


def _row(page: Page, text: str, cells: int, x: float, foot: float, pitch: float) -> list[Mark]:
    """Set digits in cells so wide, at the right end of each; a colon parts two numbers."""
    marks: list[Mark] = []
    wide = page.height * page.hand.aspect * 0.68
    numbers, cell = [list[Mark]()], cells - sum(character not in ".:" for character in text)
    for character in text:
        right = x + cell * pitch + wide
        if character == ":":
            marks += _colon(page, right - (pitch + wide) / 2, foot)
            numbers.append([])
            continue
        own = page.hand.write(character, 0.0, foot, page.rng)
        if character == ".":
            middle = right - (pitch + wide) / 2 + 0.05 * page.height
            left, _, edge, _ = extent(own)
            numbers[-1] += moved(own, middle - (left + edge) / 2, 0.0)
            continue
        numbers[-1] += moved(own, right - extent(own)[2], 0.0)
        cell += 1
    return [*marks, *(mark for number in numbers for mark in linked(number))]


def _colon(page: Page, x: float, foot: float) -> list[Mark]:
    size = 0.1 * page.height
    return [
        Mark.of([rectangle(x - size / 2, y - size / 2, x + size / 2, y + size / 2)], 0.0, filled=True)
        for y in (foot - 0.3 * page.height, foot - 0.7 * page.height)
    ]


def _around(page: Page, marks: list[Mark]) -> Region:
    left, top, right, bottom = extent(marks)
    room = page.height * page.rng.uniform((0.08, 0.08, 0.08, 0.08), (1.2, 0.6, 0.6, 0.6))
    return left - room[0], top - room[1], right + room[2], bottom + room[3]
