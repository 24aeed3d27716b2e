"""A table for the eye: one line a reading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from numbre_edge.types import Result

_WIDEST = 48  # characters; a longer source pushes its own line to the right


class Table:
    """Writes lines in columns to ``stream`` as results come.

    Args:
        sources: all that will come, to know how wide their column is.
    """

    def __init__(self, stream: TextIO, *, sources: Iterable[str] = ()) -> None:
        self._stream = stream
        self._width = min(max([len("picture"), *map(len, sources)]), _WIDEST)
        self._line("picture", f"{'number':<12}  {'sure':>5}  where (x, y, width x height)")

    def write(self, result: Result) -> None:
        source = f"{result.source} #{result.frame}" if result.frame else result.source
        if result.error is not None:
            self._line(source, f"error: {result.error}")
        elif not result.readings:
            self._line(source, "-")
        for index, reading in enumerate(result.readings):
            box = reading.box
            row = f"{reading.text:<12}  {reading.confidence:>5.0%}  {box.x}, {box.y}, {box.width} x {box.height}"
            self._line("" if index else source, row)
        self._stream.flush()

    def _line(self, source: str, row: str) -> None:
        self._stream.write(f"{source:<{self._width}}  {row}\n")
