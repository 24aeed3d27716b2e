"""Forms are drawn as they are described: frames where fields are, and what is written in them."""

from __future__ import annotations

from numpy.random import default_rng

from numbre_edge.types import Box
from numbre_export.synthesis.pages.forms import outline, tick, write_in
from numbre_export.synthesis.pages.page import blank_page
from numbre_export.synthesis.sheet import extent
from numbre_export.synthesis.sources import Sources

BOX = Box(50, 80, 200, 44)


def test_a_comb_is_parted_into_its_cells() -> None:
    frame, *sides = outline(BOX, 4)

    assert frame[2].tolist() == [250, 124]
    assert [side[0, 0] for side in sides] == [100, 150, 200]
    assert len(outline(BOX)) == 1


def test_each_digit_of_a_comb_stands_in_its_cell(sources: Sources) -> None:
    page = blank_page(sources, default_rng(0), (200, 400), 24)

    digits = write_in(page, "4071", BOX, 4)

    middles = [sum(extent([digit])[::2]) / 2 for digit in digits]
    assert [int((middle - BOX.x) // 50) for middle in middles] == [0, 1, 2, 3]


def test_a_tick_stays_in_its_box(sources: Sources) -> None:
    page, box = blank_page(sources, default_rng(0), (200, 400), 24), Box(300, 20, 30, 30)

    left, top, right, bottom = extent(tick(page, box))

    assert box.x < left < right < box.right
    assert box.y < top < bottom < box.bottom
