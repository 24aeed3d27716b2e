"""A sheet being filled in: layers of ink, each of one pen, with what its marks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from numbre_edge.finding.grid import CLASSES
from numbre_edge.types import Floats
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.paths import Path

NOTHING = -1  # the label of ink that is no part of a number
LABELS = {character: label for label, character in enumerate(CLASSES)}


@dataclass(frozen=True, eq=False)
class Mark:
    """Ink in one place.

    Attributes:
        path: its lines, page pixels.
        width: of the pen, page pixels; of an outline that is filled, what is added around it.
        filled: lines are closed outlines (even-odd).
        label: of LABELS, or NOTHING.
        hard: nobody should be blamed for missing it.
        nib: how much thinner a level stroke is than an upright one, 0 to 1.
        linked: its number goes on after it.
    """

    path: Path
    width: float
    filled: bool = False
    label: int = NOTHING
    hard: bool = False
    nib: float = 0.0
    linked: bool = False

    @classmethod
    def of(cls, lines: Sequence[Floats], width: float, *, filled: bool = False) -> Mark:
        """Return ink that is no part of a number."""
        return cls(Path.of(lines), width, filled)


@dataclass(frozen=True, eq=False)
class Layer:
    """Marks of one ink."""

    ink: Ink
    marks: list[Mark] = field(default_factory=list)


def extent(marks: Sequence[Mark]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of all marks' lines, without the pen's width."""
    return Path(np.concatenate([mark.path.points for mark in marks]), ()).extent()


def moved(marks: Sequence[Mark], x: float, y: float) -> list[Mark]:
    """Return marks shifted by x and y."""
    return [replace(mark, path=mark.path.moved(x, y)) for mark in marks]


def linked(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks, in the order of writing, whose labelled ones are symbols of one number."""
    symbols = [at for at, mark in enumerate(marks) if mark.label != NOTHING]
    return [replace(mark, linked=True) if at in symbols[:-1] else mark for at, mark in enumerate(marks)]


def unlabelled(marks: Sequence[Mark]) -> list[Mark]:
    """Return marks as ink that is no part of a number."""
    return [replace(mark, label=NOTHING) for mark in marks]


def right_of(marks: Sequence[Mark], x: float) -> float:
    """Return where marks end on the right; ``x`` without any."""
    return max((float(mark.path.points[:, 0].max()) for mark in marks), default=x)
