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

CROP = (32, 56)  # height and width, pixels: of what stands beside a digit decides, more than above and below
_HIGH = 18.0  # pixels of a digit in its crop; what is above and below is then a third of the digit
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
    for at, (box, mark, number) in enumerate(zip(found.boxes, found.mark, found.level, strict=True)):
        level = scales[number]
        result[at] = crop(level.pixels, box * np.array([*level.scale] * 2, np.float32), mark=bool(mark))
    return result


def crop(level: Pixels, box: Floats, *, mark: bool, size: tuple[int, int] = CROP) -> Pixels:
    """Return what stands around ``box``, (4,) x, y, w, h, of (h, w) ``level``: ``size`` uint8, height and width.

    A digit is made _HIGH pixels high; a mark keeps its level's scale, at which the digits beside it are about so high.
    """
    scale = 1.0 if mark else _HIGH / max(1.0, float(box[3]))
    # Pixels are squares: their middles, not their corners, are what is interpolated.
    shift = [(size[1 - axis] - 1) / 2 - scale * (float(box[axis] + box[axis + 2] / 2) - 0.5) for axis in (0, 1)]
    to_crop = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)
    return np.asarray(cv2.warpAffine(level, to_crop, size[::-1], borderValue=PAPER), np.uint8)
