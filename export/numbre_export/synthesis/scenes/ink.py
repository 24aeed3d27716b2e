"""Pens: from the shape of the strokes to ink, graphite or chalk on a surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.scenes.paper import BGR
from numbre_export.synthesis.scenes.texture import colored, grain, smooth_noise


@dataclass(frozen=True, kw_only=True)
class Pen:
    """How a pen leaves its mark.

    Attributes:
        color: of the full mark, BGR, 0 to 255: what it lets through on white, or of the chalk itself.
        density: amount laid down, 1 gives ``color``.
        pressure: unevenness of the density along the stroke, 0 to 1.
        wobble: unevenness of the width along the stroke, share of the width.
        bleed: raggedness of the edge, page pixels.
        softness: width of the edge, page pixels.
        rim: how much darker the edge is than the middle: > 0 for wet ink, < 0 for graphite.
        tooth: how much the surface's grain shows: 0 for ink, about 1 for pencil and chalk.
        covers: True for chalk, which covers what is below; False for ink, which absorbs light.
    """

    color: BGR
    density: float = 1.0
    pressure: float = 0.1
    wobble: float = 0.05
    bleed: float = 0.15
    softness: float = 1.3
    rim: float = 0.0
    tooth: float = 0.0
    covers: bool = False


BALLPOINT_BLUE = Pen(color=(140, 60, 40), pressure=0.22, wobble=0.08, tooth=0.22, rim=-0.15)
BALLPOINT_BLACK = Pen(color=(62, 52, 50), pressure=0.22, wobble=0.08, tooth=0.22, rim=-0.15)
GEL_BLACK = Pen(color=(38, 34, 34), pressure=0.05, bleed=0.2, rim=0.1)
FIBRE_RED = Pen(color=(62, 52, 205), pressure=0.1, bleed=0.35, rim=0.2)
FIBRE_GREEN = Pen(color=(82, 125, 40), pressure=0.1, bleed=0.35, rim=0.2)
MARKER_BLACK = Pen(color=(40, 36, 38), pressure=0.06, wobble=0.04, bleed=0.5, rim=0.12)
MARKER_BLUE = Pen(color=(150, 65, 30), pressure=0.1, wobble=0.04, bleed=0.5, rim=0.25)
FOUNTAIN_BLUE = Pen(color=(130, 50, 45), pressure=0.3, wobble=0.16, bleed=0.3, rim=0.25)
PENCIL = Pen(color=(92, 88, 88), density=0.9, pressure=0.18, wobble=0.08, softness=1.8, rim=-0.4, tooth=0.7)
CHALK = Pen(
    color=(222, 228, 228), density=0.85, pressure=0.2, wobble=0.1, softness=2.0, rim=-0.3, tooth=0.8, covers=True
)


def write(surface: Floats, strokes: Floats, pen: Pen, width: float, rng: np.random.Generator) -> Floats:
    """Write on a surface.

    Ink absorbs: light passes through it twice, so its density is an exponent of its colour
    (the law of Beer and Lambert). Chalk covers.

    Args:
        surface: (H, W, 3) float32, BGR, 0 to 1.
        strokes: (H, W) float32, signed distance to the edge of the ink, page pixels, positive inside.
        pen: what writes.
        width: of the strokes, page pixels.
        rng: for everything uneven.

    Returns:
        A new (H, W, 3) float32; ``surface`` is left as it was.
    """
    written = surface.copy()
    rows, columns = _inked(strokes)
    if rows.stop == 0:
        return written
    near = strokes[rows, columns]
    shape = (near.shape[0], near.shape[1])
    along = smooth_noise(rng, shape, max(4.0, 5 * width))  # changes over a few stroke widths
    edge = (
        near + pen.wobble * width * smooth_noise(rng, shape, max(4.0, 5 * width)) + pen.bleed * grain(rng, shape, 1.0)
    )
    cover = np.clip(edge / pen.softness + 0.5, 0, 1)
    depth = np.clip(near / max(width / 2, 0.5), 0, 1)  # 0 at the edge, 1 on the spine
    amount = pen.density * (1 + pen.pressure * along + pen.rim * (0.5 - depth))
    if pen.tooth:
        tooth = 0.7 * grain(rng, shape, 0.9) + 0.5 * grain(rng, shape, 1.8)
        # The peaks of the surface take colour first; firm pressure, mid stroke, reaches the valleys.
        reach = 1.1 + 0.6 * depth + pen.pressure * along - 0.9 * pen.tooth
        amount *= np.clip(reach - 0.6 * pen.tooth * tooth, 0.05, 1)
    amount = np.asarray(np.clip(amount, 0, 1.6) * cover, np.float32)
    if pen.covers:
        amount = np.minimum(amount, 1)
        written[rows, columns] *= colored(1 - amount, (1, 1, 1))
        written[rows, columns] += colored(amount, [channel / 255 for channel in pen.color])
    else:
        # Black lets a little through: log(0) has no place here.
        written[rows, columns] *= cv2.exp(colored(amount, [math.log(max(c, 1) / 255) for c in pen.color]))
    return written


def _inked(strokes: Floats) -> tuple[slice, slice]:
    """Return the rows and columns with ink, or near it; empty slices at 0 where there is none."""
    mask = strokes > -4.0  # pixels: beyond it no edge effect reaches
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
