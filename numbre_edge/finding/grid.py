"""What the finder's network answers, cell by cell, and how a digit's box is written in it.

Anchor-free detection after X. Zhou et al., "Objects as Points" (2019): each cell
says whether the centre of a digit or a mark lies in it, and its box.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Floats
from numbre_edge.vocabulary import DIGITS, MARKS

STRIDE = 4  # pixels of a level a cell
CLASSES = (*DIGITS, *MARKS)
DIGIT_CLASSES = len(DIGITS)  # the first of CLASSES; the others are marks
# A digit belongs to the level where it is so high, pixels: an octave, and a little more so that none falls between two.
LOWEST, HIGHEST = 12.5, 32.0
# Just outside, the network is neither taught that it is one nor that it is none; what it says farther out is another's.
TOO_LOW, TOO_HIGH = 10.0, 40.0
# Boxes are written in natural logarithms of shares of these, pixels, and centres in cells from the middle of theirs.
_WIDTH, _HEIGHT = 16.0, 20.0
_LARGEST = 2.0  # of a logarithm: no digit of the level is e² times as wide
PARTS = (2, 4, 1)  # channels of a cell: heat, boxes, links
CHANNELS = sum(PARTS)
# Boxes come out so many times as large: with logits in one tensor, they then get as fine a share of its 256 levels.
BOXES_TIMES = 8.0
_CERTAIN = 80.0  # a logit: what goes beyond says no more, and its power is no float32; ours end at 25


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network says of N tiles of (h, w) cells.

    Attributes:
        heat: (N, h, w, 2) float32 logits: a digit's centre, a mark's centre.
        boxes: (N, h, w, 4) float32: logarithms of width and height, centre right and below of the cell's middle.
        links: (N, h, w, 1) float32 logits: the number goes on after this digit ("links", after B. Shi et al., SegLink,
            2017).
    """

    heat: Floats
    boxes: Floats
    links: Floats

    @classmethod
    def of(cls, outputs: Floats, width: int) -> Answers:
        """Take apart what the network gives of N tiles so many pixels wide: N times h w CHANNELS float32, any shape."""
        cells = limited(outputs).reshape(len(outputs), -1, width // STRIDE, CHANNELS)
        heat, boxes, links = np.split(cells, np.cumsum(PARTS)[:-1], axis=-1)
        return cls(heat, boxes / BOXES_TIMES, links)

    def part(self, tile: int, x: int, y: int, shape: tuple[int, ...]) -> Answers:
        """Return what is said of (h, w) pixels of a tile that begin at ``x``, ``y``: N = 1, no cell beyond them."""
        rows, columns = (
            slice(at // STRIDE, -(-(at + length) // STRIDE)) for at, length in zip((y, x), shape, strict=True)
        )
        return Answers(*(values[tile : tile + 1, rows, columns] for values in vars(self).values()))


@dataclass(frozen=True, eq=False)
class Found:
    """N digits or marks of one picture.

    Attributes:
        boxes: (N, 4) float32 x, y, w, h, pixels.
        heat: (N,) float32, how likely something stands here at all.
        mark: (N,) bool, whether it is a mark.
        links: (N,) float32, how likely its number goes on after it.
        level: (N,) int, the number of the level on which it was found, coarse to fine.
    """

    boxes: Floats
    heat: Floats
    mark: NDArray[np.bool_]
    links: Floats
    level: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.heat)

    def chosen(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Found:
        """Return those of ``which``."""
        return Found(*(values[which] for values in vars(self).values()))

    @staticmethod
    def joined(parts: list[Found]) -> Found:
        """Return all of ``parts``."""
        if not parts:
            return Found(
                np.zeros((0, 4), np.float32),
                np.zeros(0, np.float32),
                np.zeros(0, np.bool_),
                np.zeros(0, np.float32),
                np.zeros(0, np.intp),
            )
        return Found(*(np.concatenate(all_of) for all_of in zip(*(vars(p).values() for p in parts), strict=True)))


def encoded(boxes: Floats, cells: NDArray[np.intp]) -> Floats:
    """Return (N, 4) float32 as the network writes ``boxes``, (N, 4) x, y, w, h, in ``cells``, (N, 2) column, row."""
    centres = (boxes[:, :2] + boxes[:, 2:] / 2) / STRIDE - (cells + 0.5)
    return np.concatenate([np.log(np.maximum(boxes[:, 2:], 1) / (_WIDTH, _HEIGHT)), centres], 1).astype(np.float32)


def decoded(written: Floats, cells: NDArray[np.intp]) -> Floats:
    """Return (N, 4) float32 x, y, w, h of what :func:`encoded` wrote."""
    sizes = np.exp(np.clip(written[:, :2], -_LARGEST, _LARGEST)) * (_WIDTH, _HEIGHT)
    centres = (cells + 0.5 + written[:, 2:]) * STRIDE
    return np.concatenate([centres - sizes / 2, sizes], 1).astype(np.float32)


def peaks(answers: Answers, tile: int, *, threshold: float) -> Found:
    """Return where one tile's heat is at its highest among its neighbours and above ``threshold``, a probability."""
    parts = []
    for kind in range(2):
        heat = np.ascontiguousarray(answers.heat[tile, :, :, kind])
        top = (_sigmoid(heat) > threshold) & (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8)))
        rows, columns = np.nonzero(top)
        cells = np.column_stack([columns, rows])
        boxes = decoded(answers.boxes[tile, rows, columns], cells)
        if kind == 0:
            level = (boxes[:, 3] >= TOO_LOW) & (boxes[:, 3] <= TOO_HIGH)
            rows, columns, boxes = rows[level], columns[level], boxes[level]
        parts.append(
            Found(
                boxes,
                _sigmoid(heat[rows, columns]),
                np.full(len(boxes), kind == 1),
                _sigmoid(answers.links[tile, rows, columns, 0]),
                np.zeros(len(boxes), np.intp),
            )
        )
    return Found.joined(parts)


def limited(outputs: Floats) -> Floats:
    """Return what a network gives, between the logits of what is certain."""
    return np.asarray(outputs.clip(-_CERTAIN, _CERTAIN), np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
