"""A tilted page is set upright: lines of writing level, ruled lines too.

The tilt is the slope along which the ink falls into as few rows as possible: of all
slopes, the one with the largest sum of squares of the rows' counts (H. Baird, "The skew
angle of printed documents", 1987). A page is turned only where that is certain and
large: what is a line of writing, at small tilts, is told by the marks themselves.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box, Pixels

# Degrees: less does no harm, what seems to lean more is something else.
_LEAST, _MOST = 0.75, 21.0
_TRIED = np.concatenate([np.arange(-24, -4), np.arange(-4, 4.1, 0.5), np.arange(5, 25)])
_FINE = np.arange(-1, 1.1, 0.25)
# The squares are so many times their sum along the picture's own rows. The bar of a 7, the stem of a 1 lean
# too, by more degrees than this: where there are fewer pieces of ink than a line of writing has, it has to be
# clearer, and to run along a line of this share of the picture's width.
_CLEAR, _CLEARER = 1.3, 1.8
_CLEAR_SLIGHT = 1.5  # a page that leans less is turned for its rules alone
_LEANING, _PIECES, _LONG = 4.0, 3, 0.5
_COUNTED = 1000  # pixels of ink, of a small picture, tell as much as all


def tilt_of(small: Pixels) -> float:
    """Return how far the lines of a page descend to the right, in degrees; 0 where that is uncertain or slight.

    Args:
        small: (h, w) uint8, ink > 0, as ``rules.shrunk``.
    """
    rows, columns = np.nonzero(small)
    step = 1 + len(rows) // _COUNTED
    energies = _energies(rows[::step], columns[::step], _TRIED)
    best = float(_TRIED[energies.argmax()])
    clear = energies.max() / max(1.0, float(energies[_TRIED == 0][0]))
    if clear < (_CLEAR if abs(best) > _LEANING else _CLEAR_SLIGHT) or not _LEAST <= abs(best) <= _MOST:
        return 0.0
    if abs(best) > _LEANING and cv2.connectedComponents(small)[0] - 1 < _PIECES:
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


def upright(pixels: NDArray[np.uint8], tilt: float, *, paper: int = 0) -> NDArray[np.uint8]:
    """Turn a picture, (h, w) or (h, w, 3) uint8, by its tilt in degrees; it grows so that nothing is lost.

    ``paper`` fills the corners.
    """
    height, width = pixels.shape[:2]
    turn, size = _turn(width, height, tilt)[0], size_upright(width, height, tilt)
    return np.asarray(cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_LINEAR, borderValue=(paper,) * 3), np.uint8)


def size_upright(width: int, height: int, tilt: float) -> tuple[int, int]:
    """Return the width and height of a picture that was set upright."""
    across, down = _turn(width, height, tilt)[1]
    return int(np.ceil(across)), int(np.ceil(down))


def turned_back(box: Box, width: int, height: int, tilt: float) -> Box:
    """Return the box, in a picture of that size, around what ``box`` holds in the same picture set upright."""
    back = cv2.invertAffineTransform(_turn(width, height, tilt)[0])
    corners = np.array([[x, y, 1] for x in (box.x, box.right) for y in (box.y, box.bottom)]) @ back.T
    left, top = np.floor(corners.min(0)).astype(int).clip(0, (width - 1, height - 1)).tolist()
    right, bottom = np.ceil(corners.max(0)).astype(int).clip((left + 1, top + 1), (width, height)).tolist()
    return Box(left, top, right - left, bottom - top)


def _turn(width: int, height: int, tilt: float) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return the map, (2, 3), that sets a picture upright about its middle, and the size it then has."""
    cos, sin = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    size = (width * cos + height * abs(sin), width * abs(sin) + height * cos)
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = np.array(size) / 2 - turn @ (width / 2, height / 2)
    return np.column_stack([turn, shift]), size
