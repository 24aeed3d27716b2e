"""The values that flow from a source to a sink. Nothing here changes once made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numbre_edge.vocabulary import DIGIT_COLUMNS

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Box(NamedTuple):
    """A rectangle in frame pixels: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @staticmethod
    def around(boxes: list[Box]) -> Box:
        """Return the smallest box that holds all of ``boxes`` (at least one)."""
        left, top = min(b.x for b in boxes), min(b.y for b in boxes)
        return Box(left, top, max(b.right for b in boxes) - left, max(b.bottom for b in boxes) - top)


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture from a source.

    Attributes:
        pixels: (H, W) grey or (H, W, 3) BGR, uint8.
        source: where it comes from, as the user wrote it (a path, a URL, a device).
        index: number of the frame within its source, from 0.
        timestamp: seconds since the source began; 0.0 for a single picture.
        note: what whoever reads the result should know of it, such as "page 1 of 3 was read"; mostly "".
    """

    pixels: Pixels
    source: str = ""
    index: int = 0
    timestamp: float = 0.0
    note: str = ""

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])


@dataclass(frozen=True)
class Lattice:
    """Connected ink, cut into segments from left to right, with every patch made of a run of them.

    Attributes:
        segments: boxes in frame pixels, at least one.
        spans: (first, end, patch): segments ``first`` to ``end - 1`` together are patch number ``patch``.
    """

    segments: tuple[Box, ...]
    spans: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Patches:
    """Candidate digits cut from one frame, as the model wants them.

    Attributes:
        pixels: (N, 28, 28) uint8, ink 255 on 0. N = 0 is ordinary.
        boxes: (N, 4) int32, x, y, width, height in frame pixels.
        lattices: which of the patches share ink, and so exclude each other.
        punctuation: ink that is too small or too flat for a digit, such as dots and dashes: it parts numbers.
    """

    pixels: Pixels
    boxes: NDArray[np.int32]
    lattices: tuple[Lattice, ...]
    punctuation: tuple[Box, ...] = ()

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True)
class Digit:
    """One digit as read. ``value`` is None where the model doubts.

    Attributes:
        value: 0 to 9, or None for a doubtful digit.
        confidence: probability of the best digit, 0 to 1.
        box: where it stands, in frame pixels.
    """

    value: int | None
    confidence: float
    box: Box


@dataclass(frozen=True)
class Reading:
    """One number as read, its digits in reading order.

    Attributes:
        digits: at least one.
        text: the digits as text, ``?`` for a doubtful one.
        confidence: that of the least certain digit, 0 to 1.
        box: around all digits, in frame pixels.
    """

    digits: tuple[Digit, ...]
    text: str
    confidence: float
    box: Box

    @classmethod
    def of(cls, digits: list[Digit]) -> Reading:
        """Make one number of ``digits``, at least one, in reading order."""
        return cls(
            digits=tuple(digits),
            text="".join("?" if d.value is None else str(d.value) for d in digits),
            confidence=min(d.confidence for d in digits),
            box=Box.around([d.box for d in digits]),
        )

    def placed(self, place: Callable[[Box], Box]) -> Reading:
        """Return the same number with each digit's box where ``place`` puts it."""
        return Reading.of([Digit(d.value, d.confidence, place(d.box)) for d in self.digits])

    def moved(self, dx: int, dy: int) -> Reading:
        """Return the same number ``dx``, ``dy`` pixels further right and down."""
        return self.placed(lambda box: box._replace(x=box.x + dx, y=box.y + dy))


@dataclass(frozen=True, eq=False)
class Explanation:
    """Every stage of one reading, for people who ask why.

    Of a tilted page all this is of the page set upright, boxes included.

    Attributes:
        contrast: (h, w) uint8 at working scale, illumination removed, ink bright on 0.
        mask: (h, w) uint8, ink 255 on 0.
        scale: working pixels per frame pixel.
        tilt: degrees by which the page's lines descended to the right before it was set upright; 0 if it was not.
        light_ink: whether the ink is lighter than its ground.
        patches: the candidate digits, N of them.
        probabilities: (N, C) float32, calibrated; the first ten columns are the digits.
        readings: the numbers, in reading order.
    """

    contrast: Pixels
    mask: Pixels
    scale: float
    tilt: float
    light_ink: bool
    patches: Patches
    probabilities: Floats
    readings: tuple[Reading, ...]

    @cached_property
    def chosen(self) -> dict[int, Digit]:
        """The patches that became digits: number of the patch -> digit, in reading order."""
        patches: dict[tuple[int, ...], list[int]] = {}
        for number, box in enumerate(self.patches.boxes.tolist()):
            patches.setdefault(tuple(box), []).append(number)
        # Two candidates can share a box, one with and one without a speck of ink: the confidence tells which.
        best = self.probabilities[:, DIGIT_COLUMNS].max(1, initial=0)
        return {
            min(patches[digit.box], key=lambda number: abs(float(best[number]) - digit.confidence)): digit
            for reading in self.readings
            for digit in reading.digits
        }


@dataclass(frozen=True)
class Result:
    """What became of one frame: its readings, or the error that prevented them.

    Attributes:
        source, frame: those of the Frame.
        width, height: of the full-size picture in pixels; None where it could not be read.
        readings: in reading order, top to bottom and left to right.
        error: what went wrong, in one line, or None.
    """

    source: str
    frame: int
    width: int | None
    height: int | None
    readings: tuple[Reading, ...] = ()
    error: str | None = None
