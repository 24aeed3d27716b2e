"""Grey pixels -> where digits and marks stand, and which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from numbre_edge.finding.grid import Answers, Found, peaks
from numbre_edge.finding.levels import Level, levels
from numbre_edge.finding.overlap import suppressed
from numbre_edge.finding.tiles import Tile, tiles
from numbre_edge.types import Pixels

BATCH = 8  # tiles at a time: 14 MB of activations each
_MOST = 3000  # answers, the surest: a page of 500 digits has fewer, a wall that looks like writing more


def find(grey: Pixels, answer: Callable[[Pixels], Answers], side: int, *, threshold: float) -> Found:
    """Find digits and marks in (h, w) uint8 ``grey``; boxes are in its pixels, surest first.

    Args:
        grey: the picture.
        answer: the network: (N, side, side) uint8 tiles of normalized levels -> what stands in them.
        side: of a tile, pixels.
        threshold: of heat, below which nothing stands.
    """
    parts = []
    pending = ((level, tile) for level in levels(grey) for tile in tiles(level.pixels, side))
    for batch in _batches(pending):
        answers = answer(np.stack([tile.pixels for _, tile in batch]))
        for at, (level, tile) in enumerate(batch):
            found = tile.owned(peaks(answers, at, threshold=threshold))
            scale = np.array([*level.scale] * 2, np.float32)
            parts.append(replace(found, boxes=found.boxes / scale))
    found = Found.joined(parts)
    return suppressed(found.chosen(np.argsort(-found.heat, kind="stable")[:_MOST]))


def _batches(pending: Iterator[tuple[Level, Tile]]) -> Iterator[list[tuple[Level, Tile]]]:
    while batch := list(islice(pending, BATCH)):
        yield batch
