"""A reference picture -> a first description of its form: the boxes and lines that wait for a number."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from numbre_edge.forms.form import Field, Kind
from numbre_edge.geometry import scaled_size
from numbre_edge.tables.grid import Grid, grids
from numbre_edge.tables.lines import SIDE, Line, straight_lines
from numbre_edge.types import Box, Frame, Pixels
from numbre_edge.vision.page import Page

_APART, _REACH = 6.0, 8.0  # pixels: of lines drawn twice; by which one may end before the other
_SMALLEST, _LARGEST = 12, 0.25  # pixels of a field's height, and its share of the picture's
_COMB = 1.6  # heights: cells no wider are boxes for one digit each, if there are several in a row
_TICK, _SQUARE = 40, 1.3  # a box no higher, whose sides are as alike, is to be ticked
_LINE, _ABOVE = 60.0, 34.0  # pixels: a line alone so long is to be written on, so much above it


def drafted(frame: Frame) -> list[Field]:
    """Return fields where a form's picture has boxes, combs, cells and lines, in reading order."""
    grey = Page(frame).grey
    scale = min(1.0, SIDE / max(grey.shape))
    size = scaled_size(grey.shape[1], grey.shape[0], scale)
    small = grey if scale == 1 else np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    lines = straight_lines(small)
    found = [grid for grid in grids(lines, (10**6, 10**6), apart=_APART, reach=_REACH, boxes=True) if _is_boxes(grid)]
    places: list[tuple[Box, int]] = [place for grid in found for place in _places(grid, small)]
    places += [(box, 0) for box in _to_write_on(lines, found)]
    inside = [(box, cells) for box, cells in places if _fits(box, small)]
    inside.sort(key=lambda place: (round(place[0].y / _ABOVE), place[0].x))
    return [
        Field(f"field_{number}", Box(*(round(side / scale) for side in box)), _kind(box, cells), cells)
        for number, (box, cells) in enumerate(inside, 1)
    ]


def as_toml(reference: str, fields: Sequence[Field]) -> str:
    """Return the TOML of a form."""
    parts = [f'reference = "{reference}"\n']
    for field in fields:
        lines = ["[[field]]", f'name = "{field.name}"', f"box = [{', '.join(map(str, field.box))}]"]
        lines += [f'kind = "{field.kind}"'] + ([f"cells = {field.cells}"] if field.cells else [])
        lines += [f"decimals = {field.decimals}"] if field.decimals is not None else []
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _kind(box: Box, cells: int) -> Kind:
    square = box.height <= _TICK and 1 / _SQUARE < box.width / box.height < _SQUARE
    return "comb" if cells else "cross" if square else "number"


def _is_boxes(grid: Grid) -> bool:
    return min(grid.pitch) >= _SMALLEST


def _places(grid: Grid, grey: Pixels) -> list[tuple[Box, int]]:
    """Return the cells of a grid; a row of narrow ones as one comb, with how many cells it has."""
    rows, columns = grid.shape
    high, wide = grid.pitch
    if rows == 1 and columns > 2 and wide < _COMB * high:
        return [(_box(grid, 0, 0, 1, columns), columns)]
    return [(_box(grid, row, column, row + 1, column + 1), 0) for row in range(rows) for column in range(columns)]


def _box(grid: Grid, top: int, left: int, bottom: int, right: int) -> Box:
    corners = np.array([grid.point(*place) for place in ((top, left), (top, right), (bottom, right), (bottom, left))])
    (x, y), (x1, y1) = corners.min(0).tolist(), corners.max(0).tolist()
    return Box(x, y, x1 - x, y1 - y)


def _to_write_on(lines: Sequence[Line], found: Sequence[Grid]) -> list[Box]:
    """Return the room above level lines that belong to no box."""
    used = [line for grid in found for line in grid.level]
    return [
        Box(
            round(float(line.ends[0, 0])),
            round(float(line.ends[:, 1].mean()) - _ABOVE),
            round(line.length),
            round(_ABOVE),
        )
        for line in lines
        if line.level and line.length >= _LINE and not any(line is other for other in used)
    ]


def _fits(box: Box, grey: Pixels) -> bool:
    height, width = grey.shape
    inside = box.x >= 0 and box.y >= 0 and box.right <= width and box.bottom <= height
    return inside and _SMALLEST <= box.height <= _LARGEST * height
