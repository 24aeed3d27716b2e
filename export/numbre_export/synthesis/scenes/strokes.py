"""A 28x28 digit -> smooth strokes that can be drawn at any size with any pen.

A bitmap enlarged stays a blurred bitmap. So a digit is kept as two distance fields: the
distance to its outline and that to its spine (the skeleton of Zhang and Suen, "A fast
parallel algorithm for thinning digital patterns", 1984). A level set of the spine's field
is a line of even width with round ends, as a pen draws it; the outline's field gives back
some of the swelling of the original hand. Distance fields stay sharp and smooth at any
scale (Green, "Improved alpha-tested magnification", 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Floats, Pixels

SCALE = 4  # field pixels in a digit's pixel: enough for a spine of +-1/8 digit pixel
_PAD = 3  # digit pixels around the 28x28, so that wide pens have room
_LEVEL = 0.42  # of full ink: MNIST's anti-aliased edge, a little wide so that thin strokes hold together
_SMOOTH = 2.0  # field pixels: takes the staircase out of the distances, keeps the shape
_FAR = -1e3  # "no ink anywhere near", in page pixels


@dataclass(frozen=True, eq=False)
class Glyph:
    """The shape of one symbol, free of size and pen.

    Attributes:
        label: 0 to 9, or None for ink that is no digit.
        outline: (S, S) float32, field pixels to the outline, positive inside.
        spine: (S, S) float32, field pixels to the spine, >= 0.
        hull: (K, 2) float32, convex hull of the ink, x, y in field pixels.
        stroke: mean stroke width, field pixels.
        skew: horizontal shift per unit of height of the ink's main axis; positive leans right.
    """

    label: int | None
    outline: Floats
    spine: Floats
    hull: Floats
    stroke: float
    skew: float


def trace(symbol: Pixels, label: int | None) -> Glyph:
    """Turn a symbol into strokes.

    Args:
        symbol: (28, 28) uint8, ink 255 on 0; must hold ink.
        label: what it is; None for ink that is no digit.
    """
    padded = cv2.copyMakeBorder(symbol, _PAD, _PAD, _PAD, _PAD, cv2.BORDER_CONSTANT, value=0)
    large = cv2.resize(padded.astype(np.float32), None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), 0.5 * SCALE)
    # A little sharpening against a wider blur keeps small loops of 6, 8 and 9 open.
    large = cv2.addWeighted(large, 1.6, cv2.GaussianBlur(large, (0, 0), 1.5 * SCALE), -0.6, 0.0)
    mask = (large > _LEVEL * float(large.max())).astype(np.uint8)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    bones = thin(mask)
    away = cv2.distanceTransform(1 - bones, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return Glyph(
        label=label,
        outline=np.asarray(cv2.GaussianBlur(inside - outside, (0, 0), _SMOOTH), np.float32),
        spine=_rounded(np.asarray(away, np.float32)),
        hull=np.asarray(cv2.convexHull(cv2.findNonZero(mask))[:, 0], np.float32),
        stroke=2.0 * float(cv2.mean(inside, bones)[0]),
        skew=_skew(mask),
    )


def field(glyph: Glyph, width: float, evenness: float) -> Floats:
    """Return the signed distance to the edge of the glyph drawn with a pen, positive inside.

    Args:
        glyph: what to draw.
        width: of the pen, field pixels.
        evenness: 1 draws a line of one width; 0 keeps the original's swelling.

    Returns:
        (S, S) float32, field pixels.
    """
    pen = width / 2 - glyph.spine
    hand = glyph.outline + (width - glyph.stroke) / 2
    return np.asarray(cv2.addWeighted(pen, evenness, hand, 1 - evenness, 0.0), np.float32)


def stamp(canvas: Floats, drawn: Floats, matrix: NDArray[np.float64], region: tuple[int, int, int, int]) -> None:
    """Add a drawn glyph to a page of signed distances, in place (the nearer ink wins).

    Args:
        canvas: (H, W) float32, page pixels to the nearest edge, positive in ink.
        drawn: from :func:`field`.
        matrix: (2, 3), field pixels to page pixels.
        region: left, top, right, bottom of the page to touch, page pixels; cut at the page's edge.
    """
    left, top = max(region[0], 0), max(region[1], 0)
    right, bottom = min(region[2], canvas.shape[1]), min(region[3], canvas.shape[0])
    if right <= left or bottom <= top:
        return
    local = matrix.copy()
    local[:, 2] -= left, top
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    # Replicated, not constant: a jump at the field's border would make the cubic overshoot into ink.
    warped = cv2.warpAffine(
        drawn * np.float32(scale),
        local,
        (right - left, bottom - top),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    target = canvas[top:bottom, left:right]
    np.maximum(target, warped, out=target)


def blank(shape: tuple[int, int]) -> Floats:
    """Return a page of signed distances without ink, shape float32."""
    return np.full(shape, _FAR, np.float32)


def thin(mask: Pixels) -> Pixels:
    """Return the skeleton of ``mask`` ((h, w) uint8, 0 or 1, border empty), by Zhang and Suen (1984)."""
    bones = mask.copy()
    while True:
        before = bones
        for kept in _zhang_suen():
            neighbours = cv2.filter2D(bones, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
            bones = np.asarray(cv2.bitwise_and(bones, cv2.LUT(neighbours, kept)), np.uint8)
        if np.array_equal(bones, before):
            return bones


# Bit i is neighbour P(i+2) of the paper: clockwise from the pixel above.
_NEIGHBOURS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


@cache
def _zhang_suen() -> tuple[Pixels, Pixels]:
    """Return the two passes as tables: neighbour bits -> 1 where the pixel stays."""
    passes = []
    for first in (True, False):
        table = np.ones(256, np.uint8)
        for code in range(256):
            p = [(code >> bit) & 1 for bit in range(8)]
            turns = sum(p[i] == 0 and p[(i + 1) % 8] == 1 for i in range(8))
            up, right, down, left = p[0], p[2], p[4], p[6]
            sides = (up * right * down, right * down * left) if first else (up * right * left, up * down * left)
            if 2 <= sum(p) <= 6 and turns == 1 and not any(sides):
                table[code] = 0
        passes.append(table)
    return passes[0], passes[1]


def _rounded(away: Floats) -> Floats:
    """Smooth the distance to the spine without lifting its valley.

    Blurring |x| by sigma gives about sqrt(x^2 + (0.8 sigma)^2); that is undone here.
    """
    blurred = cv2.GaussianBlur(away, (0, 0), _SMOOTH)
    return np.asarray(np.sqrt(np.maximum(blurred * blurred - (0.8 * _SMOOTH) ** 2, 0)), np.float32)


def _skew(mask: Pixels) -> float:
    moments = cv2.moments(mask, binaryImage=True)
    return float(np.clip(-moments["mu11"] / max(moments["mu02"], 1e-6), -0.7, 0.7))
