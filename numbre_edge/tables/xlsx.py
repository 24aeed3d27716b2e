"""Tables as a workbook: a sheet each, numbers as numbers, doubtful ones in colour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numbre_edge.atomic import replacing
from numbre_edge.errors import UsageError
from numbre_edge.tables.table import Table

DOUBTFUL = 0.9  # confidence: below it a cell is coloured, as is one with a ?
_COLOUR = "FFF4C7AB"  # a light vermilion, which black text is read on
_LONGEST = 31  # characters of a sheet's name, as Excel has them
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


class Workbook:
    """Collects tables; ``close`` writes the file.

    Args:
        path: the file.
        words: what stands for writing that is no number.

    Raises:
        UsageError: openpyxl is not installed.
    """

    def __init__(self, path: Path, words: str = "") -> None:
        try:
            import openpyxl
        except ImportError as exc:
            raise UsageError("--format xlsx needs openpyxl: pip install 'numbre-edge[xlsx]'") from exc
        self._path, self._words = path, words
        self._book: Any = openpyxl.Workbook()
        self._book.remove(self._book.active)

    def write(self, source: str, tables: Sequence[Table], error: str | None = None, *, frame: int = 0) -> None:
        for table in tables:
            self._fill(self._book.create_sheet(self._name(source)), table)

    def close(self) -> None:
        if not self._book.sheetnames:
            self._book.create_sheet("no table")
        with replacing(self._path) as temporary:
            self._book.save(temporary)

    def _fill(self, sheet: Any, table: Table) -> None:
        from openpyxl.styles import PatternFill

        for cell in table.cells:
            text = cell.text or (self._words if cell.words else "")
            at = sheet.cell(cell.row + 1, cell.column + 1)
            if cell.value is not None:
                at.value = cell.value
                if "." in cell.text or "," in cell.text:
                    decimals = len(cell.text) - max(cell.text.rfind("."), cell.text.rfind(",")) - 1
                    at.number_format = f"0.{'0' * decimals}" if isinstance(cell.value, float) else "#,##0"
                elif len(cell.text.lstrip("+-")) > len(str(abs(int(cell.value)))):
                    at.number_format = "0" * len(cell.text.lstrip("+-"))  # 007 stays 007
            elif text:
                at.value, at.data_type = text, "s"  # never a formula, whatever it begins with
            if cell.confidence is not None and (cell.confidence < DOUBTFUL or "?" in cell.text):
                at.fill = PatternFill("solid", fgColor=_COLOUR)
            if cell.rows > 1 or cell.columns > 1:
                sheet.merge_cells(
                    start_row=cell.row + 1,
                    end_row=cell.row + cell.rows,
                    start_column=cell.column + 1,
                    end_column=cell.column + cell.columns,
                )

    def _name(self, source: str) -> str:
        """Return a sheet's name that is new: the picture's, as far as it may be."""
        stem = Path(source).stem.translate(_FORBIDDEN)[:_LONGEST].strip("'") or "table"
        taken, name, count = {name.lower() for name in self._book.sheetnames}, stem, 1
        while name.lower() in taken:
            count += 1
            name = f"{stem[: _LONGEST - len(str(count)) - 1]}-{count}"
        return name
