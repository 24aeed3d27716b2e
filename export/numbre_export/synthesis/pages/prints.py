"""Pages without handwriting: type in many faces, or nothing but texture, edges and things that are no writing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.pages.rulings import LABELS
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
    """Show no writing at all: cloth, wood, paper seen close, edges, patches, wires."""
    page.surface = random_desk(page.rng, 0.5) if page.chance(0.6) else page.surface
    if page.chance(0.4):  # paper grain seen close
        page.surface = replace(page.surface, fibre=page.between(0.02, 0.2), fibre_size=page.logarithmic(1, 14))
    for _ in range(int(page.rng.choice((0, 1, 2, 5, 12)))):
        tone = page.between(0.03, 1.0)
        soft = Ink(tone=tone, density=page.between(0.2, 1), bleed=page.logarithmic(0.2, 8))
        page.lay([_thing(page)], soft)


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
