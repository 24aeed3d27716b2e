"""Grey pixels -> where digits and marks stand, and which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from numbre_edge.finding.grid import Answers, Found, peaks
from numbre_edge.finding.levels import Level
from numbre_edge.finding.light import PAPER
from numbre_edge.finding.overlap import suppressed
from numbre_edge.finding.packing import Place, alone, packed
from numbre_edge.finding.tiles import parts
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
    pending = [(number, part) for number, level in enumerate(scales) for part in parts(level.pixels, side)]
    given = [part.pixels for _, part in pending]
    # Of a larger picture packing saves little: one level of many is as small.
    small = max(scales[-1].size) <= side
    tiles = packed([pixels.shape for pixels in given], side) if small else alone(len(given))
    found: dict[int, Found] = {}
    for at, said in _answered(given, tiles, answer, side):
        number, part = pending[at]
        own = part.owned(peaks(said, 0, threshold=threshold))
        scale = np.array([*scales[number].scale] * 2, np.float32)
        found[at] = replace(own, boxes=own.boxes / scale, level=np.full(len(own), number))
    # In the order of the parts, so that of what is equally sure the same comes first however they were packed.
    joined = Found.joined([found[at] for at in range(len(pending))])
    return suppressed(joined.chosen(np.argsort(-joined.heat, kind="stable")[:_MOST]))


def _answered(
    given: Sequence[Pixels], tiles: Sequence[Sequence[Place]], answer: Callable[[Pixels], Answers], side: int
) -> Iterator[tuple[int, Answers]]:
    """Yield the number of each of the parts ``given``, placed in ``tiles``, and what the network says of it."""
    for first in range(0, len(tiles), BATCH):
        batch = tiles[first : first + BATCH]
        drawn = np.full((len(batch), side, side), PAPER, np.uint8)
        for tile, places in zip(drawn, batch, strict=True):
            for number, x, y in places:
                height, width = given[number].shape
                tile[y : y + height, x : x + width] = given[number]
        answers = answer(drawn)
        for at, places in enumerate(batch):
            yield from ((number, answers.part(at, x, y, given[number].shape)) for number, x, y in places)
