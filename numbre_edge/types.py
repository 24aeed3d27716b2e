"""The values that flow from a source to a sink. Nothing here changes once made."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import SourceError

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Boxes = NDArray[np.int32]  # (N, 4): x, y, width, height


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


class Reduced(NamedTuple):
    """All of a large picture in grey, as its file gives it at less than its size.

    Attributes:
        pixels: (h, w) uint8.
        width, height: of the picture, in its own pixels.
    """

    pixels: Pixels
    width: int
    height: int


class _Pixels:
    """A frame's pixels; given as a function, they are made when they are first asked for."""

    def __set__(self, frame: Frame, pixels: Pixels | Callable[[], Pixels]) -> None:
        frame.__dict__["pixels"] = pixels

    def __get__(self, frame: Frame | None, owner: type[Frame]) -> Pixels:
        if frame is None:
            raise AttributeError("pixels")  # the field has no default
        given = frame.__dict__["pixels"]
        pixels: Pixels = given() if callable(given) else given
        frame.__dict__["pixels"] = pixels
        return pixels


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture from a source.

    Attributes:
        pixels: (H, W) grey or (H, W, 3) BGR, uint8; or a function that gives them, called when somebody asks.
        source: where it comes from, as the user wrote it (a path, a URL, a device).
        index: number of the frame within its source, from 0.
        timestamp: seconds since the source began; 0.0 for a single picture.
        note: what whoever reads the result should know of it, such as "page 1 of 3 was read"; mostly "".
        pages: that its file has, if it is read page by page.
        reduced: what it is read from where all of it is, if that is not ``pixels``.
    """

    pixels: _Pixels = _Pixels()
    source: str = ""
    index: int = 0
    timestamp: float = 0.0
    note: str = ""
    pages: int = 1
    reduced: Reduced | None = None

    @property
    def width(self) -> int:
        return self.reduced.width if self.reduced else int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return self.reduced.height if self.reduced else int(self.pixels.shape[0])


@dataclass(frozen=True)
class Unreadable:
    """What stands for a frame that cannot be read, where others of its source may be.

    Attributes:
        source, index: as of a frame.
        error: why, in one line.
    """

    source: str
    index: int
    error: str


def readable(page: Frame | Unreadable) -> Frame:
    """Return what is a frame; raise SourceError where it could not be read."""
    if isinstance(page, Unreadable):
        raise SourceError(page.error)
    return page


def numbered(source: str, frame: int) -> str:
    """Return what a frame is called for people, such as ``scan.pdf #3``; the first one like its source."""
    return f"{source} #{frame}" if frame else source


@dataclass(frozen=True)
class Placement:
    """Where a picture that was worked on lies in its frame; :mod:`numbre_edge.geometry` maps boxes by it.

    Attributes:
        region: the part of the frame it was made of, in frame pixels.
        scale: working pixels per frame pixel.
        tilt: degrees by which the lines descended to the right before it was set upright; 0 if it was not.
    """

    region: Box
    scale: float = 1.0
    tilt: float = 0.0


@dataclass(frozen=True)
class Lattice:
    """Connected ink, cut into segments from left to right, with every patch made of a run of them.

    Attributes:
        segments: their boxes, at least one.
        spans: (first, end, patch): segments ``first`` to ``end - 1`` together are patch number ``patch``.
    """

    segments: tuple[Box, ...]
    spans: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Patches:
    """Candidate digits cut from one picture, as the model wants them.

    All boxes are in the same pixels: of the picture that was worked on where
    they are cut out, of the frame in an :class:`Explanation`.

    Attributes:
        pixels: (N, 28, 28) uint8, ink 255 on 0. N = 0 is ordinary.
        boxes: (N, 4) int32, x, y, width, height.
        lattices: which of the patches share ink, and so exclude each other.
        punctuation: ink that is too small or too flat for a digit, such as dots and dashes: it parts numbers.
    """

    pixels: Pixels
    boxes: Boxes
    lattices: tuple[Lattice, ...]
    punctuation: tuple[Box, ...] = ()

    def __len__(self) -> int:
        return len(self.pixels)

    def placed(self, place: Callable[[Boxes], Boxes]) -> Patches:
        """Return the same patches with every box where ``place``, (N, 4) to (N, 4), puts it."""
        flat = [box for lattice in self.lattices for box in lattice.segments] + list(self.punctuation)
        placed = place(np.concatenate([self.boxes, np.array(flat, np.int32).reshape(-1, 4)]))
        boxes = iter([Box(*row) for row in placed[len(self.boxes) :].tolist()])
        return Patches(
            pixels=self.pixels,
            boxes=placed[: len(self.boxes)],
            lattices=tuple(
                Lattice(tuple(islice(boxes, len(lattice.segments))), lattice.spans) for lattice in self.lattices
            ),
            punctuation=tuple(boxes),
        )


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

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)


@dataclass(frozen=True)
class Reading:
    """One number as read, its digits in reading order.

    Attributes:
        digits: at least one.
        text: as written: the digits, ``?`` for a doubtful one, a sign before them, points and commas between.
        confidence: that of the least certain digit or mark, or of where the number begins and ends, 0 to 1.
        box: around all digits, in frame pixels.
        value: what it is, a whole number as an int; None where a digit is doubtful, or it could mean two things.
    """

    digits: tuple[Digit, ...]
    text: str
    confidence: float
    box: Box
    value: float | None = None

    @classmethod
    def of(cls, digits: list[Digit], *, text: str = "", whole: float = 1.0) -> Reading:
        """Make one number of ``digits``, at least one, in reading order.

        Args:
            digits: what it is made of.
            text: as written; without it, just the digits.
            whole: how likely it is just these.
        """
        return cls(
            digits=tuple(digits),
            text=text or "".join(map(str, digits)),
            confidence=min(whole, *(d.confidence for d in digits)),
            box=Box.around([d.box for d in digits]),
        )

    def part(self, digits: Collection[Digit]) -> Reading:
        """Return some of its digits as a number, with its sign if that stands before them, and the marks between."""
        text, before = "", True
        for digit, written in zip(self.digits, re.findall(r"[^\d?]*[\d?]", self.text), strict=True):
            own = digit in digits
            text += (written if before else written[-1]) if own else ""
            before = own
        return Reading.of([digit for digit in self.digits if digit in digits], text=text, whole=self.confidence)


class View(Protocol):
    """A page as it was looked at.

    Attributes:
        contrast: (h, w) uint8 at working scale, set upright, illumination removed, ink bright on 0.
        mask: (h, w) uint8, ink 255 on 0.
        placement: where these two lie in the frame.
        light_ink: whether the ink is lighter than its ground.
    """

    @property
    def contrast(self) -> Pixels: ...
    @property
    def mask(self) -> Pixels: ...
    @property
    def placement(self) -> Placement: ...
    @property
    def light_ink(self) -> bool: ...


@dataclass(frozen=True, eq=False)
class Recognition:
    """What a recogniser read, and the evidence for it.

    Attributes:
        readings: the numbers, in reading order.
        patches: the candidate digits, N of them.
        probabilities: (N, C) float32, as they decided: calibrated, and weighed by what else is in the picture. The
            first ten columns are the digits; a digit's confidence is that of its patch, to the last bit.
        sources: the patch that each digit of ``readings`` was read from, in their order.
        view: how the page was looked at; None where that was as it looks at first.
    """

    readings: tuple[Reading, ...]
    patches: Patches
    probabilities: Floats
    sources: tuple[int, ...]
    view: View | None = None

    @cached_property
    def chosen(self) -> dict[int, Digit]:
        """The patches that became digits: number of the patch -> digit, in reading order."""
        digits = (digit for reading in self.readings for digit in reading.digits)
        return dict(zip(self.sources, digits, strict=True))

    def at(self, patches: Patches) -> Recognition:
        """Return the same, read where ``patches`` say: the same patches with their boxes elsewhere."""
        boxes = iter([Box(*row) for row in patches.boxes[list(self.sources)].tolist()])
        moved = [[replace(digit, box=next(boxes)) for digit in reading.digits] for reading in self.readings]
        readings = tuple(
            replace(reading, digits=tuple(digits), box=Box.around([digit.box for digit in digits]))
            for reading, digits in zip(self.readings, moved, strict=True)
        )
        return replace(self, readings=readings, patches=patches)


@dataclass(frozen=True, eq=False)
class Explanation:
    """Every stage of one reading, for people who ask why. All boxes are in frame pixels.

    Attributes:
        contrast, mask, placement, light_ink: as of the view from which it was read.
        recognition: what was read, and of which candidates.
    """

    contrast: Pixels
    mask: Pixels
    placement: Placement
    light_ink: bool
    recognition: Recognition


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
