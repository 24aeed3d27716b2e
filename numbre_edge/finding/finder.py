"""Grey pixels -> where digits and marks stand, and which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from numbre_edge.finding.grid import Answers, Found, peaks
from numbre_edge.finding.levels import Level
from numbre_edge.finding.overlap import suppressed
from numbre_edge.finding.tiles import Tile, tiles
from numbre_edge.types import Pixels

# Tiles at a time, 6 MB each in onnxruntime: with 8 a process that reads one small picture holds 150 MB, with 4 125.
# The answers are the same to the last bit, and the time of all three runtimes too; one at a time takes a tenth longer.
BATCH = 4
_MOST = 3000  # answers, the surest: a page of 500 digits has fewer, a wall that looks like writing more


def find(scales: Sequence[Level], answer: Callable[[Pixels], Answers], side: int, *, threshold: float) -> Found:
    """Find digits and marks in a picture; boxes are in its pixels, surest first.

    Args:
        scales: the picture, as :func:`~numbre_edge.finding.levels.levels` gives it.
        answer: the network: (N, side, side) uint8 tiles of normalized levels -> what stands in them.
        side: of a tile, pixels.
        threshold: of heat, below which nothing stands.
    """
    parts = []
    pending = ((number, tile) for number, level in enumerate(scales) for tile in tiles(level.pixels, side))
    for batch in _batches(pending):
        answers = answer(np.stack([tile.pixels for _, tile in batch]))
        for at, (number, tile) in enumerate(batch):
            found = tile.owned(peaks(answers, at, threshold=threshold))
            scale = np.array([*scales[number].scale] * 2, np.float32)
            parts.append(replace(found, boxes=found.boxes / scale, level=np.full(len(found), number)))
    found = Found.joined(parts)
    return suppressed(found.chosen(np.argsort(-found.heat, kind="stable")[:_MOST]))


def _batches(pending: Iterator[tuple[int, Tile]]) -> Iterator[list[tuple[int, Tile]]]:
    while batch := list(islice(pending, BATCH)):
        yield batch
