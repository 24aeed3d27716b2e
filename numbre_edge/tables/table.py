"""What a table is: cells in rows and columns, and the numbers in them."""

from __future__ import annotations

from dataclasses import dataclass

from numbre_edge.types import Box, Reading

Corners = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Cell:
    """One cell, or several that are one.

    Attributes:
        row, column: its first ones, from 0.
        rows, columns: how many it spans.
        corners: x, y in the picture, clockwise from the upper left.
        readings: the numbers in it, in reading order.
        words: whether something else is written in it.
    """

    row: int
    column: int
    corners: Corners
    readings: tuple[Reading, ...] = ()
    rows: int = 1
    columns: int = 1
    words: bool = False

    @property
    def text(self) -> str:
        """What is written in it, numbers with a space between them; empty where nothing is read."""
        return " ".join(reading.text for reading in self.readings)

    @property
    def value(self) -> float | None:
        """The value of the one number in it; None where there is none, or several, or a doubtful one."""
        return self.readings[0].value if len(self.readings) == 1 else None

    @property
    def confidence(self) -> float | None:
        """That of its least certain number; None where it is empty."""
        return min((reading.confidence for reading in self.readings), default=None)

    @property
    def box(self) -> Box:
        """The upright rectangle around it, in pixels of the picture."""
        xs, ys = zip(*self.corners, strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@dataclass(frozen=True)
class Table:
    """Cells, row by row.

    Attributes:
        rows, columns: how many.
        cells: in reading order; together they fill the table.
        ruled: whether lines were found; else numbers that stand in line.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    ruled: bool

    def texts(self, words: str = "") -> list[list[str]]:
        """Return the table's texts, row by row, ``words`` for writing that is no number.

        What a cell spans besides its first row and column is empty.
        """
        result = [[""] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            result[cell.row][cell.column] = cell.text or (words if cell.words else "")
        return result


def rectangle(box: Box) -> Corners:
    """Return the corners of an upright rectangle."""
    return (box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)
