"""Pictures with the cells of their tables drawn in, for looking at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from numbre_edge.sinks.annotate import DOUBTFUL, SURE
from numbre_edge.tables.table import Table
from numbre_edge.types import Pixels

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_HEIGHT = 21  # pixels, of a digit at scale 1
_SHARE = 0.22  # of a cell's height that its text takes


def draw_tables(pixels: Pixels, tables: Sequence[Table]) -> Pixels:
    """Return a copy, (H, W, 3) BGR, with each cell's outline, and its text in its upper left corner."""
    canvas = np.array(pixels if pixels.ndim == 3 else cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    line = max(1, round(max(canvas.shape[:2]) / 600))
    for cell in (cell for table in tables for cell in table.cells):
        colour = DOUBTFUL if "?" in cell.text else SURE
        cv2.polylines(canvas, [np.array(cell.corners, np.int32)], True, colour, line, cv2.LINE_AA)
        tall = float(np.clip(_SHARE * cell.box.height, 7 * line, 14 * line))
        x, y = cell.corners[0]
        place = (x + 2 * line, round(y + tall + 3 * line))
        cv2.putText(canvas, cell.text, place, _FONT, tall / _FONT_HEIGHT, colour, max(1, line), cv2.LINE_AA)
    return canvas
