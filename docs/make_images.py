"""Write the README's pictures into docs/images: what goes in, and beside it what comes out, as it is read now.

    python docs/make_images.py

in-and-out.jpg is a sample and the same with its readings drawn in; table.jpg is the photographed table and the
spreadsheet that ``numbre-edge table`` makes of it, misread cells and all.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from numbre_edge import Frame, Reader
from numbre_edge.recognition import CELL_FINDER
from numbre_edge.sinks.annotate import draw
from numbre_edge.tables import Table, read_tables
from numbre_edge.tables.xlsx import DOUBTFUL
from numbre_edge.types import Pixels

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
_WRITTEN = 0.76  # of the first sample's height: below is nothing but paper
_HEIGHT, _GAP = 420, 20  # pixels
_ROW, _COLUMN, _HEAD = 34, 96, 38  # pixels, of a cell of the spreadsheet, and of the numbers of its rows
_FINE = 2  # times its size it is drawn at
# BGR
_WHITE, _GREY, _RULE, _BLACK = (255, 255, 255), (240, 240, 240), (205, 205, 205), (30, 30, 30)
_COLOURED = (171, 199, 244)  # what XLSX has for doubtful cells


def in_and_out() -> Pixels:
    """Return a sample and its annotated copy."""
    pixels = cv2.imread(str(ROOT / "samples" / "leaning-page.jpg"))
    drawn = draw(pixels, Reader().read_frame(Frame(pixels)))
    rows = round(pixels.shape[0] * _WRITTEN)
    return side_by_side(pixels[:rows], drawn[:rows])


def table() -> Pixels:
    """Return the photographed table, and the first table read in it as a spreadsheet."""
    pixels = cv2.imread(str(ROOT / "samples" / "table" / "measurements.jpg"))
    return side_by_side(pixels, spreadsheet(read_tables(Reader(finder=CELL_FINDER), Frame(pixels))[0]))


def side_by_side(left: Pixels, right: Pixels) -> Pixels:
    """Return two pictures, (420, W, 3) uint8 BGR, white between them; one that is lower stands in the middle."""
    halves = []
    for half in (left, right):
        scale = min(1.0, _HEIGHT / half.shape[0])
        size = (round(scale * half.shape[1]), round(scale * half.shape[0]))
        small = cv2.resize(half, size, interpolation=cv2.INTER_AREA)
        above = (_HEIGHT - size[1]) // 2
        halves.append(
            cv2.copyMakeBorder(small, above, _HEIGHT - size[1] - above, 0, 0, cv2.BORDER_CONSTANT, value=_WHITE)
        )
    return np.hstack([halves[0], np.full((_HEIGHT, _GAP, 3), 255, np.uint8), halves[1]])


def spreadsheet(table: Table) -> Pixels:
    """Draw a table as a program for spreadsheets shows its XLSX: numbers flush right, doubtful ones in colour."""
    high, wide = (table.rows + 1) * _ROW + 1, _HEAD + table.columns * _COLUMN + 1
    canvas = np.full((_FINE * high, _FINE * wide, 3), 255, np.uint8)

    def put(text: str, left: int, top: int, width: int, colour: tuple[int, int, int], *, right: bool = False) -> None:
        cv2.rectangle(canvas, (_FINE * left, _FINE * top), (_FINE * (left + width), _FINE * (top + _ROW)), colour, -1)
        cv2.rectangle(canvas, (_FINE * left, _FINE * top), (_FINE * (left + width), _FINE * (top + _ROW)), _RULE, 1)
        (long, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.55 * _FINE, _FINE)
        x = _FINE * (left + width - 8) - long if right else _FINE * (left + 8)
        place = (x, _FINE * top + (_FINE * _ROW + tall) // 2)
        cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.55 * _FINE, _BLACK, _FINE, cv2.LINE_AA)

    put("", 0, 0, _HEAD, _GREY)
    for column in range(table.columns):
        put(chr(ord("A") + column), _HEAD + column * _COLUMN, 0, _COLUMN, _GREY)
    for row in range(table.rows):
        put(str(row + 1), 0, (row + 1) * _ROW, _HEAD, _GREY)
    for cell in table.cells:
        doubtful = cell.confidence is not None and (cell.confidence < DOUBTFUL or "?" in cell.text)
        place = (_HEAD + cell.column * _COLUMN, (cell.row + 1) * _ROW, cell.columns * _COLUMN)
        put(cell.text, *place, _COLOURED if doubtful else _WHITE, right=cell.value is not None)
    return cv2.resize(canvas, (wide, high), interpolation=cv2.INTER_AREA)


PICTURES = {IMAGES / "in-and-out.jpg": in_and_out, IMAGES / "table.jpg": table}

if __name__ == "__main__":
    for path, make in PICTURES.items():
        cv2.imwrite(str(path), make(), [cv2.IMWRITE_JPEG_QUALITY, 88])
