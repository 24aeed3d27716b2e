"""Pages without handwriting: type in many faces, numbers among it or not, or nothing but texture and things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.pages.rulings import LABELS
from numbre_export.synthesis.paths import rectangle
from numbre_export.synthesis.sheet import Mark, right_of
from numbre_export.synthesis.surfaces import random_desk

_WORDS = (
    "the", "and", "of", "to", "in", "is", "that", "for", "with", "his", "which", "are", "from", "have", "this", "been",
    "would", "there", "their", "all", "will", "other", "when", "time", "may", "form", "general", "water", "number",
    "people", "found", "light", "small", "large", "however", "between", "government", "Several", "The", "It", "Hall",
    "Oslo", "Bill", "look", "illustrated", "Zug", "SIZE", "BOOKS", "IS", "GO", "SOLD", "Agreement", "fully", "quick",
)  # fmt: skip


def printed(page: Page) -> None:
    """Print a text; there is no number in it, but for printed ones, which nobody is asked for."""
    left, top, right, bottom = page.area
    size, face = page.height * page.logarithmic(0.5, 1.4), page.sources.typeface(page.rng)
    pitch, dense = size * page.between(1.5, 2.4), page.between(0, 0.06)
    marks: list[Mark] = []
    for foot in np.arange(top, bottom + pitch, pitch).tolist():
        x = left + (page.between(0, 4) * size if page.chance(0.2) else 0.0)
        while x < right and len(marks) < 160:
            if page.chance(dense):
                text = str(int(page.rng.integers(10 ** int(page.rng.integers(1, 5)))))
            else:
                text = page.one_of(_WORDS if page.chance(0.9) else LABELS)
            marks += page.print_text(text, x, foot, size, face=face)
            x = right_of(marks[-1:], x) + 0.4 * size
    page.lay(marks, page.printing)


def texture(page: Page) -> None:
    """Show no writing at all: cloth, wood, paper seen close, edges, patches, wires, bars, twigs."""
    page.surface = random_desk(page.rng, 0.5) if page.chance(0.6) else page.surface
    if page.chance(0.4):  # paper grain seen close, or leaves, clouds, stone
        size = page.logarithmic(1, 30)
        page.surface = replace(page.surface, fibre=page.logarithmic(0.02, 0.35), fibre_size=size)
    kind = page.rng.random()
    for _ in range(int(page.rng.choice((0, 1, 2, 5, 12, 30)))):
        soft = Ink(tone=page.between(0.03, 1.0), density=page.between(0.2, 1), bleed=page.logarithmic(0.2, 4))
        if kind < 0.6:
            page.lay([_thing(page)], soft)
        elif kind < 0.8 and len(page.layers) < 3:
            page.lay(_bars(page), soft)
        elif len(page.layers) < 6:
            page.lay(_twigs(page), soft)


def photograph(page: Page) -> None:
    """Show whatever people take pictures of; a texture where there are no photographs."""
    if not page.sources.photographs:
        texture(page)
        return
    page.backdrop = page.sources.photograph(page.rng)
    if page.chance(0.7):
        page.style = "shown"
        page.turn = 0.0


def _bars(page: Page) -> list[Mark]:
    """Return what stands in rows: a fence, bricks, windows, keys."""
    left, top, right, bottom = page.area
    wide, high = page.logarithmic(4, 90), page.logarithmic(6, 120)
    gaps, thin = page.rng.uniform(0.05, 0.8, 2) * (wide, high), page.chance(0.5)
    width = max(0.6, page.logarithmic(0.02, 0.3) * min(wide, high))
    marks: list[Mark] = []
    for row, y in enumerate(np.arange(top, bottom, high + gaps[1]).tolist()[:20]):
        shift = 0.5 * wide * (row % 2) * float(page.rng.integers(2))
        for x in np.arange(left - shift, right, wide + gaps[0]).tolist()[:30]:
            marks.append(Mark.of([rectangle(x, y, x + wide, y + high)], width if thin else 0.0, filled=not thin))
    return marks


def _twigs(page: Page) -> list[Mark]:
    """Return lines that branch: hair, cracks, twigs, veins of a leaf."""
    at = np.array([page.between(page.view[0], page.view[2]), page.between(page.view[1], page.view[3])])
    size, turn = page.logarithmic(5, 40), page.between(0, 2 * np.pi)
    marks: list[Mark] = []
    todo = [(at, turn, page.logarithmic(0.8, 8))]
    while todo and len(marks) < 60:
        start, way, width = todo.pop()
        bends = way + np.cumsum(page.rng.normal(0, 0.35, 6))
        steps = size * page.rng.uniform(0.3, 1.2) * np.column_stack([np.cos(bends), np.sin(bends)])
        line = start + np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
        marks.append(Mark.of([line.astype(np.float32)], width))
        if width > 0.8:
            todo += [(line[int(i)], way + side, 0.7 * width) for i, side in zip((3, 6), (0.7, -0.6), strict=True)]
    return marks


def _thing(page: Page) -> Mark:
    """Return a patch, a blade, a wire or a blob, of any size."""
    left, top, right, bottom = page.area
    middle = np.array([page.between(left, right), page.between(top, bottom)])
    size, kind = page.logarithmic(4, 220), page.rng.random()
    turns = np.sort(page.rng.uniform(0, 2 * np.pi, int(page.rng.integers(3, 8))))
    points: Floats = (middle + size * np.column_stack([np.cos(turns), np.sin(turns)])).astype(np.float32)
    if kind < 0.4:
        return Mark.of([points], 0.0, filled=True)
    if kind < 0.7:  # a wire, bent smoothly or not at all
        t = np.linspace(0, 1, 20)[:, None]
        a, b, c = (middle + page.rng.normal(0, size, (3, 2))).tolist()
        curve = (1 - t) ** 2 * np.array(a) + 2 * t * (1 - t) * np.array(b) + t**2 * np.array(c)
        return Mark.of([curve.astype(np.float32)], max(0.6, page.logarithmic(0.01, 0.3) * size))
    round_ = np.linspace(0, 2 * np.pi, 30)
    axes = size * page.rng.uniform(0.2, 1, 2)
    ellipse = (middle + axes * np.column_stack([np.cos(round_), np.sin(round_)])).astype(np.float32)
    if kind < 0.9:
        return Mark.of([ellipse], 0.0, filled=True)
    return Mark.of([ellipse], max(0.6, page.logarithmic(0.02, 0.2) * size))


def figures(page: Page) -> None:
    """Print numbers among words, as labels, receipts, plates and price tags have them; they are to be read."""
    if page.chance(0.25):
        page.style = "shown"
    if page.chance(0.25):  # on something dark
        page.surface = replace(page.surface, tone=page.between(0.03, 0.3))
        page.printing = Ink(tone=page.between(0.6, 1.0))
    else:
        page.printing = replace(page.printing, tone=page.between(0.0, 0.5) * page.surface.tone)
    setter = page.sources.typesetter(page.rng)
    page.hand = page.near(
        writer=setter,
        gap=page.between(0.05, 0.22),
        slant=0.0,
        jitter=0.0,
        climb=0.0,
        joins=0.0,
        aspect=page.between(0.75, 1.2),
    )
    pitch, dense = page.height * page.between(1.4, 3.5), page.between(0.25, 1.0)
    foot = page.between(page.view[1] + page.height, page.view[1] + 3 * page.height)
    marks: list[Mark] = []
    while foot < page.area[3] and len(marks) < 120:
        x = page.view[0] + page.between(0, 3) * page.height
        while x < page.area[2] and len(marks) < 120:
            if page.chance(dense):
                marks += page.hand.write(numerals.number(page.rng), x, foot, page.rng)
            else:
                marks += page.print_text(page.one_of(_WORDS), x, foot, page.height, face=setter.face)
            x = right_of(marks[-1:], x) + page.height * page.between(0.7, 4)
        foot += pitch
        if page.chance(0.3):
            break
    page.lay(marks, page.printing)
    if marks and page.chance(0.3):
        page.crop(marks, 0.05, 2.0)
