"""Symbols as lines, free of size, pen and place: pen trajectories, outlines of bitmaps, outlines of type.

Their unit is the height of a digit by the same hand; a shape's ink begins at 0, 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.types import Floats, Pixels
from numbre_export.data.pen import UNITS, PenStrokes

_SCALE = 3  # of a bitmap, before its outline is taken
_LEVEL = 0.42  # of full ink: MNIST's soft edge, a little wide so that thin strokes hold together


@dataclass(frozen=True, eq=False)
class Shape:
    """One symbol, or a word.

    Attributes:
        label: the character, or the word.
        lines: (n, 2) float32 each, x, y down: strokes, or closed outlines where ``filled``.
        filled: lines are outlines of ink (even-odd) and need no pen.
        extent: width and height of the ink, without the pen's width.
    """

    label: str
    lines: tuple[Floats, ...]
    filled: bool
    extent: tuple[float, float]


def outlined(label: str, lines: list[Floats], *, filled: bool, scale: float) -> Shape:
    """Return a shape of ``lines`` in any units, ``scale`` digit heights each, moved to 0, 0."""
    points = np.concatenate(lines)
    low = points.min(axis=0)
    width, height = ((points.max(axis=0) - low) * scale).tolist()
    moved = tuple(np.asarray((line - low) * np.float32(scale), np.float32) for line in lines)
    return Shape(label, moved, filled, (width, height))


def pen_shape(pen: PenStrokes, item: int, *, size: float) -> Shape:
    """Return an item of the pen trajectories whose larger side is ``size`` digit heights."""
    lines = [np.asarray(stroke, np.float32) for stroke in pen.strokes(item)]
    return outlined(str(pen.label[item]), lines, filled=False, scale=size / UNITS)


def bitmap_shape(symbol: Pixels, label: str, *, grow: float = 0.0, size: float | None = None) -> Shape | None:
    """Return the outline of a symbol ((28, 28) uint8, ink 255 on 0), one digit high; None where nothing is left.

    ``grow`` moves the outline out by so many of its pixels, or in where it is negative; ``size`` is the larger side
    in digit heights, where the symbol is not as high as a digit.
    """
    large = cv2.resize(symbol.astype(np.float32), None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC)
    large = cv2.copyMakeBorder(large, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=0)
    large = cv2.GaussianBlur(large, (0, 0), 0.4 * _SCALE)
    mask = (large > _LEVEL * float(large.max())).astype(np.uint8)
    reach = 2 * round(abs(grow) * _SCALE) + 1
    if reach > 1:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        mask = np.asarray((cv2.dilate if grow > 0 else cv2.erode)(mask, kernel), np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    lines = [np.asarray(contour[:, 0], np.float32) for contour in contours if len(contour) > 2]
    if not lines:
        return None
    points = np.concatenate(lines)
    width, height = np.ptp(points, axis=0).tolist()
    scale = 1 / max(height, 1.0) if size is None else size / max(width, height, 1.0)
    return outlined(label, lines, filled=True, scale=scale)


@lru_cache(maxsize=4096)
def type_shape(face: str, text: str) -> Shape:
    """Return ``text`` in one of matplotlib's typefaces, its digits one unit high."""
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(fname=Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf")
    path = TextPath((0, 0), text, size=100, prop=font)
    lines = [np.asarray(polygon, np.float32) * np.array([1, -1], np.float32) for polygon in path.to_polygons()]
    lines = [line for line in lines if len(line) > 2]
    if not lines:
        raise ValueError(f"{face} has no ink for {text!r}")
    return outlined(text, lines, filled=True, scale=1 / 73)  # digits are 73 hundredths of the size high
