"""Pages to measure with where there are no pictures: digits drawn stroke by stroke, twenty to a camera's frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.labels import LABELS
from numbre_edge.types import Pixels

HEIGHT, WIDTH = 720, 1280
LINES, DIGITS = 4, 5  # numbers of a page, and digits of each
_LEFT, _TOP, _ACROSS, _DOWN = 140, 50, 100, 165  # pixels: where the first digit stands, and from one to the next
_PEN, _BLUR, _GRAIN = 6, 1.0, 3.0  # pixels; standard deviation in grey levels
_FINE = 4  # bits of a pixel's fraction

_Point = tuple[float, float]


def _arc(x: float, y: float, wide: float, high: float, first: int, last: int) -> list[_Point]:
    """Return points of an ellipse around (x, y), from one angle to another in degrees, clockwise on the page."""
    turn = np.radians(np.linspace(first, last, 24))
    return list(zip((x + wide * np.cos(turn)).tolist(), (y + high * np.sin(turn)).tolist(), strict=True))


# Of each digit: its strokes, (x, y) from the left and the top of its own width and height.
_STROKES: tuple[list[list[_Point]], ...] = (
    [_arc(0.5, 0.5, 0.32, 0.46, -90, 270)],
    [[(0.38, 0.2), (0.55, 0.04), (0.53, 0.96)]],
    [[*_arc(0.48, 0.28, 0.3, 0.24, 190, 400), (0.2, 0.92), (0.84, 0.9)]],
    [[*_arc(0.46, 0.27, 0.28, 0.23, 200, 440), *_arc(0.46, 0.73, 0.32, 0.24, -80, 160)]],
    [[(0.55, 0.05), (0.17, 0.6), (0.85, 0.6)], [(0.64, 0.36), (0.62, 0.97)]],
    [[(0.78, 0.06), (0.3, 0.07), (0.26, 0.44), *_arc(0.48, 0.68, 0.32, 0.27, -120, 150)]],
    [[(0.66, 0.04), (0.4, 0.25), *_arc(0.5, 0.7, 0.29, 0.26, 180, 520)]],
    [[(0.18, 0.08), (0.83, 0.07), (0.43, 0.96)]],
    [[*_arc(0.5, 0.27, 0.24, 0.22, 90, -270), *_arc(0.5, 0.73, 0.3, 0.24, -90, 270)]],
    [[*_arc(0.48, 0.3, 0.28, 0.25, -10, 350), (0.74, 0.5), (0.6, 0.96)]],
)


def page(seed: int) -> tuple[Pixels, tuple[str, ...]]:
    """Return a page, (720, 1280, 3) BGR uint8, and its four numbers of five digits, top to bottom.

    Dark ink on paper with uneven light and grain; every digit of its own width, height and slant.
    """
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    paper = 165 + 60 * columns * (1 - 0.4 * rows)
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    digits = rng.integers(10, size=(LINES, DIGITS))
    for (line, place), digit in np.ndenumerate(digits):
        slant, width, height = rng.uniform((-0.12, 52, 76), (0.2, 66, 92))
        for stroke in _STROKES[digit]:
            x, y = np.array(stroke).T
            across = _LEFT + _ACROSS * place + (x - slant * (y - 0.5)) * width
            points = np.stack([across, _TOP + _DOWN * line + y * height], 1)
            fine = np.rint(points * 2**_FINE).astype(np.int32)
            cv2.polylines(ink, [fine], False, 255, _PEN, cv2.LINE_AA, _FINE)
    paper *= 1 - 0.7 * cv2.GaussianBlur(ink, (0, 0), _BLUR) / 255
    grey = (paper + rng.normal(0, _GRAIN, paper.shape)).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8), tuple("".join(map(str, row)) for row in digits)


def write_pages(folder: Path, count: int) -> None:
    """Write so many pages into a folder as JPEG, and its labels."""
    (folder / LABELS).write_text("\n".join(["file,label", *_written(folder, count)]), encoding="utf-8")


def _written(folder: Path, count: int) -> Iterator[str]:
    for seed in range(count):
        pixels, numbers = page(seed)
        name = f"{seed}.jpg"
        (folder / name).write_bytes(cv2.imencode(".jpg", pixels)[1].tobytes())
        yield f"{name},{' '.join(numbers)}"
