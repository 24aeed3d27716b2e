"""What was found, cut out of its level with what stands beside it: what a refiner looks at.

The second stage of R-CNN (R. Girshick et al., 2014), and the refine network of MTCNN
(K. Zhang et al., 2016): what one small network finds anywhere, another looks at closely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.finding.grid import CLASSES, Found, limited
from numbre_edge.finding.levels import Level
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Floats, Pixels

NEAR = (32, 56)  # height and width, pixels, of each of the two views that a crop holds, one above the other
CROP = (2 * NEAR[0], NEAR[1])
# A digit is so high in the two, pixels: to be read in the one; and to be seen among its neighbours, four of its heights
# to each side, in the other. As an eye does, which sees sharply where it looks.
HIGH, _HIGH_WIDE = 18.0, 7.0
WIDER = _HIGH_WIDE / HIGH  # scale of the wide view by that of the near one
_LARGEST = 3.0  # of a logarithm of sizes
NOTHING = len(CLASSES)  # what a refiner can say beside CLASSES
LINKED = NOTHING + 1  # after the classes it answers whether the number goes on, and where the digit's box really is
ANSWERS = LINKED + 5


@dataclass(frozen=True, eq=False)
class Refined:
    """What a refiner says of N crops.

    Attributes:
        classes: (N, NOTHING + 1) float32, how likely it is which of CLASSES, or nothing; rows sum to 1.
        links: (N,) float32, how likely the number goes on after it.
        moves: (N, 4) float32, how the box of a digit is to be moved, see :func:`moves`.
    """

    classes: Floats
    links: Floats
    moves: Floats

    def chosen(self, which: NDArray[np.bool_]) -> Refined:
        """Return those of ``which``."""
        return Refined(self.classes[which], self.links[which], self.moves[which])

    def pooled(self, other: Refined) -> Refined:
        """Return what the two say together of the same things, seen twice; the moves are the first's."""
        both = np.sqrt(self.classes * other.classes)
        classes = np.asarray(both / both.sum(1, keepdims=True), np.float32)
        return Refined(classes, np.asarray((self.links + other.links) / 2, np.float32), self.moves)

    @classmethod
    def of(cls, outputs: Floats) -> Refined:
        """Take apart what the network gives: (N, ANSWERS) logits, and moves."""
        outputs = limited(outputs)
        logits = outputs[:, : NOTHING + 1]
        powers = np.exp(logits - logits.max(1, initial=-np.inf, keepdims=True))
        links = np.asarray(1 / (1 + np.exp(-outputs[:, LINKED])), np.float32)
        return cls(powers / powers.sum(1, keepdims=True), links, outputs[:, LINKED + 1 :])


def moves(boxes: Floats, truth: Floats) -> Floats:
    """Return (N, 4) float32, how ``boxes``, (N, 4) x, y, w, h, become ``truth``.

    The way of the middle, right and down, in heights of the box; natural logarithms of width and height by that height
    (after R-CNN's regression of boxes).
    """
    high = np.maximum(boxes[:, 3:], 1)
    way = (truth[:, :2] + truth[:, 2:] / 2 - boxes[:, :2] - boxes[:, 2:] / 2) / high
    return np.concatenate([way, np.log(np.maximum(truth[:, 2:], 1e-3) / high)], 1).astype(np.float32)


def moved(boxes: Floats, by: Floats) -> Floats:
    """Return (N, 4) float32 ``boxes`` moved as :func:`moves` says."""
    high = np.maximum(boxes[:, 3:], 1)
    sizes = high * np.exp(np.clip(by[:, 2:], -_LARGEST, _LARGEST))
    middles = boxes[:, :2] + boxes[:, 2:] / 2 + high * by[:, :2]
    return np.concatenate([middles - sizes / 2, sizes], 1).astype(np.float32)


def crops(scales: Sequence[Level], found: Found) -> Pixels:
    """Return (N, *CROP) uint8 of what was found in a picture with these levels."""
    result = np.empty((len(found), *CROP), np.uint8)
    halves = {number: halved(scales[number].pixels) for number in set(found.level.tolist())}
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

    A digit is made HIGH pixels high; a mark keeps its level's scale, at which the digits beside it are about so
    high.
    """
    views = []
    for pixels, high in ((level, HIGH), (half, _HIGH_WIDE)):
        scale = high / (HIGH if mark else max(1.0, float(box[3])))
        by = (scale * level.shape[1] / pixels.shape[1], scale * level.shape[0] / pixels.shape[0])
        # Pixels are squares: their middles, not their corners, are what is interpolated.
        x, y = (
            (size[1 - axis] - 1) / 2 - scale * float(box[axis] + box[axis + 2] / 2) + 0.5 * by[axis] for axis in (0, 1)
        )
        to_view = np.array([[by[0], 0, x], [0, by[1], y]], np.float32)
        views.append(cv2.warpAffine(pixels, to_view, size[::-1], borderValue=PAPER))
    return np.array(views, np.uint8)
