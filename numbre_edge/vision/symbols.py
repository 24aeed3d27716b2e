"""Pieces of ink that belong together: joined where a stroke broke."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.quantiles import median
from numbre_edge.types import Box

# A piece of a broken stroke is less than this share of the typical symbol's height, so many widths of a stroke long (a
# point is not), and so many from the rest; with it, it is no higher or wider than so many typical symbols are high.
_PIECE, _POINTED, _BROKEN, _LARGEST = 0.6, 1.2, 1.5, 1.3
_MOST_MENDED = 500  # symbols; more are no writing that broke
# Pieces above each other are less than this share of the larger one's size apart.
_ABOVE = 0.12
_CELL = 32  # pixels: what is compared lies in the same of such cells


@dataclass(frozen=True, eq=False)
class Symbol:
    """Connected ink that may be a digit.

    Attributes:
        box: around its ink, in working pixels.
        labels: the components it is made of.
    """

    box: Box
    labels: tuple[int, ...]


def mended(symbols: list[Symbol], labels: NDArray[np.int32], stroke: float) -> list[Symbol]:
    """Give the pieces of broken strokes, such as chalk's and a pencil's, to the symbols they are nearest to."""
    if not 1 < len(symbols) <= _MOST_MENDED:
        return symbols
    typical = typical_height(symbols)
    owner = {number: symbol for symbol in symbols for number in symbol.labels}
    for piece in sorted(symbols, key=lambda symbol: -symbol.box.height):
        own = owner[piece.labels[0]]
        if own.box.height >= _PIECE * typical or max(own.box.width, own.box.height) < _POINTED * stroke:
            continue
        near = _nearest(own, labels, owner, _BROKEN * stroke)
        if near is None:
            continue
        mended = Symbol(Box.around([own.box, near.box]), own.labels + near.labels)
        if max(mended.box[2:]) <= max(_LARGEST * typical, *near.box[2:]):
            owner |= dict.fromkeys(mended.labels, mended)
    return list(dict.fromkeys(owner.values()))


def typical_height(symbols: list[Symbol]) -> float:
    heights = sorted(symbol.box.height for symbol in symbols)
    return median(heights[len(heights) // 2 :])


def _nearest(symbol: Symbol, labels: NDArray[np.int32], owner: dict[int, Symbol], reach: float) -> Symbol | None:
    """Return the symbol whose ink is nearest to that of ``symbol``, within ``reach`` pixels; None if there is none."""
    margin = int(reach) + 1
    x, y = max(0, symbol.box.x - margin), max(0, symbol.box.y - margin)
    around = labels[y : symbol.box.bottom + margin, x : symbol.box.right + margin]
    own = np.isin(around, symbol.labels)
    distance = cv2.distanceTransform(np.where(own, np.uint8(0), np.uint8(255)), cv2.DIST_L2, 5)
    others = np.flatnonzero((around > 0) & ~own & (distance <= reach))
    for place in others[np.argsort(distance.ravel()[others], kind="stable")].tolist():
        if (found := owner.get(int(around.flat[place]))) is not None:
            return found
    return None


def joined(symbols: list[Symbol]) -> list[Symbol]:
    """Join pieces that stand above each other with a small gap: a broken 5, a 7 with its bar apart."""
    result: list[Symbol] = []
    at: defaultdict[tuple[int, int], set[int]] = defaultdict(set)  # cell of the page -> what is there, of ``result``
    for piece in sorted(symbols, key=lambda s: -s.box.height):
        near = sorted({number for cell in _cells(piece.box, 0) for number in at[cell]})
        number = next((number for number in near if _belongs(piece.box, result[number].box)), len(result))
        if number == len(result):
            result.append(piece)
        else:
            whole = result[number]
            result[number] = Symbol(Box.around([piece.box, whole.box]), whole.labels + piece.labels)
        for cell in _cells(result[number].box, math.ceil(_ABOVE * max(result[number].box[2:]))):
            at[cell].add(number)
    return result


def _cells(box: Box, margin: int) -> Iterator[tuple[int, int]]:
    """Yield the cells of the page that a box lies in, and ``margin`` pixels above and below it."""
    columns = range(box.x // _CELL, box.right // _CELL + 1)
    rows = range((box.y - margin) // _CELL, (box.bottom + margin) // _CELL + 1)
    return itertools.product(columns, rows)


def _belongs(piece: Box, whole: Box) -> bool:
    overlap = min(piece.right, whole.right) - max(piece.x, whole.x)
    gap = max(piece.y, whole.y) - min(piece.bottom, whole.bottom)
    size = max(whole.width, whole.height)
    return overlap > 0.5 * piece.width and gap < _ABOVE * size and max(piece.width, piece.height) > 0.1 * size
