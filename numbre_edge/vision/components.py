"""Ink mask -> symbols: connected components, what is no writing left out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.quantiles import median, quantile
from numbre_edge.types import Box, Pixels
from numbre_edge.vision.illumination import Flattened
from numbre_edge.vision.symbols import Symbol, joined, mended, typical_height

# A symbol is at least this share of the typical symbol's height.
_SPECK = 0.4
_MIN_AREA = 8  # pixels at working scale
_MIN_HEIGHT = 8
# Ink wider than so many of its heights is a dash unless it is this many strokes high: then it is digits that touch.
_WIDEST = 2.5
_HIGHER = 4.0
# Ink fainter than this share of the writing's is something else.
_FAINT = 0.5
# More components than any page of writing has are noise, grain, or the weave of something; what is written on it is so
# many times as high as most of them.
_TEXTURE, _STANDS_OUT = 4000, 10
# The least size of a dot made on purpose, in widths of a stroke.
_POINT = 0.7
# Gaps in a stroke, and the thickness of a rule's remains, in widths of a stroke.
_GAP = 0.5
_HAIR = 0.6
_ACROSS = 0.8  # of the picture: what is so high is a margin's line
# A component of which more than this share of a side lies on the picture's border runs along it,
# unless it is larger than this share of the picture, and no more than so many times as large as the writing is high.
_ALONG = 0.35
_STRIP = 0.35
_TOWERS = 3.0
# Ink of which more than this share lies where two grounds meet is that edge, not writing across it.
_ON_EDGE = 0.5


@dataclass(frozen=True, eq=False)
class Components:
    """The mask's symbols, and the label image (h, w) int32 they refer to.

    ``punctuation`` are dots, dashes and the like: at least as large as the pen's point, too small for a digit.
    """

    symbols: tuple[Symbol, ...]
    labels: NDArray[np.int32]
    punctuation: tuple[Box, ...] = ()


def close_gaps(mask: Pixels, stroke: float) -> Pixels:
    """Join a stroke that chalk, a dry pen or a removed rule left in pieces: gaps below half ``stroke``, its width."""
    reach = round(_GAP * stroke)
    if reach < 2:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach | 1, reach | 1))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc), np.uint8)


def components(
    mask: Pixels, flattened: Flattened, stroke: float, *, upright_rules: bool = False, full: bool = False
) -> Components:
    """Find the symbols of a flattened picture.

    Args:
        mask: (h, w) uint8, ink > 0.
        flattened: the picture.
        stroke: mean width of the strokes, in pixels.
        upright_rules: such rules were taken out: what is left of them looks like a 1 in a thin pen.
        full: the writing may fill the picture, so ink along its border is ink.
    """
    count, found = cv2.connectedComponents(mask, connectivity=8, ltype=cv2.CV_32S)
    labels = np.asarray(found, np.int32)
    # A few pixels in a hundred are ink: what is counted is counted on them alone.
    ink = np.flatnonzero(mask > 0)
    which = labels.ravel()[ink]
    on_edge = np.bincount(which[flattened.edges.ravel()[ink]], minlength=count)
    extents = _extents(ink, which, count, mask.shape[1])
    lowest = _STANDS_OUT * median(extents[1:, 3]) if count > _TEXTURE else 0.0
    symbols = [
        Symbol(Box(*row[:4]), (number,))
        for number, row in enumerate(extents.tolist())
        if number
        and row[4] >= _MIN_AREA
        and row[3] >= lowest
        and on_edge[number] < _ON_EDGE * row[4]
        and not _is_rest_of_rule(row, stroke, len(mask), upright_rules=upright_rules)
        and (full or not _is_solid(row, mask.shape))
    ]
    if not full:
        symbols = _within(symbols, labels)
    symbols = _inked(symbols, which, flattened.contrast.ravel()[ink])
    symbols = joined(mended(symbols, labels, stroke))
    if not symbols:
        return Components((), labels)
    low = max(_MIN_HEIGHT, _SPECK * typical_height(symbols))
    digits, points = [], []
    for symbol in symbols:
        _, _, width, height = symbol.box
        if height >= max(low, min(width / _WIDEST, _HIGHER * stroke)):
            digits.append(symbol)
        elif min(width, height) >= _POINT * stroke:
            points.append(symbol.box)
    return Components(tuple(digits), labels, tuple(points))


def _extents(ink: NDArray[np.intp], which: NDArray[np.int32], count: int, width: int) -> NDArray[np.intp]:
    """Return x, y, width, height and area of each of ``count`` components; connectedComponentsWithStats is slow.

    ``ink``: the places of their pixels in a mask so many pixels wide; ``which``: the component each belongs to.
    """
    rows, columns = np.divmod(ink, width)
    low, high = np.full((count, 2), np.iinfo(np.intp).max), np.full((count, 2), -1)
    for axis, places in enumerate((columns, rows)):
        np.minimum.at(low[:, axis], which, places)
        np.maximum.at(high[:, axis], which, places)
    return np.column_stack([low, high - low + 1, np.bincount(which, minlength=count)])


def _inked(symbols: list[Symbol], which: NDArray[np.int32], contrast: Pixels) -> list[Symbol]:
    """Leave out what is much fainter than the writing: grain of wood, ink of the page behind.

    ``contrast`` of each pixel of ink, ``which``: the component it belongs to.
    """
    if not symbols:
        return symbols
    means = np.bincount(which, weights=contrast) / np.maximum(np.bincount(which), 1)
    own = means[[s.labels[0] for s in symbols]]
    size = np.array([s.box.height for s in symbols])
    typical = median(own[size >= 0.5 * quantile(size, 0.9)])
    return [symbol for symbol, mean in zip(symbols, own, strict=True) if mean >= _FAINT * typical]


def _is_solid(row: list[int], shape: tuple[int, ...]) -> bool:
    """Whether a component is a desk's corner or a dark border rather than writing."""
    x, y, width, height, area = row
    if x > 0 and y > 0 and x + width < shape[1] and y + height < shape[0]:
        return False
    large = width > 0.5 * shape[1] or height > 0.5 * shape[0]
    return large and area > 0.6 * width * height and min(width, height) > 0.2 * min(shape)


def _within(symbols: list[Symbol], labels: NDArray[np.int32]) -> list[Symbol]:
    """Leave out what runs along the picture's border: the strip of desk beside a sheet.

    A digit that fills its picture may stand on the border, but it does not tower over other writing.
    """
    along = {symbol for symbol in symbols if _share_on_border(symbol, labels) > _ALONG}
    writing = [symbol for symbol in symbols if symbol not in along]
    largest = _TOWERS * typical_height(writing) if writing else np.inf
    strip = _STRIP * min(labels.shape)
    return [symbol for symbol in symbols if symbol not in along or strip < max(symbol.box[2:]) <= largest]


def _share_on_border(symbol: Symbol, labels: NDArray[np.int32]) -> float:
    """Return the largest share of a side of a component's box in which it lies on the picture's border."""
    x, y, width, height = symbol.box
    own = labels[y : y + height, x : x + width]
    sides = (
        (x == 0, own[:, 0]),
        (x + width == labels.shape[1], own[:, -1]),
        (y == 0, own[0]),
        (y + height == labels.shape[0], own[-1]),
    )
    return max(float(np.mean(side == symbol.labels[0])) if at_border else 0.0 for at_border, side in sides)


def _is_rest_of_rule(row: list[int], stroke: float, across: int, *, upright_rules: bool) -> bool:
    """Whether a component is what is left of a rule: straight, and much thinner than the pen's strokes.

    If it stands upright it may as well be a 1 in a thin pen, unless upright rules were taken out, or it goes from
    border to border of the picture, which are ``across`` pixels apart.
    """
    _, _, width, height, area = row
    hair = max(width, height) > 5 * min(width, height) and area < _HAIR * stroke * max(width, height)
    return hair and (upright_rules or width > height or height > _ACROSS * across)
