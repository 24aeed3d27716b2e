"""The most confident wrong numbers as one picture: what to look at before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.atomic import write_file
from numbre_edge.sources.content import read_bytes
from numbre_edge.sources.decode import decode
from numbre_edge.types import Box, Pixels, Reading
from numbre_export.evaluation.pictures import PictureResult, PictureScore
from numbre_export.evaluation.tables import folder_name

MOST = 20
_COLUMNS = 4
_CELL, _CROP, _PAD = (248, 330), (160, 310), 10  # pixels: height, width; height, width; around a crop
_LINE = 22  # pixels of a line of text
_PAPER, _TEXT, _RED = (250, 250, 250), (40, 36, 33), (40, 40, 200)  # BGR
_AROUND = 0.6  # of a number's height, shown around it


@dataclass(frozen=True)
class WrongNumber:
    """A number that was read and is not there."""

    folder: str
    picture: PictureResult
    reading: Reading


def worst_numbers(scores: Sequence[PictureScore], *, most: int = MOST) -> list[WrongNumber]:
    """Return the wrong numbers that were read most confidently; of joined folders those of misread pictures."""
    wrong = [
        WrongNumber(folder_name(score), result, number.reading)
        for score in scores
        for result in score.misread
        for number in result.numbers
        if not number.right
    ]
    return sorted(wrong, key=lambda number: -number.reading.confidence)[:most]


def write_worst(path: Path, numbers: Sequence[WrongNumber]) -> None:
    """Write a PNG of ``numbers``, at least one: each cut out, what is expected on the picture, read, how surely."""
    rows = -(-len(numbers) // _COLUMNS)
    sheet = np.full((rows * _CELL[0] + _PAD, _COLUMNS * _CELL[1] + _PAD, 3), _PAPER, np.uint8)
    for place, number in enumerate(numbers):
        row, column = divmod(place, _COLUMNS)
        top, left = row * _CELL[0] + _PAD, column * _CELL[1] + _PAD
        _draw(sheet[top : top + _CELL[0] - _PAD, left : left + _CELL[1] - _PAD], number)
    ok, encoded = cv2.imencode(".png", sheet)
    assert ok
    write_file(path, encoded.tobytes())


def _draw(cell: Pixels, number: WrongNumber) -> None:
    crop = _crop(decode(read_bytes(number.picture.path), number.picture.file), number.reading.box)
    cell[: crop.shape[0], : crop.shape[1]] = crop
    expected = " ".join(number.picture.expected) or "nothing"
    _write(cell, 1, f"expected {expected}", _TEXT)
    _write(cell, 2, f"read {number.reading.text}  {number.reading.confidence:.1%}", _RED)
    _write(cell, 3, f"{number.folder}/{number.picture.file}", _TEXT)


def _crop(picture: Pixels, box: Box) -> Pixels:
    """Return the surroundings of ``box``, framed, as large as there is room: (h, w, 3) BGR."""
    colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture
    around = max(8, round(_AROUND * box.height))
    left, top = max(0, box.x - around), max(0, box.y - around)
    part = colour[top : box.bottom + around, left : box.right + around]
    scale = min(_CROP[0] / part.shape[0], _CROP[1] / part.shape[1])
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    drawn = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    corners = [(box.x - left, box.y - top), (box.right - left, box.bottom - top)]
    first, last = ((round(x * scale), round(y * scale)) for x, y in corners)
    return np.asarray(cv2.rectangle(drawn, first, last, _RED, 1), np.uint8)


def _write(cell: Pixels, line: int, text: str, colour: tuple[int, int, int]) -> None:
    shown = text.encode("ascii", "replace").decode()  # OpenCV's face has no more
    at = (0, _CROP[0] + line * _LINE)
    cv2.putText(cell, shown[:38], at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
