"""A photograph of a filled form -> a row of values, and which of them a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import memory_errors
from numbre_edge.finding.light import inked
from numbre_edge.forms.filling import comb_in, number_in
from numbre_edge.forms.form import Field, Form
from numbre_edge.forms.registration import NoMatchError, Reference
from numbre_edge.reader import PlaceReader
from numbre_edge.types import Box, Digit, Frame, Pixels, Reading
from numbre_edge.vision.page import Page

_AROUND = 0.35  # of a field's height: people write over its edges
_LARGER = 2.0  # at most, that a copy is enlarged to, by the reference
_NONE = 0.015  # share of a field by which it has more ink than the reference where something is written
# A cross makes a tenth of its box so many grey levels darker, or lighter, than most of it, and more so than in the
# reference; in between, somebody should look. Grain is evened out first, by so many pixels of the reference. Of 30
# boxes of benchmarks/forms.py 1 is told wrong; by the share of ink, which a frame beside it makes fainter, 7 were.
_BLANK, _CROSSED, _GRAIN = 8.0, 16.0, 1.5
# A copy has so much of the form's print within so many pixels of its place; each of 60 of benchmarks/forms.py has 0.76
# at least, of 110 that are laid on another form each 0.40 at most.
_PRINTED, _NEAR = 0.55, 5
_BORDER = 0.12  # of a field's sides, where its own frame may run
_STROKE = 0.2  # of a field's height, that a digit is high at least


@dataclass(frozen=True)
class Value:
    """What a field holds.

    Attributes:
        text: as written; of a cross ``1`` or ``0``; empty where nothing is read.
        value: its value, or None.
        confidence: that it is just this.
        check: whether a person should look: it is unsure, doubtful, or not what the field may hold.
    """

    text: str
    value: float | None
    confidence: float
    check: bool


@dataclass(frozen=True)
class Row:
    """What a copy holds, field by field, by name."""

    values: dict[str, Value]

    @property
    def needs_review(self) -> list[str]:
        """Names of the fields that a person should look at."""
        return [name for name, value in self.values.items() if value.check]


class FormReader:
    """Reads copies of one form.

    Args:
        form: which.
        reader: reads the numbers in a field.
        sure: confidence below which a person should look.

    Raises:
        NumbreError: the reference picture has too little print to find it again.
    """

    def __init__(self, form: Form, reader: PlaceReader, *, sure: float = 0.9) -> None:
        self._form, self._reader, self._sure = form, reader, sure
        self._blank = Page(form.reference).grey
        self._reference = Reference(self._blank)
        self._printed = inked(self._blank)
        self._near_print = _thicker(self._printed)

    @memory_errors()
    def read(self, frame: Frame) -> Row:
        """Read a copy.

        Raises:
            NoMatchError: it is none of this form; the message says how far it matches.
        """
        grey = Page(frame).grey
        lies = self._reference.register(grey)
        scale = float(np.clip(1 / np.sqrt(abs(np.linalg.det(lies[:2, :2]))), 1.0, _LARGER))
        size = (round(scale * self._form.reference.width), round(scale * self._form.reference.height))
        matrix = np.diag([scale, scale, 1.0]) @ lies
        flat = cv2.warpPerspective(
            grey,
            matrix,
            size,
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(float(np.median(grey)),),
        )
        page = Frame(np.asarray(flat, np.uint8), frame.source, frame.index)
        reference = self._form.reference
        size = (reference.width, reference.height)
        small = np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)
        ink = inked(small)
        self._check_print(ink)
        return Row(
            {
                field.name: self._cross(field, small) if field.kind == "cross" else self._value(field, page, scale, ink)
                for field in self._form.fields
            }
        )

    def _check_print(self, ink: NDArray[np.bool_]) -> None:
        """Refuse a picture in which the form's print is not where it should be."""
        share = float(_thicker(ink)[self._printed].mean()) if self._printed.any() else 0.0
        if share < _PRINTED:
            raise NoMatchError(
                f"does not match the form: {share:.0%} of its print is where it should be, {_PRINTED:.0%} are needed"
            )

    def _value(self, field: Field, page: Frame, scale: float, ink: NDArray[np.bool_]) -> Value:
        box = Box(*(round(scale * side) for side in field.box))
        part = _grown(box, page)
        readings = self._reader.read_frame(page, roi=part)
        numbers = [own for reading in readings if (own := _within(reading, box)) is not None]
        numbers.sort(key=lambda number: number.box.x)
        strokes = [Box(*(round(scale * side) for side in stroke)) for stroke in self._strokes(ink, field.box)]

        def likeliest(boxes: Sequence[Box]) -> Sequence[tuple[str, float]]:
            return self._reader.likeliest(page, [boxes], roi=part)[0]

        if field.kind == "comb":
            text, confidence = comb_in(field, box, numbers, strokes, likeliest)
        else:
            text, confidence = number_in(field, numbers, strokes, likeliest)
        if not text:  # What is written there is no number, or nothing is.
            confidence = float(self._more(ink, field.box) < _NONE)
        check = confidence < self._sure or not field.fits(text)
        return Value(text, field.value(text) if text else None, confidence, check)

    def _strokes(self, ink: NDArray[np.bool_], box: Box) -> list[Box]:
        """Return where in a field there is ink that the reference has not, high enough for a digit, left to right."""
        edge = round(_BORDER * min(box.width, box.height))
        inside = slice(box.y + edge, box.bottom - edge), slice(box.x + edge, box.right - edge)
        own = (ink[inside] & ~self._near_print[inside]).astype(np.uint8)
        found = cv2.connectedComponentsWithStats(own)[2][1:, :4].tolist()
        strokes = [Box(x + inside[1].start, y + inside[0].start, *size) for x, y, *size in found]
        return sorted(stroke for stroke in strokes if stroke.height > _STROKE * box.height)

    def _more(self, ink: NDArray[np.bool_], box: Box) -> float:
        """Return by how much of a field there is more ink in it than in the reference."""
        return _inner(ink, box) - _inner(self._printed, box)

    def _cross(self, field: Field, grey: Pixels) -> Value:
        more = _contrast(grey, field.box) - _contrast(self._blank, field.box)
        middle, reach = (_BLANK + _CROSSED) / 2, (_CROSSED - _BLANK) / 2
        value, sure = int(more > middle), min(1.0, abs(more - middle) / reach)
        return Value(str(value), value, 0.5 + 0.5 * sure, sure < 1 or not field.fits(str(value)))


def _thicker(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(ink.astype(np.uint8), np.ones((_NEAR, _NEAR), np.uint8)), np.bool_)


def _contrast(grey: Pixels, box: Box) -> float:
    """Return by how many grey levels a tenth of a field, but for its border, differs from most of it."""
    even = cv2.GaussianBlur(_middle(grey, box), (0, 0), _GRAIN)
    darkest, dark, light, lightest = np.percentile(even, (10, 40, 60, 90)).tolist()
    return float(max(light - darkest, lightest - dark))


def _middle(picture: NDArray[Any], box: Box) -> NDArray[Any]:
    down, across = round(_BORDER * box.height), round(_BORDER * box.width)
    return picture[box.y + down : box.bottom - down, box.x + across : box.right - across]


def _inner(ink: NDArray[np.bool_], box: Box) -> float:
    """Return the share of ink within a field, but for its border."""
    return float(_middle(ink, box).mean())


def _grown(box: Box, page: Frame) -> Box:
    by = round(_AROUND * box.height)
    left, top = max(0, box.x - by), max(0, box.y - by)
    return Box(left, top, min(page.width, box.right + by) - left, min(page.height, box.bottom + by) - top)


def _within(reading: Reading, box: Box) -> Reading | None:
    """Return a number as far as its digits' middles lie in a field."""
    own = [digit for digit in reading.digits if _middle_in(digit, box)]
    if not own:
        return None
    return reading if len(own) == len(reading.digits) else reading.part(own)


def _middle_in(digit: Digit, box: Box) -> bool:
    x, y = digit.box.x + digit.box.width / 2, digit.box.y + digit.box.height / 2
    return box.x <= x < box.right and box.y <= y < box.bottom
