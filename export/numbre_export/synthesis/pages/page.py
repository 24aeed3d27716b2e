"""A page in the making: the hand and the inks on it, and the part of it that the view sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.handwriting import Hand
from numbre_export.synthesis.inks import Ink, chalk, print_ink, random_ink
from numbre_export.synthesis.pages.corrections import ANYWHERE, Room, corrected
from numbre_export.synthesis.paths import Path
from numbre_export.synthesis.shapes import type_shape
from numbre_export.synthesis.sheet import LABELS, NOTHING, Layer, Mark, extent
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.surfaces import Surface, random_paper

Region = tuple[float, float, float, float]  # left, top, right, bottom, page pixels
# "shown" is what a drawing program has, "screen" a screen photographed.
Style = Literal["photograph", "scan", "bilevel", "shown", "screen"]

CORRECTED = 0.05  # share of numbers that were struck out, written over or gone over
_CLEAR = 0.06  # of a digit's height: the least gap on pages where digits do not touch
_SPREAD = 0.2  # share of pages where digits may stand wide apart, and do
_TWO_HANDS = 0.1  # share of pages on which two people write
_SLANTED, _SLANTS = 0.15, (-0.3, 0.75)  # share of hands that lean as they please, x per y
_NATURAL = 0.1  # share of a pen writer's numbers that are taken as written


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
        other: who writes here too; None for nobody.
        ink: what with.
        surface: what on.
        backdrop: a photograph that is there instead, (H, W) uint8; None for none.
        style: how its picture is taken.
        printing: what is printed on it.
        layers: what lies on it, from below.
        window: the part of the view that the picture shows; the rest is filled in. None: all of it.
        sheet: where the paper ends; None: beyond the view.
        desk: what shows beyond.
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
    printing: Ink
    layers: list[Layer] = field(default_factory=list)
    window: Region | None = None
    sheet: Region | None = None
    desk: Surface | None = None
    turn: float = 0.0
    other: Hand | None = None
    backdrop: Pixels | None = None

    @property
    def pen(self) -> float:
        return self.hand.width

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, max(low, high)))

    def logarithmic(self, low: float, high: float) -> float:
        """Return a value between the two, all its octaves alike."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def one_of(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def hairline(self, low: float = 0.015, high: float = 0.1) -> float:
        """Return the width of a printed line, between these shares of a digit's height."""
        return max(0.5, self.height * self.logarithmic(low, high))

    def lay(self, marks: Sequence[Mark], ink: Ink | None = None) -> None:
        """Add marks on top, with the page's pen where no ink is given."""
        if marks:
            self.layers.append(Layer(ink or self.ink, list(marks)))

    def rule(self, lines: Sequence[Floats], width: float, ink: Ink | None = None) -> None:
        """Print lines."""
        self.lay([Mark.of([line], width) for line in lines], ink or self.printing)

    def number(
        self,
        text: str,
        x: float,
        foot: float,
        *,
        hand: Hand | None = None,
        free: bool = False,
        room: Room = ANYWHERE,
    ) -> list[Mark]:
        """Write a number, at times corrected within ``room``; a ``free`` one may be another that somebody wrote."""
        hand = hand or (self.other if self.other is not None and self.chance(0.4) else self.hand)
        if free and hand.writer.kind == "pen" and self.sources.numbers and self.chance(_NATURAL):
            marks = hand.number(x, foot, self.rng)
        else:
            marks = hand.write(text, x, foot, self.rng)
        return corrected(marks, hand, self.rng, room) if self.chance(CORRECTED) else marks

    def clear(self) -> None:
        """Have the page's hand keep its digits apart, as people do where they are asked to write clearly."""
        self.hand = self.near(gap=max(self.hand.gap, _CLEAR), joins=0.0)

    def spread(self) -> None:
        """Let the page's hand set its digits wide apart at times, as far as any; numbers then stand farther apart."""
        if self.chance(_SPREAD):
            self.hand = self.near(gap=self.between(0.4, 1.3))

    def space(self, share: float) -> float:
        """Return the room between two numbers: ``share`` of a digit's height, and clearly more than within one."""
        return self.height * (share + 1.5 * max(0.0, self.hand.gap))

    def print_text(self, text: str, x: float, foot: float, size: float, *, face: str | None = None) -> list[Mark]:
        """Set type with digits ``size`` page pixels high; its digits are boxes that nobody is blamed for."""
        face = face or self.sources.typeface(self.rng)
        marks: list[Mark] = []
        for word in text.split():
            for part in (word,) if not any(map(str.isdigit, word)) else word:
                shape = type_shape(face, part)
                drop = 0.2 * size if part in ",;" or set(part) & set("gjpqy") else 0.0
                path = Path(shape.path.points * np.float32(size), shape.path.ends)
                path = path.moved(x, foot + drop - shape.extent[1] * size)
                label = LABELS.get(part, NOTHING)
                marks.append(Mark(path, 0.0, filled=True, label=label, hard=label != NOTHING))
                x += (shape.extent[0] + 0.12) * size
            x += 0.35 * size
        return marks

    def near(self, **changes: object) -> Hand:
        """Return the page's hand, changed."""
        return replace(self.hand, **changes)  # type: ignore[arg-type]

    def crop(self, marks: Sequence[Mark], low: float = 0.02, high: float = 1.2) -> None:
        """Cut the picture close around marks, as crops of forms are: so many digit heights away."""
        left, top, right, bottom = extent(marks)
        room = self.height * self.rng.uniform(low, high, 4)
        self.window = (left - room[0], top - room[1], right + room[2], bottom + room[3])


def blank_page(sources: Sources, rng: Generator, view: tuple[int, int], height: float) -> Page:
    """Return an empty page for a view ((H, W), page pixels) with digits of ``height``."""
    surface, kind = random_paper(rng), rng.random()
    style: Style = "photograph" if kind < 0.58 else "scan" if kind < 0.86 else "bilevel" if kind < 0.97 else "screen"
    if rng.random() < 0.06 or (style == "screen" and rng.random() < 0.5):
        surface = replace(surface, tone=float(rng.uniform(0.06, 0.3)), cloud=float(rng.uniform(0.02, 0.15)))
        ink = printing = chalk(rng)
    else:
        ink, printing = random_ink(rng, surface.tone), print_ink(rng, surface.tone)
    touching = rng.random() < 0.4
    hand = Hand(
        writer=sources.hand(rng),
        height=height,
        width=max(0.7, height * float(np.exp(rng.uniform(np.log(0.035), np.log(0.17))))),
        gap=float(rng.uniform(-0.12, 0.05) if touching else rng.uniform(_CLEAR, 0.4)),
        slant=float(rng.uniform(*_SLANTS) if rng.random() < _SLANTED else rng.normal(0.06, 0.15)),
        aspect=float(np.exp(rng.normal(0, 0.12))),
        jitter=float(rng.uniform(0.1, 0.95)),
        climb=float(rng.normal(0, 0.02)),
        nib=float(rng.uniform(0.2, 0.75)) if rng.random() < 0.2 else 0.0,
        joins=float(rng.uniform(0.2, 0.9)) if rng.random() < (0.35 if touching else 0.1) else 0.0,
    )
    other = replace(hand, writer=sources.hand(rng), width=hand.width * float(np.exp(rng.normal(0, 0.4))))
    turn = float(rng.uniform(-0.26, 0.26) if rng.random() < 0.25 else rng.normal(0, 0.03))
    margin = 12 + 0.5 * max(view) * abs(np.sin(turn))  # what the turned view sees beyond the upright one
    return Page(
        sources=sources,
        rng=rng,
        area=(-margin, -margin, view[1] + margin, view[0] + margin),
        view=(0, 0, view[1], view[0]),
        height=height,
        hand=hand,
        ink=ink,
        surface=surface,
        style=style,
        printing=printing,
        turn=turn,
        other=other if rng.random() < _TWO_HANDS else None,
    )
