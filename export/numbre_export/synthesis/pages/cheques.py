"""Cheques and receipts: amounts on security print, with separators, dashes and flourishes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.paths import segment
from numbre_export.synthesis.sheet import Mark, right_of


def cheque(page: Page) -> None:
    """Write an amount on guilloche, between printed lines, with what keeps others from adding to it."""
    page.style = "photograph" if page.chance(0.25) else "scan" if page.chance(0.85) else "bilevel"
    page.surface = replace(page.surface, tone=page.between(0.5, 0.98))
    if page.chance(0.4):
        page.surface = replace(page.surface, weave=page.between(0.02, 0.12), fibre=page.between(0.01, 0.06))
    if page.ink.tone > page.surface.tone - 0.3:
        page.ink = replace(page.ink, tone=page.surface.tone * page.between(0.05, 0.4))
    security = Ink(tone=page.surface.tone * page.between(0.5, 0.93), density=page.between(0.5, 1))
    for _ in range(int(page.rng.choice((0, 1, 1, 2)))):
        page.lay([Mark.of([line], page.hairline(0.012, 0.05)) for line in guilloche(page)], security)
    foot = page.between(page.view[1] + page.height, page.view[3])
    for level in (page.between(0.02, 0.5), -page.between(1.1, 1.9)):
        if page.chance(0.5):
            y = foot + level * page.height
            page.rule([segment(page.area[0], y, page.area[2], y)], page.hairline(0.02, 0.08))
    if page.chance(0.06):
        return
    text = numerals.amount(page.rng) if page.chance(0.8) else numerals.whole(page.rng)
    page.spread()
    hand = page.near(slant=page.hand.slant + page.between(-0.05, 0.3))
    x = page.between(page.view[0] - 0.3 * page.height, page.view[2] - 0.75 * len(text) * page.height)
    before = page.hand.write(page.one_of("#$*=-"), x, foot, page.rng, number=False) if page.chance(0.12) else []
    marks = before + page.number(text, right_of(before, x) + 0.2 * page.height, foot, hand=hand)
    if page.chance(0.45):
        ending = page.one_of((".-", ",-", "-", "=", ".=", "--", "//", ".", ",", "*", "#", "-x"))
        after = hand.write(ending, right_of(marks, x) + 0.15 * page.height, foot, page.rng, number=False)
        # A point or a dash after an amount is one and is none.
        marks += [replace(mark, hard=True) for mark in after]
    if page.chance(0.25):
        marks.append(Mark.of([flourish(page, right_of(marks, x), foot)], page.pen))
    page.lay(marks)
    if page.chance(0.75):
        page.crop(marks, -0.05, 0.7)


def guilloche(page: Page) -> list[Floats]:
    """Return the fine lines of security print: waves, rings, or hatching, over the whole page."""
    left, top, right, bottom = page.area
    pitch, kind = max(2.0, page.height * page.logarithmic(0.07, 0.5)), page.rng.random()
    count = 48
    if kind < 0.6:
        x = np.linspace(left, right, count)
        length, tall = page.height * page.logarithmic(0.7, 8), pitch * page.between(0.1, 3)
        drift, tilt = page.between(0, 0.8), page.between(-0.4, 0.4)
        rows = np.arange(top - 0.4 * (right - left), bottom + 0.4 * (right - left), pitch)[:120]
        phase = x * 2 * np.pi / length + drift * np.arange(len(rows))[:, None]
        y = rows[:, None] + tilt * (x - left) + tall * np.sin(phase)
        return list(np.stack([np.broadcast_to(x, y.shape), y], axis=2).astype(np.float32))
    if kind < 0.85:
        turns = np.linspace(0, 2 * np.pi, count)
        middle = np.array([page.between(left, right), page.between(top, bottom)])
        petals, depth = int(page.rng.integers(2, 12)), page.between(0, 0.35)
        ring = 1 + depth * np.cos(petals * turns)
        shape = np.column_stack([np.cos(turns) * ring, np.sin(turns) * ring])
        radii = np.arange(pitch, right - left, pitch)[:80]
        return [(middle + radius * shape).astype(np.float32) for radius in radii]
    lean = page.between(-1.2, 1.2) * (bottom - top)
    xs = np.arange(left - abs(lean), right + abs(lean), pitch)[:150].tolist()
    return [segment(x, top, x + lean, bottom) for x in xs]


def flourish(page: Page, x: float, foot: float) -> Floats:
    """Return a line that runs on from a number: a dash with a swing, a wave, a loop."""
    reach, t = page.height * page.between(0.8, 5), np.linspace(0, 1, 14)
    swing = page.height * page.between(-0.5, 0.5)
    bow = swing * np.sin(np.pi * t * page.between(0.5, 3))
    level = foot - page.height * page.between(0.05, 0.8)
    return np.column_stack([x + 0.15 * page.height + t * reach, level + bow]).astype(np.float32)
