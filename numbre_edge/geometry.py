"""Turning pictures by some degrees, and boxes back: the upright page and the frame it was taken from."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box


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
