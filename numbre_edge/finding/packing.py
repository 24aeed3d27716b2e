"""Levels side by side in tiles, so that a small picture does not take a tile for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# Two that begin at multiples of the network's coarsest cell, so many pixels, and have so many pixels between them are
# answered as if the other were not there; a cell nearer they are not (tests/finding/test_packing.py).
_CELL, _GAP = 16, 52


class Place(NamedTuple):
    """Where a level stands: its number, and its first pixel in the tile."""

    number: int
    x: int
    y: int


def packed(sizes: Sequence[tuple[int, ...]], side: int) -> list[list[Place]]:
    """Put levels of these heights and widths, pixels, none above ``side``, into tiles of ``side`` by ``side``.

    They stand on shelves, one below the other, the lowest first. Only in a tile's corner one is answered as if it had
    the tile for itself: beyond the tile's border the network's layers see zeros, not what they make of PAPER, and have
    learned what that means. The lowest, which one digit may fill, needs that most: with the highest in the corner,
    three fewer of 200 digits of MNIST were read that were cut out and made 50 pixels high.
    """
    tiles: list[list[Place]] = []
    x = y = below = side
    for number in sorted(range(len(sizes)), key=sizes.__getitem__):
        height, width = sizes[number]
        if x + width > side:
            x, y = 0, below
        if y + height > side:
            tiles.append([])
            x = y = 0
        tiles[-1].append(Place(number, x, y))
        x, below = x + _step(width), y + _step(height)
    return tiles


def alone(count: int) -> list[list[Place]]:
    """Put each of so many into a tile of its own."""
    return [[Place(number, 0, 0)] for number in range(count)]


def _step(length: int) -> int:
    """Return how far from the beginning of a level that long the next one begins."""
    return -(-(length + _GAP) // _CELL) * _CELL
