"""Tables as text: CSV for spreadsheets, Markdown for notes, JSON for programs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any, Protocol, TextIO

from numbre_edge.errors import printable
from numbre_edge.sinks.jsonl import DECIMALS, json_line
from numbre_edge.tables.table import Cell, Table
from numbre_edge.types import numbered


class Writer(Protocol):
    """Takes the tables of one picture after the other."""

    def write(self, source: str, tables: Sequence[Table], error: str | None = None, *, frame: int = 0) -> None:
        """Write the tables of a picture or page, or why there are none."""
        ...

    def close(self) -> None:
        """Write what is left to be written."""
        ...


class Csv:
    """One row a row; an empty line between two tables.

    Args:
        stream: what is written to.
        words: what stands for writing that is no number.
    """

    def __init__(self, stream: TextIO, words: str = "") -> None:
        self._stream, self._words, self._written = stream, words, 0
        self._rows = csv.writer(stream, lineterminator="\n")

    def write(self, source: str, tables: Sequence[Table], error: str | None = None, *, frame: int = 0) -> None:
        for table in tables:
            if self._written:
                self._stream.write("\n")
            self._rows.writerows(table.texts(self._words))
            self._written += 1
        self._stream.flush()

    def close(self) -> None:
        return


class Markdown:
    """Each table with its first row as heading, as Markdown wants it, under its picture's name."""

    def __init__(self, stream: TextIO, words: str = "") -> None:
        self._stream, self._words, self._written = stream, words, 0

    def write(self, source: str, tables: Sequence[Table], error: str | None = None, *, frame: int = 0) -> None:
        for number, table in enumerate(tables, 1):
            name = numbered(printable(source), frame) + (f", table {number}" if len(tables) > 1 else "")
            head, *rows = (self._row(row) for row in table.texts(self._words))
            lines = [f"{name}:", "", head, "|" + " --- |" * table.columns, *rows]
            self._stream.write("\n" * (self._written > 0) + "\n".join(lines) + "\n")
            self._written += 1
        self._stream.flush()

    def close(self) -> None:
        return

    @staticmethod
    def _row(texts: Sequence[str]) -> str:
        return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


class Json:
    """One list, an object a picture: all cells with where they are, what is written in them and how sure that is."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._pictures = stream, 0

    def write(self, source: str, tables: Sequence[Table], error: str | None = None, *, frame: int = 0) -> None:
        picture = {"source": source, "frame": frame, "tables": [_table(table) for table in tables], "error": error}
        self._stream.write(",\n" if self._pictures else "[\n")
        self._stream.write(json_line(picture).rstrip("\n"))
        self._pictures += 1
        self._stream.flush()

    def close(self) -> None:
        self._stream.write("\n]\n" if self._pictures else "[]\n")
        self._stream.flush()


def _table(table: Table) -> dict[str, Any]:
    return {
        "rows": table.rows,
        "columns": table.columns,
        "ruled": table.ruled,
        "cells": [_cell(cell) for cell in table.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    confidence = cell.confidence
    return {
        "row": cell.row,
        "column": cell.column,
        "rows": cell.rows,
        "columns": cell.columns,
        "text": cell.text,
        "value": cell.value,
        "confidence": None if confidence is None else round(confidence, DECIMALS),
        "words": cell.words,
        "corners": cell.corners,
    }
