"""What the tests of tables look at: lines on paper, and a reader that knows what is written where."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from numbre_edge.decoding.values import valued
from numbre_edge.types import Box, Digit, Frame, Pixels, Reading
from numbre_edge.vocabulary import DecimalMark

HIGH, WIDE = 24, 14  # pixels, of a digit


def number(text: str, x: float, y: float, *, apart: int = 4) -> Reading:
    """A number, its digits 14 by 24 pixels, whose first stands with its upper left corner at x, y."""
    figures = [character for character in text if character.isdigit()]
    boxes = [Box(round(x) + n * (WIDE + apart), round(y), WIDE, HIGH) for n in range(len(figures))]
    digits = [Digit(int(digit), 0.99, box) for digit, box in zip(figures, boxes, strict=True)]
    return Reading.of(digits, text=text)


class Knows:
    """A reader of frames that says what it was told, and what a number may be, by the x and y where it begins."""

    def __init__(
        self,
        *readings: Reading,
        likely: dict[tuple[int, int], list[tuple[str, float]]] | None = None,
        decimal: DecimalMark = "auto",
    ) -> None:
        self.readings, self._likely, self._decimal = list(readings), likely or {}, decimal

    def likeliest(
        self, frame: Frame, numbers: Sequence[Sequence[Box]], *, roi: Box | None = None
    ) -> list[list[tuple[str, float]]]:
        return [self._likely.get((boxes[0].x, boxes[0].y), []) for boxes in numbers]

    def valued(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        return valued(readings, self._decimal)

    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        return self.readings


def ruled(
    xs: Sequence[float], ys: Sequence[float], size: tuple[int, int] = (400, 600), *, slope: float = 0.0
) -> Pixels:
    """Paper with lines at these places, that fall by ``slope`` to the right."""
    page = np.full(size, 225, np.uint8)
    for y in ys:
        _line(page, (xs[0], y), (xs[-1], y), slope)
    for x in xs:
        _line(page, (x, ys[0]), (x, ys[-1]), slope)
    return page


def _line(page: Pixels, start: tuple[float, float], end: tuple[float, float], slope: float) -> None:
    ends = [(round(x - slope * y), round(y + slope * x)) for x, y in (start, end)]
    cv2.line(page, ends[0], ends[1], (90,), 2, cv2.LINE_AA)
