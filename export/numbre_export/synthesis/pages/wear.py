"""What befalls any page: stamps, another pen, the other side showing through, specks, holes, borders, folds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.inks import Ink, random_ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page, Region
from numbre_export.synthesis.pages.rulings import LABELS
from numbre_export.synthesis.paths import rectangle, segment
from numbre_export.synthesis.sheet import Layer, Mark, right_of, unlabelled
from numbre_export.synthesis.surfaces import random_desk


def befall(page: Page) -> None:
    """Let some of it happen to a page, in the order in which it does."""
    if page.chance(0.07):
        see_through(page)
    if page.chance(0.05):
        stamp(page)
    if page.chance(0.06):
        stray_strokes(page)
    if page.chance(0.15):
        specks(page)
    if page.chance(0.04):
        holes(page)
    if page.chance(0.12):
        lay_on_desk(page)


def see_through(page: Page) -> None:
    """Show the other side of the sheet, faint and mirrored: writing or print."""
    middle = page.view[0] + page.view[2]
    faint = Ink(tone=0.75 * page.surface.tone, density=page.between(0.1, 0.45), bleed=page.between(0.3, 2.5))
    size, marks = page.height * page.logarithmic(0.4, 1.5), list[Mark]()
    hand, face = page.near(height=size), page.sources.typeface(page.rng)
    written = page.chance(0.5)
    for foot in np.arange(page.area[1], page.area[3], size * page.between(1.5, 3)).tolist():
        x = page.area[0]
        while x < page.area[2] and len(marks) < 90:
            if written:
                number = page.chance(0.4)
                marks += (
                    hand.write(numerals.whole(page.rng), x, foot, page.rng) if number else hand.word(x, foot, page.rng)
                )
            else:
                marks += page.print_text(page.one_of(LABELS), x, foot, size, face=face)
            x = right_of(marks[-1:], x) + size * page.between(0.4, 1.5)
    flip = np.array([[-1, 0], [0, 1]], np.float32)
    mirrored = [replace(mark, path=mark.path.transformed(flip, middle)) for mark in unlabelled(marks)]
    page.layers.insert(0, Layer(faint, mirrored))


def stamp(page: Page) -> None:
    """Stamp the page: a ring or a frame with words in it, over or under the writing."""
    x, y = page.between(page.view[0], page.view[2]), page.between(page.view[1], page.view[3])
    size, width = page.height * page.logarithmic(1, 5), page.hairline(0.03, 0.15)
    turns = np.linspace(0, 2 * np.pi, 40)
    if page.chance(0.5):
        ring = np.column_stack([np.cos(turns), np.sin(turns)])
        lines = [(np.array([x, y]) + size * r * ring).astype(np.float32) for r in (1.0, 0.72)]
    else:
        lines = [rectangle(x - 1.5 * size, y - 0.6 * size, x + 1.5 * size, y + 0.6 * size)]
    text = page.one_of(("PAID", "COPY", "RECEIVED", "VOID", "ENTERED", "12 MAY 1987", "No. 4"))
    marks = [Mark.of([line], width) for line in lines]
    marks += page.print_text(text, x - 0.9 * size, y + 0.2 * size, 0.4 * size)
    ink = Ink(tone=page.between(0.2, 0.6) * page.surface.tone, density=page.between(0.3, 0.9),
              patches=page.between(0, 0.8), grain=page.between(0, 0.5))  # fmt: skip
    page.layers.insert(int(page.rng.integers(len(page.layers) + 1)), Layer(ink, marks))


def stray_strokes(page: Page) -> None:
    """Let another pen tick, underline, encircle or scribble on the page."""
    ink, height = random_ink(page.rng, page.surface.tone), page.height * page.logarithmic(0.6, 2.5)
    x, y = page.between(page.view[0], page.view[2]), page.between(page.view[1], page.view[3])
    kind, line = page.rng.random(), np.zeros((0, 2))
    if kind < 0.25:  # a tick
        line = np.array([[0, -0.4], [0.25, 0], [0.9, -1.0]])
    elif kind < 0.5:  # an underline, a dash
        line = np.array([[0, 0], [page.between(1, 6), page.between(-0.3, 0.3)]])
    elif kind < 0.75:  # a ring around something
        turns = np.linspace(0, page.between(5.8, 6.8), 24)
        line = np.column_stack([np.cos(turns) * page.between(0.8, 2.5), np.sin(turns)])
    else:  # a scribble
        line = np.cumsum(page.rng.normal(0, 0.5, (int(page.rng.integers(4, 14)), 2)), axis=0)
    place = np.array([x, y]) + height * line
    page.lay([Mark.of([place.astype(np.float32)], page.pen * page.logarithmic(0.6, 1.6))], ink)


def specks(page: Page) -> None:
    """Scatter dust, hairs and blots."""
    left, top, right, bottom = page.area
    marks: list[Mark] = []
    for _ in range(int(page.logarithmic(2, 60))):
        at = np.array([page.between(left, right), page.between(top, bottom)])
        size = page.logarithmic(0.5, 1 + 0.12 * page.height)
        if page.chance(0.15):  # a hair
            curl = np.cumsum(page.rng.normal(0, size, (6, 2)), axis=0)
            marks.append(Mark.of([(at + curl).astype(np.float32)], 0.6))
        else:
            blot = at + page.rng.normal(0, 0.4 * size, (int(page.rng.integers(1, 5)), 2))
            marks.append(Mark.of([blot.astype(np.float32)], size))
    page.lay(marks, Ink(tone=page.between(0, 0.5), density=page.between(0.5, 1)))


def holes(page: Page) -> None:
    """Punch holes, or clip the sheet with a staple or a paper clip."""
    x, y = page.between(page.view[0], page.view[2]), page.between(page.view[1], page.view[3])
    size = page.height * page.logarithmic(0.4, 1.6)
    if page.chance(0.5):
        dark = Ink(tone=page.between(0, 0.3) if page.chance(0.7) else 1.0)
        page.lay([Mark.of([np.array([[x, y + k * 6 * size]], np.float32)], size) for k in range(3)], dark)
        return
    turn = page.between(0, np.pi)
    way = 0.7 * size * np.array([np.cos(turn), np.sin(turn)])
    line = segment(*(np.array([x, y]) - way).tolist(), *(np.array([x, y]) + way).tolist())
    page.lay([Mark.of([line], max(0.8, 0.12 * size))], Ink(tone=page.between(0.1, 0.9)))


def lay_on_desk(page: Page) -> None:
    """Let the sheet end within the view, on one side or several."""
    left, top, right, bottom = page.area
    inset = [float(v) for v in page.rng.uniform(0.08, 0.4, 4) * (page.rng.random(4) < 0.45)]
    wide, high = right - left, bottom - top
    page.sheet = (left + inset[0] * wide, top + inset[1] * high, right - inset[2] * wide, bottom - inset[3] * high)
    page.desk = random_desk(page.rng, page.surface.tone)


def cut(region: Region, rng: np.random.Generator) -> Floats:
    """Return the edge of a sheet, straight or torn."""
    corners = rectangle(*region)
    if rng.random() < 0.8:
        return corners
    along = np.concatenate([np.linspace(a, b, 40, endpoint=False) for a, b in pairwise(corners)])
    return np.asarray(along + rng.normal(0, rng.uniform(0.3, 1.5), along.shape), np.float32)
