"""Grey picture -> ink contrast: paper, light and polarity taken out.

The background is a median over a window several times as wide as a stroke: it
keeps the straight edge of a shadow where a mean or a morphological closing would
smear it. Dividing by it undoes light that multiplies reflectance, as in E. Land,
J. McCann, "Lightness and retinex theory" (1971). Light ink on a dark ground is
the same problem in the negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.quantiles import median
from numbre_edge.types import Pixels

# Longer side, pixels: the background is smooth but for shadow edges, this much shows it.
_SMALL = 256
# Stroke widths looked for, pixels at _SMALL: from small writing to one digit drawn with a brush.
_STROKES = (5, 9, 17, 33, 65)
# The narrowest width that shows this share of the strongest response is the ink's.
_RESPONSE = 0.2
# Otsu's classes are alike in size within this share of the picture.
_ALIKE = 0.15
# The background changes by this factor from one pixel at _SMALL to the next but one where one ground meets another.
_STEP = 1.25
# Polarity goes by the narrowest response that is this share of the strongest of either: of 322
# pictures (development sets, samples, drawn pages) 1 came out wrong at 0.4 to 0.6, 3 at 0.3, 6 at 0.2.
_PROMINENT = 0.4
# Window of the median in stroke widths: ink is less than half of it even inside an 8.
_WINDOW = 4


# Where the response of the other polarity is more than this share of that one's, either may be right: dense print makes
# its paper stand out more than its ink. Of 731 pictures, development sets and samples, 14 are in such doubt.
_DOUBTFUL = 0.5


@dataclass(frozen=True)
class Ink:
    """What the ink of a picture is like.

    Attributes:
        stroke: an upper bound of its stroke width, in pixels at 256.
        light: whether it is lighter than its ground.
        certain: whether that is out of doubt.
    """

    stroke: int
    light: bool
    certain: bool


@dataclass(frozen=True, eq=False)
class Flattened:
    """A picture without its light.

    Attributes:
        contrast: (h, w) uint8, 0 where there is only paper, 255 where ink reflects nothing.
        edges: (h, w) bool, where one ground meets another: a sheet's or a shadow's edge.
        light_ink: whether the ink is lighter than its ground.
        certain: whether that is out of doubt.
    """

    contrast: Pixels
    edges: NDArray[np.bool_]
    light_ink: bool
    certain: bool = True


def flatten(grey: Pixels, *, full: bool = False, light_ink: bool | None = None) -> Flattened:
    """Take the light out of a picture.

    Args:
        grey: (h, w) uint8.
        light_ink: whether the ink is lighter than its ground, where that is known.
        full: the writing may fill the picture, as in a thumbnail of one digit:
            no window shows more paper than ink, but the light is even.
    """
    height, width = grey.shape
    if full:
        background: Pixels = np.full_like(grey, _paper(grey))
        light, certain = _lighter(
            _energy(cv2.subtract(grey, background)), _energy(cv2.subtract(background, grey)), light_ink
        )
        edges = np.zeros(grey.shape, np.bool_)
    else:
        small = _shrunk(grey)
        ink = _ink(small, light_ink)
        light, certain = ink.light, ink.certain
        ground = _background(small, ink.stroke)
        background = np.asarray(cv2.resize(ground, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
        edges = np.asarray(cv2.resize(_edges(ground), (width, height), interpolation=cv2.INTER_NEAREST)).view(np.bool_)
    if light:
        grey, background = np.bitwise_not(grey), np.bitwise_not(background)
    # Black on black is paper, not ink, and what a sensor sees in the dark is but a level or two: one more for both.
    ratio = cv2.divide(cv2.convertScaleAbs(grey, beta=1), cv2.convertScaleAbs(background, beta=1), scale=255)
    return Flattened(np.asarray(cv2.bitwise_not(ratio), np.uint8), edges, light, certain)


def _ink(small: Pixels, light_ink: bool | None = None) -> Ink:
    """Find the width and polarity of the ink, if it is not known: what is narrow and stands out most.

    White and black top-hats (F. Meyer, "Iterative image transformations for an
    automatic screening of cervical smears", 1979) of growing width; a sheet of
    paper on a desk, or the shadow of a hand, is in neither.
    """
    light, dark = np.empty(len(_STROKES)), np.empty(len(_STROKES))
    for i, side in enumerate(_STROKES):
        square = np.ones((side, side), np.uint8)
        light[i] = _energy(cv2.morphologyEx(small, cv2.MORPH_TOPHAT, square)) / side**2
        dark[i] = _energy(cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, square)) / side**2
    # Wide hats also answer to the paper between strokes and the desk beside the paper, hence the division.
    # What is narrow and prominent goes before what is wide and stronger still.
    prominent = _PROMINENT * max(light.max(), dark.max())
    first = int(np.argmax(np.maximum(light, dark) >= prominent))
    is_light, certain = _lighter(light[first], dark[first], light_ink)
    responses = light if is_light else dark
    return Ink(_STROKES[int(np.argmax(responses >= _RESPONSE * responses.max()))], is_light, certain)


def _lighter(light: float, dark: float, known: bool | None) -> tuple[bool, bool]:
    """Return whether ink is light, and whether that is certain, by the response of either polarity."""
    if known is not None:
        return known, True
    return bool(light > dark), bool(min(light, dark) <= _DOUBTFUL * max(light, dark))


def _energy(response: object) -> float:
    """Return the sum of fourth powers: a little strong ink outweighs much faint texture."""
    squared = np.square(np.asarray(response, np.float32))
    return float(np.vdot(squared, squared))


def _edges(ground: Pixels) -> Pixels:
    cross = np.ones((3, 3), np.uint8)
    low, high = np.asarray(cv2.erode(ground, cross), np.float32), np.asarray(cv2.dilate(ground, cross), np.float32)
    return (high + 1 > _STEP * (low + 1)).astype(np.uint8)


def _background(small: Pixels, stroke: int) -> Pixels:
    window = max(3, min(_WINDOW * stroke, int(0.8 * min(small.shape))) | 1)
    edge = window // 2
    # medianBlur repeats the last row and column outside the picture; a mirror image shows paper there.
    padded = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_REFLECT)
    return np.asarray(cv2.medianBlur(padded, window), np.uint8)[edge:-edge, edge:-edge]


def _shrunk(grey: Pixels) -> Pixels:
    factor = min(1.0, _SMALL / max(grey.shape))
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _paper(grey: Pixels) -> int:
    """Return the level of the paper: Otsu's larger class, or where they are alike, that of the corners."""
    side = max(1, min(grey.shape) // 6)
    corners = [part for half in (grey[:side], grey[-side:]) for part in (half[:, :side], half[:, -side:])]
    threshold = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
    light = float(np.mean(grey > threshold))
    if abs(light - 0.5) < _ALIKE:
        light = float(median(np.concatenate([corner.ravel() for corner in corners])) > threshold)
    return int(median(grey[grey > threshold] if light > 0.5 else grey[grey <= threshold]))
