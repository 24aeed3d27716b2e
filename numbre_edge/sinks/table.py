"""A table for the eye: one line a reading, as plain text or on a screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from numbre_edge.errors import printable
from numbre_edge.types import Reading, Result, numbered

_HEAD = ("picture", "number", "sure", "x, y, width x height")
_WIDEST = 48  # characters; a longer source pushes its own line to the right
# Columns of a screen. A box in a picture of 100 megapixels takes 24.
_NUMBER, _NUMBER_AT_MOST, _SURE, _WHERE, _GAP = 12, 24, 4, 24, 2
_NARROW, _NARROWEST = 72, 36  # below, there is no room for where, and for how sure


class Table:
    """Writes lines in columns to ``stream`` as results come.

    Args:
        sources: all that will come, to know how wide their column is.
    """

    def __init__(self, stream: TextIO, *, sources: Iterable[str] = ()) -> None:
        self._stream = stream
        self._width = min(max([len(_HEAD[0]), *(len(printable(source)) for source in sources)]), _WIDEST)
        self._line(_HEAD[0], _row(_HEAD[1], _HEAD[2], f"where ({_HEAD[3]})"))

    def write(self, result: Result) -> None:
        source = _source(result)
        if result.error is not None:
            self._line(source, f"error: {printable(result.error)}")
        elif not result.readings:
            self._line(source, "-")
        for index, reading in enumerate(result.readings):
            self._line("" if index else source, _row(*_cells(reading)))
        self._stream.flush()

    def _line(self, source: str, row: str) -> None:
        self._stream.write(f"{source:<{self._width}}  {row}\n")


class ScreenTable:
    """Writes the same to a terminal, in columns that fit it however wide it is.

    A long path loses its beginning; a number loses no digit: it goes on below. Narrow screens go without
    where a number stands, and very narrow ones without how sure it is.

    Args:
        sources: all that will come, to know how wide their column should be.
    """

    def __init__(self, stream: TextIO, *, sources: Iterable[str] = ()) -> None:
        from rich.cells import cell_len
        from rich.console import Console

        self._console = Console(file=stream, highlight=False, emoji=False, markup=False)
        self._wanted = max(map(cell_len, (_HEAD[0], *map(printable, sources))))
        self._begun = False

    def write(self, result: Result) -> None:
        if not self._begun:
            self._begun = True
            self._print(_HEAD, style="bold")
        source = _source(result)
        if result.error is not None:
            self._print((source, f"error: {printable(result.error)}"), style="red")
        elif not result.readings:
            self._print((source, "-"), style="dim")
        for index, reading in enumerate(result.readings):
            self._print(("" if index else source, *_cells(reading)), style="yellow" if "?" in reading.text else "")

    def _print(self, cells: tuple[str, ...], *, style: str) -> None:
        """Print a row of two cells, or of all four, of which those are shown that there is room for."""
        from rich.table import Table

        across = self._console.width
        others = [_SURE] * (across >= _NARROWEST) + [_WHERE] * (across >= _NARROW)
        room = across - sum(others) - _GAP * (len(others) + 1)  # for picture and number
        picture = min(self._wanted, max(room - _NUMBER, room // 2))
        widths = [picture, min(room - picture, _NUMBER_AT_MOST), *others]
        if len(cells) == 2:
            widths = [picture, across - picture - _GAP]
        row = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
        for width in widths:
            row.add_column(width=width, overflow="fold")
        row.add_row(ending(cells[0], picture), *cells[1 : len(widths)], style=style)
        self._console.print(row)


def ending(path: str, width: int) -> str:
    """Return a path, or as much of its end as fits into ``width`` columns."""
    from rich.cells import cell_len

    if cell_len(path) <= width:
        return path
    kept, left = len(path), width - 1  # columns, but for the ellipsis
    while (left := left - cell_len(path[kept - 1])) >= 0:
        kept -= 1
    return "\u2026" + path[kept:]


def _source(result: Result) -> str:
    return numbered(printable(result.source), result.frame)


def _cells(reading: Reading) -> tuple[str, str, str]:
    box = reading.box
    return reading.text, f"{reading.confidence:.0%}", f"{box.x}, {box.y}, {box.width} x {box.height}"


def _row(text: str, sure: str, where: str) -> str:
    return f"{text:<{_NUMBER}}  {sure:>5}  {where}"
