"""Turning pictures by some degrees, and the one map of boxes between a picture that was worked on and its frame."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box, Boxes, Placement

# Longer side, pixels. Larger pictures are shrunk to it: a digit 1/60 of the side is then 21 pixels high.
WORKING_SIDE = 1280


def upright(pixels: NDArray[np.uint8], tilt: float, *, paper: int = 0) -> NDArray[np.uint8]:
    """Turn a picture, (h, w) or (h, w, 3) uint8, by its tilt in degrees; it grows so that nothing is lost.

    ``paper`` fills the corners.
    """
    height, width = pixels.shape[:2]
    turn, (across, down) = _turn(width, height, tilt)
    size = (int(np.ceil(across)), int(np.ceil(down)))
    return np.asarray(cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_LINEAR, borderValue=(paper,) * 3), np.uint8)


def scaled_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Return the width and height, whole pixels, of a picture at another scale."""
    return max(1, round(width * scale)), max(1, round(height * scale))


def in_frame(boxes: Boxes, placement: Placement) -> Boxes:
    """Return the boxes in frame pixels around what ``boxes``, (N, 4), hold in the picture that was worked on.

    They lie within the placement's region, and are at least a pixel wide and high.
    """
    region, scale = placement.region, placement.scale
    working = scaled_size(region.width, region.height, scale)
    back = cv2.invertAffineTransform(_turn(*working, placement.tilt)[0])
    low, high = _around(boxes, back)
    size = np.array(region[2:])
    low = np.floor(low / scale).clip(0, size - 1)
    high = np.rint(high / scale).clip(low + 1, size)
    return np.column_stack([low + region[:2], high - low]).astype(np.int32)


def levelled(placement: Placement) -> Placement:
    """Return where the picture that was worked on lies in the region alone, if that is set upright too."""
    across, down = _turn(placement.region.width, placement.region.height, placement.tilt)[1]
    return Placement(Box(0, 0, int(np.ceil(across)), int(np.ceil(down))), placement.scale)


def in_working(box: Box, placement: Placement) -> Box:
    """Return the box in the picture that was worked on around what ``box`` holds in the frame."""
    region, scale = placement.region, placement.scale
    there = _turn(*scaled_size(region.width, region.height, scale), placement.tilt)[0]
    x, y = (box.x - region.x) * scale, (box.y - region.y) * scale
    low, high = _around(np.array([[x, y, box.width * scale, box.height * scale]]), there)
    (left, top), (right, bottom) = np.rint(low[0]).astype(int).tolist(), np.rint(high[0]).astype(int).tolist()
    return Box(left, top, right - left, bottom - top)


def _around(
    boxes: NDArray[np.int32] | NDArray[np.float64], turn: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the left tops and the right bottoms, (N, 2), around where ``turn``, (2, 3), puts the boxes' corners."""
    left, top, width, height = boxes.T.astype(np.float64)
    corners = np.array([(x, y) for x in (left, left + width) for y in (top, top + height)])  # (4, 2, N)
    placed = np.einsum("ij,cjn->cni", turn[:, :2], corners) + turn[:, 2]
    return placed.min(0), placed.max(0)


def _turn(width: int, height: int, tilt: float) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return the map, (2, 3), that sets a picture upright about its middle, and the size it then has."""
    cos, sin = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    size = (width * cos + height * abs(sin), width * abs(sin) + height * cos)
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = np.array(size) / 2 - turn @ (width / 2, height / 2)
    return np.column_stack([turn, shift]), size
