"""A page in the making: the hand and the inks on it, and the part of it that the view sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats
from numbre_export.synthesis.handwriting import Hand
from numbre_export.synthesis.shapes import Shape, type_shape
from numbre_export.synthesis.sheet import Ink, Layer, Mark
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.surfaces import Surface, random_paper

Region = tuple[float, float, float, float]  # left, top, right, bottom, page pixels
Style = Literal["photograph", "scan", "bilevel", "screen"]


@dataclass
class Page:
    """What a page maker fills in.

    Attributes:
        sources: hands and types.
        rng: for everything random.
        area: what the view may see, page pixels.
        view: what it sees without turning, page pixels.
        height: of a digit, page pixels.
        hand: who writes.
        ink: what with.
        surface: what on.
        style: how its picture is taken.
        layers: what lies on it, from below.
        window: the part of the view that the picture shows; the rest is filled in. None: all of it.
        turn: of the sheet in the view, radians.
    """

    sources: Sources
    rng: Generator
    area: Region
    view: Region
    height: float
    hand: Hand
    ink: Ink
    surface: Surface
    style: Style
    layers: list[Layer] = field(default_factory=list)
    window: Region | None = None
    turn: float = 0.0

    @property
    def pen(self) -> float:
        return self.hand.width

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def logarithmic(self, low: float, high: float) -> float:
        """Return a value between the two, all its octaves alike."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def lay(self, marks: Sequence[Mark], ink: Ink | None = None) -> None:
        """Add marks on top, with the page's pen where no ink is given."""
        if marks:
            self.layers.append(Layer(ink or self.ink, list(marks)))

    def rule(self, lines: Sequence[Floats], width: float, ink: Ink) -> None:
        """Add lines that are no writing."""
        self.lay([Mark([line], width) for line in lines], ink)

    def print_text(self, text: str, x: float, foot: float, size: float, *, face: str | None = None) -> list[Mark]:
        """Set type with digits ``size`` page pixels high; digits in it are boxes nobody is blamed for."""
        face = face or self.sources.typeface(self.rng)
        marks, right = [], x
        for word in text.split():
            shape = type_shape(face, word)
            marks.append(placed(shape, right, foot, size))
            right += (shape.extent[0] + 0.45) * size
        return marks

    def near(self, **changes: object) -> Hand:
        """Return the page's hand, changed."""
        return replace(self.hand, **changes)  # type: ignore[arg-type]


def placed(shape: Shape, x: float, foot: float, size: float) -> Mark:
    """Return a shape of type with its ink's foot on a line."""
    move = np.array([x, foot - shape.extent[1] * size], np.float32)
    return Mark([line * np.float32(size) + move for line in shape.lines], 0.0, filled=True)


def random_ink(rng: Generator, paper: float) -> Ink:
    """Return a pen's ink that shows on paper of that tone."""
    kind = rng.random()
    faint = rng.random() < 0.15
    tone = float(rng.uniform(0.03, 0.4)) * min(1.0, paper + 0.1)
    density = float(rng.uniform(0.35, 0.6) if faint else rng.uniform(0.7, 1.0))
    if kind < 0.4:  # ballpoint
        return Ink(tone=tone, density=density, patches=float(rng.uniform(0, 0.35)), grain=float(rng.uniform(0, 0.3)))
    if kind < 0.65:  # gel, fibre, marker
        return Ink(tone=tone * 0.7, density=max(density, 0.6), bleed=float(rng.uniform(0, 0.6)))
    if kind < 0.82:  # pencil
        return Ink(tone=float(rng.uniform(0.2, 0.55)) * paper, density=density, grain=float(rng.uniform(0.2, 0.8)),
                   patches=float(rng.uniform(0, 0.4)))  # fmt: skip
    return Ink(tone=tone, density=density, pooling=float(rng.uniform(0.1, 0.5)), patches=float(rng.uniform(0, 0.5)),
               bleed=float(rng.uniform(0, 0.5)))  # fmt: skip


def print_ink(rng: Generator, paper: float) -> Ink:
    """Return printer's ink: black, grey or a colour's grey."""
    tone = float(rng.uniform(0.02, 0.3) if rng.random() < 0.5 else rng.uniform(0.3, 0.8)) * paper
    return Ink(tone=tone, density=float(rng.uniform(0.75, 1.0)), grain=float(rng.choice((0.0, 0.0, 0.3))))


def blank_page(sources: Sources, rng: Generator, view: tuple[int, int], height: float) -> Page:
    """Return an empty page for a view ((H, W), page pixels) with digits of ``height``."""
    surface = random_paper(rng)
    board = rng.random() < 0.06
    if board:
        surface = replace(surface, tone=float(rng.uniform(0.06, 0.3)), cloud=float(rng.uniform(0.02, 0.15)))
        ink = Ink(tone=float(rng.uniform(0.6, 0.95)), density=float(rng.uniform(0.6, 1)),
                  grain=float(rng.uniform(0.1, 0.7)), patches=float(rng.uniform(0, 0.5)))  # fmt: skip
    else:
        ink = random_ink(rng, surface.tone)
    touching = rng.random() < 0.3
    hand = Hand(
        writer=sources.hand(rng),
        height=height,
        width=max(0.7, height * float(np.exp(rng.uniform(np.log(0.035), np.log(0.2))))),
        gap=float(rng.uniform(-0.14, 0.04) if touching else rng.uniform(0.06, 0.4)),
        slant=float(rng.normal(0.05, 0.14)),
        aspect=float(np.exp(rng.normal(0, 0.12))),
        jitter=float(rng.uniform(0.1, 1.2)),
        climb=float(rng.normal(0, 0.02)),
    )
    turn = float(rng.uniform(-0.26, 0.26) if rng.random() < 0.25 else rng.normal(0, 0.03))
    margin = 12 + 0.5 * max(view) * abs(np.sin(turn))  # what the turned view sees beyond the upright one
    kind = rng.random()
    style: Style = "photograph" if kind < 0.6 else "scan" if kind < 0.88 else "bilevel"
    return Page(sources, rng, (-margin, -margin, view[1] + margin, view[0] + margin), (0, 0, view[1], view[0]), height,
                hand, ink, surface, style, turn=turn)  # fmt: skip
