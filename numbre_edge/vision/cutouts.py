"""Boxes on a page -> 28x28 patches of the ink in them, told from the ground right around each."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.quantiles import median, quantile
from numbre_edge.types import Boxes, Pixels
from numbre_edge.vision.normalize import PATCH, normalize

_AROUND = 0.25  # of a box's height, and at least two pixels: what shows the ground besides
# What is fainter than this share of full ink is ground, but for the fringe of what is not: chosen by eye, other values
# were not compared.
_INK = 0.35
_FULL = 0.98  # quantile of a box's ink that counts as full: a few pixels may be a glint or dust
_FRINGE = np.ones((3, 3), np.uint8)


def cut_out(grey: Pixels, boxes: Boxes) -> Pixels:
    """Return (N, 28, 28) uint8 patches, ink 255 on 0, of ``boxes``, (N, 4), on a page's (h, w) uint8 ``grey``.

    What stands around each is parted in light and dark (N. Otsu, 1979). Ink is the lesser part, by what all boxes
    together say: a page is written in dark ink or in light.
    """
    parts = [_part(grey, box, max(2, round(_AROUND * box[3]))) for box in boxes.tolist()]
    dark = [part <= cv2.threshold(part, 0, 255, cv2.THRESH_OTSU)[0] if part.size else part > 0 for part in parts]
    votes = [
        part.size * (float(part[~low].mean()) - float(part[low].mean())) * (0.5 - float(low.mean()))
        for part, low in zip(parts, dark, strict=True)
        if low.any() and not low.all()
    ]
    light_ink = sum(votes) < 0
    patches = []
    for box, part, low in zip(boxes.tolist(), parts, dark, strict=True):
        ground = part[low] if light_ink else part[~low]
        patches.append(normalize(_ink(_part(grey, box, 1), ground, light_ink=light_ink)))
    return np.array(patches, np.uint8).reshape(-1, PATCH, PATCH)


def _part(grey: Pixels, box: list[int], margin: int) -> Pixels:
    """Return a box and ``margin`` pixels around it, as far as they are on the page."""
    x, y, width, height = box
    rows = slice(max(0, y - margin), max(0, y + height + margin))
    return np.ascontiguousarray(grey[rows, max(0, x - margin) : max(0, x + width + margin)])


def _ink(part: Pixels, ground: Pixels, *, light_ink: bool) -> Pixels:
    """Return how far (h, w) uint8 ``part`` is from its ``ground``, stretched to 255, and 0 where that is not ink."""
    if not part.size or not ground.size:
        return np.zeros_like(part)
    paper = np.full_like(part, round(median(ground)))
    away = np.asarray(cv2.subtract(part, paper) if light_ink else cv2.subtract(paper, part), np.uint8)
    mask = (away > _INK * max(1.0, quantile(away, _FULL))).astype(np.uint8)
    return np.asarray(away * cv2.dilate(mask, _FRINGE), np.uint8)
