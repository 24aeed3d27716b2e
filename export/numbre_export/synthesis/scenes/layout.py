"""Where the glyphs stand: digits side by side as numbers, numbers on lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Floats
from numbre_export.synthesis.scenes.strokes import Glyph, field

# Share of a digit's own lean that a line's common slant replaces. All of it straightens 7s and 4s too far.
_DESKEW = 0.6
# A digit this much wider than high is made smaller, so that a flat 2 or 4 does not tower over the others.
_WIDEST = 0.95


@dataclass(frozen=True, kw_only=True)
class Hand:
    """How somebody writes.

    Attributes:
        height: of a digit, page pixels.
        pen: stroke width, page pixels.
        gap: clear space between digits, in heights.
        slant: horizontal shift per height, positive leans right.
        evenness: of the stroke width, 0 to 1 (see :func:`numbre_export.synthesis.scenes.strokes.field`).
        size_jitter: standard deviation of a digit's height, in heights.
        baseline_jitter: standard deviation of a digit's foot, in heights.
        gap_jitter: standard deviation of the gap, in gaps.
        turn_jitter: standard deviation of a digit's rotation, radians.
    """

    height: float
    pen: float
    gap: float = 0.28
    slant: float = 0.08
    evenness: float = 0.8
    size_jitter: float = 0.06
    baseline_jitter: float = 0.03
    gap_jitter: float = 0.2
    turn_jitter: float = 0.03


@dataclass(frozen=True, eq=False)
class Placed:
    """A glyph on the page.

    Attributes:
        label: 0 to 9; None is no digit, and part of no number.
        drawn: (S, S) float32, signed distance to its edge, field pixels, positive inside.
        matrix: (2, 3) float64, field pixels to page pixels.
        hull: (K, 2) float32, convex hull of its ink, page pixels.
    """

    label: int | None
    drawn: Floats
    matrix: NDArray[np.float64]
    hull: Floats

    @property
    def right(self) -> float:
        """The right edge of its ink, page pixels."""
        return float(self.hull[:, 0].max())


Word = tuple[Placed, ...]  # side by side: a number, or clutter


def place_word(
    glyphs: Sequence[Glyph], hand: Hand, left: float, baseline: float, rng: np.random.Generator, slope: float = 0.0
) -> Word:
    """Write glyphs side by side, never overlapping horizontally.

    Args:
        glyphs: in reading order, at least one.
        hand: how they are written.
        left: where the ink begins, page pixels.
        baseline: where the feet stand at ``left``, page pixels.
        rng: for the jitters.
        slope: rise of the baseline per pixel to the right, positive climbs.
    """
    placed: list[Placed] = []
    x = left
    for glyph in glyphs:
        size, foot, gap, turn = rng.standard_normal(4).clip(-2.5, 2.5)
        height = hand.height * (1 + hand.size_jitter * size)
        y = baseline - slope * (x - left) + hand.baseline_jitter * hand.height * foot
        placed.append(_place(glyph, hand, height, x, y, hand.turn_jitter * turn + slope))
        # Half the gap is kept whatever the jitter: digits of a number must not touch.
        x = placed[-1].right + hand.height * hand.gap * max(0.5, 1 + hand.gap_jitter * gap)
    return tuple(placed)


def place_line(
    words: Sequence[Sequence[Glyph]],
    hand: Hand,
    left: float,
    baseline: float,
    space: float,
    rng: np.random.Generator,
    slope: float = 0.0,
) -> list[Word]:
    """Write words on one line, ``space`` pixels of clear paper between them."""
    line: list[Word] = []
    x = left
    for glyphs in words:
        line.append(place_word(glyphs, hand, x, baseline - slope * (x - left), rng, slope))
        x = line[-1][-1].right + space
    return line


def _place(glyph: Glyph, hand: Hand, height: float, left: float, foot: float, turn: float) -> Placed:
    shear = hand.slant - _DESKEW * glyph.skew
    # y runs downwards: leaning right is x growing as y shrinks, climbing is a negative angle.
    cosine, sine = np.cos(-turn), np.sin(-turn)
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.array([[1.0, -shear], [0.0, 1.0]])
    width, tall = np.ptp(glyph.hull @ linear.T, axis=0)
    scale = float(height / max(tall, width * _WIDEST))
    drawn = field(glyph, hand.pen / scale, hand.evenness)
    ink = cv2.findNonZero((drawn > 0).astype(np.uint8))
    hull = glyph.hull if ink is None else cv2.convexHull(ink)[:, 0]
    hull = scale * (hull @ linear.T)
    shift = np.array([left - hull[:, 0].min(), foot - hull[:, 1].max()])
    matrix = np.hstack([scale * linear, shift[:, None]])
    return Placed(glyph.label, drawn, matrix, np.asarray(hull + shift, np.float32))
