"""Symbols as lines, free of size, pen and place: pen trajectories, outlines of bitmaps, outlines of type.

Their unit is the height of a digit by the same hand; a shape's ink begins at 0, 0.
"""

from __future__ import annotations

import pathlib
import string
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from numbre_edge.errors import DataError
from numbre_edge.types import Floats, Pixels
from numbre_export.data.pen import UNITS, PenStrokes
from numbre_export.synthesis.paths import Path

_SCALE = 3  # of a bitmap, before its outline is taken
_PARTS = 7  # points in a stroke's straight piece by which neighbours are set side by side
FONTS = (".ttf", ".otf")
_SET = string.ascii_letters + string.digits + ".,-+/"  # what a font must have
_LEVEL = 0.42  # of full ink: MNIST's soft edge, a little wide so that thin strokes hold together


@dataclass(frozen=True, eq=False)
class Shape:
    """One symbol, or a word.

    Attributes:
        label: the character, or the word.
        path: strokes, or closed outlines where ``filled``.
        filled: lines are outlines of ink (even-odd) and need no pen.
        extent: width and height of the ink, without the pen's width.
        dense: (M, 2) float32, points all along the path.
    """

    label: str
    path: Path
    filled: bool
    extent: tuple[float, float]
    dense: Floats

    def sized(self, size: float) -> Shape:
        """Return the shape ``size`` times as large."""
        scale = np.float32(size)
        path = Path(self.path.points * scale, self.path.ends)
        return Shape(self.label, path, self.filled, (self.extent[0] * size, self.extent[1] * size), self.dense * scale)


def outlined(label: str, lines: list[Floats], *, filled: bool, scale: float) -> Shape:
    """Return a shape of ``lines`` in any units, ``scale`` digit heights each, moved to 0, 0."""
    path = Path.of(lines)
    low = path.points.min(axis=0)
    path = Path(np.asarray((path.points - low) * np.float32(scale), np.float32), path.ends)
    width, height = path.points.max(axis=0).tolist()
    return Shape(label, path, filled, (width, height), path.points if filled else path.dense(_PARTS))


def pen_shape(pen: PenStrokes, item: int) -> Shape:
    """Return an item of the pen trajectories, its larger side one unit."""
    lines = [np.asarray(stroke, np.float32) for stroke in pen.strokes(item)]
    return outlined(str(pen.label[item]), lines, filled=False, scale=1 / UNITS)


def bitmap_shape(symbol: Pixels, label: str, *, grow: float = 0.0, size: float | None = None) -> Shape | None:
    """Return the outline of a symbol ((28, 28) uint8, ink 255 on 0), one digit high; None where nothing is left.

    ``grow`` moves the outline out by so many of its pixels, or in where it is negative; ``size`` is the larger side
    in digit heights, where the symbol is not as high as a digit.
    """
    padded = cv2.copyMakeBorder(symbol, 3, 3, 3, 3, cv2.BORDER_CONSTANT, value=(0,))
    large = cv2.resize(padded, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_LINEAR)
    large = cv2.GaussianBlur(large, (0, 0), 0.4 * _SCALE)
    mask = np.asarray(cv2.threshold(large, _LEVEL * float(large.max()), 1, cv2.THRESH_BINARY)[1], np.uint8)
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
    """Return ``text`` in a typeface, one of matplotlib's by name or a font file, its digits one unit high."""
    lines = _outlines(face, text)
    if not lines:
        raise ValueError(f"{face} has no ink for {text!r}")
    return outlined(text, lines, filled=True, scale=1 / _digit(face))


@lru_cache(maxsize=1024)
def _digit(face: str) -> float:
    """Return how high an eight is, hundredths of a typeface's size; near enough for matplotlib's."""
    if pathlib.Path(face).suffix not in FONTS:
        return 73
    return float(np.ptp(np.concatenate(_outlines(face, "8"))[:, 1]))


def _outlines(face: str, text: str) -> list[Floats]:
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    path = pathlib.Path(face)
    if path.suffix not in FONTS:
        path = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf"
    polygons = TextPath((0, 0), text, size=100, prop=FontProperties(fname=path)).to_polygons()
    lines = [np.asarray(polygon, np.float32) * np.array([1, -1], np.float32) for polygon in polygons]
    return [line for line in lines if len(line) > 2]


def typefaces(folder: pathlib.Path) -> dict[str, list[str]]:
    """Return the font files under a folder that have digits, marks and letters, by family.

    Raises:
        DataError: there is none.
    """
    from matplotlib.ft2font import FT2Font

    families: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for path in folder.rglob("*") if path.suffix in FONTS):
        try:
            font = FT2Font(str(path))
        except RuntimeError:  # no outlines, or damaged
            continue
        if font.scalable and not set(map(ord, _SET)) - font.get_charmap().keys():
            families[font.family_name].append(str(path))
    if not families:
        raise DataError(f"{folder}: has no font files with digits and letters ({', '.join(FONTS)})")
    return dict(families)
