"""Simple ink to look at."""

from __future__ import annotations

import numpy as np

from numbre_edge.types import Pixels


def bars(*, paper: int, ink: int) -> Pixels:
    """Return (80, 120) uint8 paper with upright strokes, 3 of every 20 pixels."""
    page = np.full((80, 120), paper, np.uint8)
    for x in range(10, 120, 20):
        page[20:60, x : x + 3] = ink
    return page
