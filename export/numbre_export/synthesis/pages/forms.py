"""Forms whose fields are known by place: the outlines that are printed, and what somebody writes into them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numbre_edge.types import Box, Floats
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.paths import rectangle, segment
from numbre_export.synthesis.sheet import Mark, extent, moved

_MISS = 1.5  # pixels by which a field's middle is missed


def outline(box: Box, cells: int = 0) -> list[Floats]:
    """Return a field's frame; that of a comb is parted into cells."""
    step = box.width / max(1, cells)
    sides = [box.x + cell * step for cell in range(1, cells)]
    return [rectangle(box.x, box.y, box.right, box.bottom), *(segment(x, box.y, x, box.bottom) for x in sides)]


def write_in(page: Page, text: str, box: Box, cells: int = 0) -> list[Mark]:
    """Write into a field: a digit into each of a comb's cells, else the whole from its left side on."""
    if cells:
        step = box.width / cells
        return [
            mark
            for cell, digit in enumerate(text)
            for mark in _centred(page, page.hand.write(digit, 0, 0, page.rng), box.x + (cell + 0.5) * step, box)
        ]
    written = page.hand.write(text, 0.0, 0.0, page.rng)
    left, _, right, _ = extent(written)
    return _centred(page, written, box.x + min(0.5 * box.width, 14 + (right - left) / 2 + page.between(0, 12)), box)


def tick(page: Page, box: Box) -> list[Mark]:
    """Cross a box from corner to corner."""
    ends = [(0.15, 0.2, 0.85, 0.85), (0.2, 0.85, 0.85, 0.15)]
    lines = [np.array(end).reshape(2, 2) * (box.width, box.height) + (box.x, box.y) for end in ends]
    return [Mark.of([line.astype(np.float32)], page.pen) for line in lines]


def _centred(page: Page, marks: Sequence[Mark], x: float, box: Box) -> list[Mark]:
    left, top, right, bottom = extent(marks)
    miss = page.rng.normal(0, _MISS, 2).tolist()
    return moved(marks, x - (left + right) / 2 + miss[0], box.y + box.height / 2 - (top + bottom) / 2 + miss[1])
