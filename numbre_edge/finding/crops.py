"""What was found, cut out of its level with what stands beside it: what a refiner looks at.

The second stage of R-CNN (R. Girshick et al., 2014), and the refine network of MTCNN
(K. Zhang et al., 2016): what one small network finds anywhere, another looks at closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from numbre_edge.finding.grid import CLASSES, Found
from numbre_edge.finding.levels import Level
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Floats, Pixels

NEAR = (32, 56)  # height and width, pixels, of each of the two views that a crop holds, one above the other
CROP = (2 * NEAR[0], NEAR[1])
# A digit is so high in the two, pixels: to be read in the one; and to be seen among its neighbours, four of its heights
# to each side, in the other. As an eye does, which sees sharply where it looks.
_HIGH = (18.0, 7.0)
WIDER = _HIGH[1] / _HIGH[0]  # scale of the wide view by that of the near one
NOTHING = len(CLASSES)  # what a refiner can say beside CLASSES
LINKED = NOTHING + 1  # the last of its answers: the number goes on


@dataclass(frozen=True, eq=False)
class Refined:
    """What a refiner says of N crops.

    Attributes:
        classes: (N, NOTHING + 1) float32, how likely it is which of CLASSES, or nothing; rows sum to 1.
        links: (N,) float32, how likely the number goes on after it.
    """

    classes: Floats
    links: Floats

    @classmethod
    def of(cls, outputs: Floats) -> Refined:
        """Take apart what the network gives: (N, LINKED + 1) logits."""
        logits = outputs[:, : NOTHING + 1]
        powers = np.exp(logits - logits.max(1, initial=-np.inf, keepdims=True))
        return cls(powers / powers.sum(1, keepdims=True), 1 / (1 + np.exp(-outputs[:, LINKED])))


def crops(scales: Sequence[Level], found: Found) -> Pixels:
    """Return (N, *CROP) uint8 of what was found in a picture with these levels."""
    result = np.empty((len(found), *CROP), np.uint8)
    halves = {number: halved(scales[number].pixels) for number in np.unique(found.level)}
    for at, (box, mark, number) in enumerate(zip(found.boxes, found.mark, found.level, strict=True)):
        level = scales[number]
        placed = box * np.array([*level.scale] * 2, np.float32)
        result[at] = crop(level.pixels, halves[number], placed, mark=bool(mark)).reshape(CROP)
    return result


def halved(level: Pixels) -> Pixels:
    """Return (h, w) uint8 ``level`` at half its size, from which the wider views are taken."""
    height, width = level.shape
    size = (max(1, width // 2), max(1, height // 2))
    return np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_AREA), np.uint8)


def crop(level: Pixels, half: Pixels, box: Floats, *, mark: bool, size: tuple[int, int] = NEAR) -> Pixels:
    """Return what stands around ``box``, (4,) x, y, w, h, of (h, w) ``level``: (2, *size) uint8, near and wide.

    A digit is made as high as _HIGH says; a mark keeps its level's scale, at which the digits beside it are about so
    high.
    """
    views = []
    for pixels, high in ((level, _HIGH[0]), (half, _HIGH[1])):
        scale = high / (_HIGH[0] if mark else max(1.0, float(box[3])))
        by = (scale * level.shape[1] / pixels.shape[1], scale * level.shape[0] / pixels.shape[0])
        # Pixels are squares: their middles, not their corners, are what is interpolated.
        x, y = (
            (size[1 - axis] - 1) / 2 - scale * float(box[axis] + box[axis + 2] / 2) + 0.5 * by[axis] for axis in (0, 1)
        )
        to_view = np.array([[by[0], 0, x], [0, by[1], y]], np.float32)
        views.append(cv2.warpAffine(pixels, to_view, size[::-1], borderValue=PAPER))
    return np.array(views, np.uint8)
