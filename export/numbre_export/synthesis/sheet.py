"""A sheet being filled in: layers of ink, each of one pen, with what its marks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from numbre_edge.types import Floats

NOTHING = -1  # the label of ink that is no part of a number
LABELS = {**{str(n): n for n in range(10)}, ".": 10, ",": 11, "-": 12, "/": 13}


@dataclass(frozen=True, eq=False)
class Mark:
    """Ink in one place.

    Attributes:
        lines: (n, 2) float32 each, x, y in page pixels.
        width: of the pen, page pixels; of an outline that is filled, what is added around it.
        filled: lines are closed outlines (even-odd).
        label: of LABELS, or NOTHING.
        hard: nobody should be blamed for missing it.
        taper: how much thinner the pen gets along a stroke, 0 to 1.
    """

    lines: Sequence[Floats]
    width: float
    filled: bool = False
    label: int = NOTHING
    hard: bool = False


@dataclass(frozen=True, kw_only=True)
class Ink:
    """How marks look.

    Attributes:
        tone: reflectance, 0 to 1; above the paper's for chalk.
        density: how much of the paper it hides where it lies fully, 0 to 1.
        grain: how much of it fine texture takes away: pencil, chalk, worn type.
        patches: how unevenly it lies over a digit's height: a pen that runs dry.
        pooling: how much darker its edges are: fountain pens, old ink, felt.
        bleed: how far it spreads into the paper, page pixels.
    """

    tone: float
    density: float = 1.0
    grain: float = 0.0
    patches: float = 0.0
    pooling: float = 0.0
    bleed: float = 0.0


@dataclass(frozen=True, eq=False)
class Layer:
    """Marks of one ink."""

    ink: Ink
    marks: list[Mark] = field(default_factory=list)


def segment(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """Return a straight line, (2, 2) float32."""
    return np.array([[x0, y0], [x1, y1]], np.float32)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """Return a closed rectangle, (5, 2) float32."""
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]], np.float32)


def dots(x0: float, y0: float, x1: float, y1: float, pitch: float, dash: float = 0.0) -> list[Floats]:
    """Return a dotted line, or a dashed one: short lines ``pitch`` apart, ``dash`` long."""
    length = float(np.hypot(x1 - x0, y1 - y0))
    count = max(1, int(length / pitch))
    along = np.array([x1 - x0, y1 - y0]) / max(length, 1e-6)
    starts = np.array([x0, y0]) + np.arange(count)[:, None] * pitch * along
    ends = starts + along * max(dash, 0.01)
    return list(np.stack([starts, ends], axis=1).astype(np.float32))
