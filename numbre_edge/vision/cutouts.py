"""Boxes on a page -> 28x28 patches of the ink in them."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.types import Boxes, Pixels
from numbre_edge.vision.normalize import PATCH, normalize
from numbre_edge.vision.page import Page

_AROUND = np.ones((3, 3), np.uint8)  # a pixel of ink and its neighbours, which hold its grey fringe


def cut_out(page: Page, boxes: Boxes) -> Pixels:
    """Return (N, 28, 28) uint8 patches, ink 255 on 0, of ``boxes``, (N, 4) in the page's working pixels.

    A patch is all 0 where its box holds no ink.
    """
    contrast, mask = page.flattened.contrast, page.writing.mask
    ink = np.asarray(cv2.bitwise_and(contrast, cv2.dilate(mask, _AROUND)), np.uint8)
    patches = [
        normalize(_part(ink, x - 1, y - 1, x + width + 1, y + height + 1)) for x, y, width, height in boxes.tolist()
    ]
    return np.array(patches, np.uint8).reshape(-1, PATCH, PATCH)


def _part(ink: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    return np.ascontiguousarray(ink[max(0, top) : max(0, bottom), max(0, left) : max(0, right)])
