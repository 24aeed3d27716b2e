"""Levels side by side in a tile do not see each other."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.backends import open_network
from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.finding.finder import find
from numbre_edge.finding.grid import CHANNELS, STRIDE, Answers
from numbre_edge.finding.levels import levels
from numbre_edge.finding.light import PAPER
from numbre_edge.finding.packing import packed
from numbre_edge.types import Pixels

SIDE, CELL, GAP = 256, 16, 52
ROUNDING = 4e-5  # of logits
BACKENDS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(runtime.module) is None, reason=runtime.install))
    for name, runtime in RUNTIMES.items()
]


@given(st.lists(st.tuples(st.integers(1, SIDE), st.integers(1, SIDE)), max_size=30))
def test_every_level_has_its_own_place(sizes: list[tuple[int, int]]) -> None:
    tiles = packed(sizes, SIDE)

    assert sorted(number for places in tiles for number, _, _ in places) == list(range(len(sizes)))
    for places in tiles:
        taken = np.zeros((SIDE, SIDE), np.bool_)
        for number, x, y in places:
            height, width = sizes[number]
            assert x % CELL == y % CELL == 0
            assert max(x + width, y + height) <= SIDE
            assert not taken[y : y + height + GAP, x : x + width + GAP].any()
            taken[max(0, y - GAP) : y + height + GAP, max(0, x - GAP) : x + width + GAP] = True


@pytest.mark.parametrize(
    ("height", "width", "enlarged", "tiles"), [(112, 112, 4.0, 1), (160, 160, 1.6, 2), (100, 300, 1.0, 7)]
)
def test_a_small_picture_takes_few_tiles(height: int, width: int, enlarged: float, tiles: int) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    asked = []

    def answer(batch: Pixels) -> Answers:
        asked.extend(batch)
        return Answers.of(np.full((len(batch), (SIDE // STRIDE) ** 2 * CHANNELS), -9, np.float32), SIDE)

    find(levels(grey, enlarged), answer, SIDE, threshold=0.5)

    assert len(asked) == tiles


@pytest.mark.parametrize("width", [44, 45, 48])  # the last cell of the first is as far from the next as it ever is
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_shipped_finder_does_not_see_what_stands_beside_a_level(backend: str, width: int) -> None:
    second = -(-(width + GAP) // CELL) * CELL
    noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE), np.uint8)
    tiles = np.full((4, SIDE, SIDE), PAPER, np.uint8)
    alone, beside, nearer, other = tiles
    for tile in (alone, beside, nearer):
        tile[:, :width] = noise[:, :width]
    for tile, at in ((beside, second), (nearer, second - CELL), (other, second)):
        tile[:, at:] = noise[:, at:]

    for turned in (False, True):
        outputs = open_network("finder", backend).answer(tiles.transpose(0, 2, 1) if turned else tiles)
        cells = outputs.reshape(4, SIDE // STRIDE, SIDE // STRIDE, CHANNELS)
        alone, beside, nearer, other = cells.transpose(0, 2, 1, 3) if turned else cells
        own, others = slice(-(-width // STRIDE)), slice(second // STRIDE, None)

        # To the last bit, but for OpenCV 4, which multiplies in another order where a tile holds more.
        assert np.abs(beside[:, own] - alone[:, own]).max() < ROUNDING
        assert np.abs(beside[:, others] - other[:, others]).max() < ROUNDING
        assert np.abs(nearer[:, own] - alone[:, own]).max() > 10 * ROUNDING
