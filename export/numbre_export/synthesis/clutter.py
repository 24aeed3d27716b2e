"""Ink that is no digit: printed letters, scribbles, bars, specks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Pixels

# OpenCV's eight Hershey faces (A. V. Hershey, "Calligraphy for computers", 1967).
FACES = {
    "simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "plain": cv2.FONT_HERSHEY_PLAIN,
    "duplex": cv2.FONT_HERSHEY_DUPLEX,
    "complex": cv2.FONT_HERSHEY_COMPLEX,
    "triplex": cv2.FONT_HERSHEY_TRIPLEX,
    "complex small": cv2.FONT_HERSHEY_COMPLEX_SMALL,
    "script simplex": cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    "script complex": cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
}
HELD_OUT_FACES = ("duplex", "script complex")  # never trained on: rejection is measured on them
# Typefaces that come with matplotlib: DejaVu, and D. Knuth's Computer Modern.
TYPEFACES = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Bold",
    "cmr10", "cmss10", "cmtt10", "cmb10",
)  # fmt: skip
# Without those that nobody can tell from a digit by its shape alone: B D I J O S Z b g i l o q s z / |
LETTERS = "ACEFGHKLMNPQRTUVWXYacdefhjkmnprtuvwxy#%&=?@<>$*~^"
# Without UNSEEN_SYMBOLS of BHMSDS.
TRAINING_LETTERS = LETTERS.replace("W", "").replace("w", "")

_SIZE = 96


def letter(rng: Generator, *, faces: tuple[str, ...], letters: str = TRAINING_LETTERS) -> Pixels:
    """Write one letter: (h, w) uint8, ink 255 on 0."""
    text = letters[int(rng.integers(len(letters)))]
    face = FACES[faces[int(rng.integers(len(faces)))]]
    if rng.random() < 0.3:
        face |= cv2.FONT_ITALIC
    scale, thickness = _SIZE / 40, int(rng.integers(2, 9))
    (width, height), baseline = cv2.getTextSize(text, face, scale, thickness)
    picture = np.zeros((height + 2 * baseline + 24, width + 24), np.uint8)
    cv2.putText(picture, text, (12, height + 12), face, scale, (255,), thickness, cv2.LINE_AA)
    return picture


def printed(rng: Generator) -> Pixels:
    """Print one letter: (h, w) uint8, ink 255 on 0."""
    face = TYPEFACES[int(rng.integers(len(TYPEFACES)))]
    picture = np.zeros((2 * _SIZE, 2 * _SIZE), np.uint8)
    cv2.fillPoly(picture, _outline(face, TRAINING_LETTERS[int(rng.integers(len(TRAINING_LETTERS)))]), (255,))
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.5, 4))), np.uint8)


@cache
def _outline(face: str, text: str) -> list[NDArray[np.int32]]:
    """Return the outlines of a letter, (K, 2) int32 each, in a square of twice _SIZE pixels."""
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(fname=Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf")
    polygons = map(np.asarray, TextPath((0.25 * _SIZE, 0.5 * _SIZE), text, size=_SIZE, prop=font).to_polygons())
    return [np.column_stack([p[:, 0], 2 * _SIZE - p[:, 1]]).round().astype(np.int32) for p in polygons]


def scribble(rng: Generator) -> Pixels:
    """Draw strokes that mean nothing: (96, 96) uint8, ink 255 on 0."""
    picture = np.zeros((_SIZE, _SIZE), np.uint8)
    thickness = int(rng.integers(2, 12))
    kind = rng.integers(4)
    if kind == 0:  # a zigzag
        count = int(rng.integers(5, 10))
        points = np.column_stack([np.linspace(8, 88, count), rng.uniform(8, 88, count)])
        cv2.polylines(picture, [points.astype(np.int32)], False, (255,), thickness, cv2.LINE_AA)
    elif kind == 1:  # a bar, level or nearly
        y = rng.uniform(30, 66)
        cv2.line(picture, (6, int(y)), (90, int(y + rng.normal(0, 8))), (255,), thickness, cv2.LINE_AA)
    elif kind == 2:  # a blot
        points = rng.normal(48, 14, (12, 2)).astype(np.int32)
        cv2.fillPoly(picture, [cv2.convexHull(points)], (255,), cv2.LINE_AA)
    else:  # strokes at random
        for _ in range(int(rng.integers(3, 7))):
            start, end = rng.uniform(6, 90, (2, 2)).astype(int).tolist()
            cv2.line(picture, start, end, (255,), thickness, cv2.LINE_AA)
    return picture
