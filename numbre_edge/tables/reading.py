"""A picture -> the tables in it, as lines rule them or as their numbers stand."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from math import floor

import cv2
import numpy as np

from numbre_edge.errors import memory_errors
from numbre_edge.finding.light import inked
from numbre_edge.geometry import scaled_size
from numbre_edge.reader import PlaceReader
from numbre_edge.sources.pictures import Picture, as_frame
from numbre_edge.tables.columns import written_alike
from numbre_edge.tables.grid import Grid, grids
from numbre_edge.tables.lines import SIDE, Line, straight_lines
from numbre_edge.tables.standing import Span, spans, standing
from numbre_edge.tables.table import Cell, Table
from numbre_edge.types import Box, Digit, Frame, Pixels, Reading
from numbre_edge.vision.page import Page

_WITHIN = 0.6  # share of a picture's digits that the cells of ruled tables must hold; else its lines are paper
# Of a digit's height: lines nearer to each other are one. Under half of _PAPER, so that thinned squares stay too close.
_APART = 0.5
_REACH = 14.0  # pixels of the picture that lines are looked for in, by which one may end before the one that it meets
_PAPER = 1.3  # digit heights: lines that are closer together are squared paper, not cells
# A cell holds writing where so much of it is ink, but for this share of its sides, where lines run.
_WORDS, _BORDER = 0.03, 0.18
_SPECK = 0.5  # of a digit's height: what is lower, and read as a digit, is a speck
_SQUARE, _USED = 1.25, 0.5  # sides of squares are as unlike; so many rows or columns of a table have numbers
_BEYOND = 1  # rows or columns: what stands so far beyond a table's lines belongs to it; and what goes on as they do


@memory_errors()
def read_tables(reader: PlaceReader, picture: Picture | Frame) -> list[Table]:
    """Return the tables in a picture, the largest first; none where nothing stands in rows and columns.

    Args:
        reader: reads the numbers.
        picture: as :meth:`numbre_edge.Reader.read` takes it, or a frame.

    Raises:
        SourceError: the picture cannot be read; the message names it.
        UsageError: it is no picture.
    """
    frame = picture if isinstance(picture, Frame) else as_frame(picture)
    readings = reader.read_frame(frame)
    if not readings:
        return []
    tall = float(np.median([digit.box.height for reading in readings for digit in reading.digits]))
    readings = [reading for reading in readings if max(digit.box.height for digit in reading.digits) >= _SPECK * tall]
    grey = Page(frame).grey
    found = [grid for grid in _grids(grey, readings, tall) if min(grid.pitch) > _PAPER * tall]
    left, ruled = list(readings), []
    for grid in found:
        table = _ruled(grid, left)
        if table is not None and not _is_paper(grid, table):
            ruled.append(table)
            own = {digit for cell in table.cells for reading in cell.readings for digit in reading.digits}
            left = [reading for reading in left if own.isdisjoint(reading.digits)]
    held = sum(len(reading.digits) for table in ruled for cell in table.cells for reading in cell.readings)
    written = sum(len(reading.digits) for reading in readings)
    tables = ruled if held >= _WITHIN * written else [_aligned(readings, tall)]
    likeliest = partial(reader.likeliest, frame)
    alike = [written_alike(table, likeliest) for table in tables if table is not None]
    return [_with_words(table, grey) for table in _valued(alike, reader)]


def _valued(tables: Sequence[Table], reader: PlaceReader) -> list[Table]:
    """Return a picture's tables, their numbers with the values that they have now: some were parted or mended."""
    numbers = [reading for table in tables for cell in table.cells for reading in cell.readings]
    own = iter(reader.valued(numbers))
    return [
        replace(
            table, cells=tuple(replace(cell, readings=tuple(next(own) for _ in cell.readings)) for cell in table.cells)
        )
        for table in tables
    ]


def _is_paper(grid: Grid, table: Table) -> bool:
    """Whether a grid is that of squared paper: of squares, most of whose rows and columns are empty."""
    high, wide = grid.pitch
    used = [
        len({getattr(cell, name) for cell in table.cells if cell.readings}) / count
        for name, count in (("row", table.rows), ("column", table.columns))
    ]
    return 1 / _SQUARE < high / wide < _SQUARE and max(used) < _USED


def _with_words(table: Table, grey: Pixels) -> Table:
    """Say of cells without a number whether something else is written in them."""
    scale = min(1.0, SIDE / max(grey.shape))
    ink = inked(_shrunk(grey, scale))

    def written(cell: Cell) -> bool:
        x, y, width, height = _scaled(cell.box, scale)
        across, down = round(_BORDER * width), round(_BORDER * height)
        part = ink[max(0, y + down) : y + height - down, max(0, x + across) : x + width - across]
        return bool(part.size) and float(part.mean()) > _WORDS

    cells = (cell if cell.readings else replace(cell, words=written(cell)) for cell in table.cells)
    return replace(table, cells=tuple(cells))


def _shrunk(grey: Pixels, scale: float) -> Pixels:
    size = scaled_size(grey.shape[1], grey.shape[0], scale)
    return grey if scale == 1 else np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grids(grey: Pixels, readings: Sequence[Reading], tall: float) -> list[Grid]:
    scale = min(1.0, SIDE / max(grey.shape))
    small = _shrunk(grey, scale)
    digits = [digit.box for reading in readings for digit in reading.digits]
    lines = [
        Line(line.ends / np.float32(scale), line.level)
        for line in straight_lines(small, without=[_scaled(box, scale) for box in digits])
    ]
    return grids(lines, (grey.shape[0], grey.shape[1]), apart=_APART * tall, reach=_REACH / scale)


def _scaled(box: Box, scale: float) -> Box:
    return Box(*(round(scale * side) for side in box))


@dataclass(frozen=True)
class _Placed:
    """A number, and where it stands: from and to, in rows and in columns."""

    reading: Reading
    rows: Span
    columns: Span

    @property
    def place(self) -> tuple[float, float]:
        return sum(self.rows) / 2, sum(self.columns) / 2


def _ruled(grid: Grid, readings: Sequence[Reading]) -> Table | None:
    """Put numbers into a grid's cells. Digits in several cells are several numbers."""
    placed = [number for reading in readings for number in _placed(grid, reading)]
    places = [(floor(row), floor(column)) for row, column in (number.place for number in placed)]
    rows, columns = grid.shape
    high = _reached((row for row, column in places if column in _near(columns)), rows)
    wide = _reached((column for row, column in places if row in high), columns)
    placed = [number for number, (row, column) in zip(placed, places, strict=True) if row in high and column in wide]
    if not placed:
        return None
    down, across = [number.rows for number in placed], [number.columns for number in placed]
    downs, acrosses = _bands(down, across, high, rows, 1), _bands(across, down, wide, columns, 2)
    table = _table(placed, downs, acrosses, grid.point, ruled=True)
    return _comb(table) or _merged(table, grid, downs, acrosses)


def _near(count: int) -> range:
    """Return ``count`` rows or columns between lines, and those next to them."""
    return range(-_BEYOND, count + _BEYOND)


def _reached(places: Iterable[int], count: int) -> range:
    """Return the rows or columns of a table whose lines make ``count``.

    Beyond those next to its lines it goes on while at least _USED as many numbers stand in one as do in most.
    """
    held = Counter(places)
    least = _USED * float(np.median([held[band] for band in range(count)]))
    first, last = _near(count)[0], _near(count)[-1]
    while held[first - 1] >= max(1.0, least):
        first -= 1
    while held[last + 1] >= max(1.0, least):
        last += 1
    return range(first, last + 1)


def _placed(grid: Grid, reading: Reading) -> list[_Placed]:
    """Return a number where it stands in a grid; as several, where lines run between its digits."""
    parts: list[tuple[list[Digit], tuple[int, int]]] = []
    for digit in reading.digits:
        row, column = map(floor, grid.measured(digit.box.x + digit.box.width / 2, digit.box.y + digit.box.height / 2))
        if parts and not grid.apart(parts[-1][1], (row, column)):
            parts[-1][0].append(digit)
        else:
            parts.append(([digit], (row, column)))
    found = []
    for own, _ in parts:
        number = _part(reading, own)
        x, y, width, height = number.box
        (top, left), (foot, right) = (grid.measured(x + a * width, y + b * height) for a, b in ((0, 0.25), (1, 0.75)))
        found.append(_Placed(number, (top, foot), (left, right)))
    return found


def _bands(numbers: Sequence[Span], others: Sequence[Span], reached: range, count: int, least: int) -> list[Span]:
    """Return rows, or columns: those between lines; and where numbers stand apart within one, its parts.

    Parts count where in ``least`` places, by numbers' spans of the ``others``, there are several. Beyond the lines, of
    which there are ``count``, and as far as ``reached``, there is a band where numbers are.
    """
    found: list[Span] = []
    for band in reached:
        own = [at for at, span in enumerate(numbers) if floor(sum(span) / 2) == band]
        parts = spans(numbers[at] for at in own)
        seats = {(floor(sum(others[at]) / 2), bisect([low for low, _ in parts], numbers[at][0])) for at in own}
        if sum(count > 1 for count in Counter(seat for seat, _ in seats).values()) >= least:
            edges = [float(band), *((a[1] + b[0]) / 2 for a, b in pairwise(parts)), band + 1.0]
            found += list(pairwise(edges))
        elif own or 0 <= band < count:
            found.append((float(band), band + 1.0))
    return found


def _table(
    placed: Sequence[_Placed],
    downs: Sequence[Span],
    acrosses: Sequence[Span],
    point: Callable[[float, float], tuple[int, int]],
    *,
    ruled: bool,
) -> Table:
    cells = []
    for row, (top, foot) in enumerate(downs):
        for column, (left, right) in enumerate(acrosses):
            own = [n for n in placed if top <= n.place[0] < foot and left <= n.place[1] < right]
            own.sort(key=lambda number: (number.place[1], number.place[0]))
            corners = point(top, left), point(top, right), point(foot, right), point(foot, left)
            cells.append(Cell(row, column, corners, tuple(number.reading for number in own)))
    return Table(len(downs), len(acrosses), tuple(cells), ruled=ruled)


def _merged(table: Table, grid: Grid, downs: Sequence[Span], acrosses: Sequence[Span]) -> Table:
    """Make cells one that no line parts, if at most one of them has numbers: a heading above several columns."""
    cells = {(cell.row, cell.column): cell for cell in table.cells}
    rows, columns = grid.shape
    for column in range(1, table.columns):
        for row in range(table.rows):
            at, line = floor(downs[row][0]), acrosses[column][0]
            inside = 0 <= at < rows and line.is_integer() and 0 < line < columns
            if not inside or grid.parted(at, int(line)):
                continue
            left = next(cells[row, c] for c in range(column - 1, -1, -1) if (row, c) in cells)
            right = cells[row, column]
            if left.column + left.columns == column and not (left.readings and right.readings):
                corners = left.corners[0], right.corners[1], right.corners[2], left.corners[3]
                cells[row, left.column] = replace(
                    left, corners=corners, columns=left.columns + 1, readings=left.readings + right.readings
                )
                del cells[row, column]
    return replace(table, cells=tuple(cells[place] for place in sorted(cells)))


def _comb(table: Table) -> Table | None:
    """Return boxes in a row that have one digit each as the one number that they are; None for anything else."""
    cells = table.cells
    if table.rows > 1 or table.columns < 2 or any(len(cell.text) > 1 for cell in cells):
        return None
    readings = [reading for cell in cells for reading in cell.readings]
    first, last = cells[0].corners, cells[-1].corners
    digits = [digit for reading in readings for digit in reading.digits]
    number = Reading.of(digits, whole=min(reading.confidence for reading in readings))
    cell = Cell(0, 0, (first[0], last[1], last[2], first[3]), (number,))
    return Table(1, 1, (cell,), ruled=True)


def _aligned(readings: Sequence[Reading], tall: float) -> Table | None:
    """Make a table of numbers that stand in rows and columns without lines."""
    readings = sorted(readings, key=lambda reading: reading.box.x)
    found = standing(readings, tall)
    rows, columns = ([(float(at), at + 1.0) for at in range(len(ends) - 1)] for ends in (found.downs, found.acrosses))
    if len(rows) < 2:
        return None
    places, placed = iter(found.places), []
    for reading in readings:
        parts: dict[tuple[int, int], list[Digit]] = {}
        for digit in reading.digits:
            parts.setdefault(next(places), []).append(digit)
        placed += [_Placed(_part(reading, own), rows[row], columns[column]) for (row, column), own in parts.items()]
    return _table(placed, rows, columns, found.point, ruled=False)


def _part(reading: Reading, digits: Sequence[Digit]) -> Reading:
    """Return a number's digits as the number that they are."""
    return reading if len(digits) == len(reading.digits) else reading.part(digits)
