"""A tilted page is set upright: lines of writing level, ruled lines too.

The tilt is the slope along which the ink falls into as few rows as possible: of all
slopes, the one with the largest sum of squares of the rows' counts (H. Baird, "The skew
angle of printed documents", 1987). A page is turned only where that is certain and
large: what is a line of writing, at small tilts, is told by the tokens themselves.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Pixels

# Degrees: less does no harm, what seems to lean more is something else.
_LEAST, _MOST = 0.75, 21.0
_TRIED = np.concatenate([np.arange(-24, -4), np.arange(-4, 4.1, 0.5), np.arange(5, 25)])
_FINE = np.arange(-1, 1.1, 0.25)
# The squares are so many times their sum along the picture's own rows. A page that leans by little is turned for its
# rules alone, and has to be clearer.
_CLEAR, _CLEAR_SLIGHT = 1.3, 1.5
# The bar of a 7, the stem of a 1 lean too, by more degrees than slight: where there are fewer pieces of ink than a
# line of writing has, it has to be clearer still, and to run along a line of this share of the picture's width.
_CLEARER = 1.8
_SLIGHT, _PIECES, _LONG = 4.0, 3, 0.5
_COUNTED = 1000  # pixels of ink, of a small picture, tell as much as all


def tilt_of(small: Pixels) -> float:
    """Return how far the lines of a page descend to the right, in degrees; 0 where that is uncertain or slight.

    Args:
        small: (h, w) uint8, ink > 0, as ``straight.shrunk``.
    """
    rows, columns = np.nonzero(small)
    step = 1 + len(rows) // _COUNTED
    energies = _energies(rows[::step], columns[::step], _TRIED)
    best = float(_TRIED[energies.argmax()])
    clear = energies.max() / max(1.0, float(energies[_TRIED == 0][0]))
    if clear < (_CLEAR if abs(best) > _SLIGHT else _CLEAR_SLIGHT) or not _LEAST <= abs(best) <= _MOST:
        return 0.0
    if abs(best) > _SLIGHT and cv2.connectedComponents(small)[0] - 1 < _PIECES:
        longest = np.bincount(_rows(rows, columns, best)).max()
        if clear < _CLEARER or longest < _LONG * small.shape[1]:
            return 0.0
    near = best + _FINE
    return float(near[_energies(rows, columns, near).argmax()])


def _energies(rows: NDArray[np.intp], columns: NDArray[np.intp], degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of squares of the ink's counts in rows of each slope."""
    return np.array([float(np.square(np.bincount(_rows(rows, columns, slope))).sum()) for slope in degrees])


def _rows(rows: NDArray[np.intp], columns: NDArray[np.intp], degrees: float) -> NDArray[np.intp]:
    """Return the row, from 0, of each pixel of ink if rows descend by so many degrees to the right."""
    level = np.rint(rows - np.tan(np.radians(degrees)) * columns).astype(np.intp)
    return np.asarray(level - level.min(initial=0), np.intp)
