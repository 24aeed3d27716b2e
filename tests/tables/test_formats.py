"""Tables as text and as a workbook hold what was read, and mark what is doubtful."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from numbre_edge.tables.formats import Csv, Json, Markdown
from numbre_edge.tables.table import Cell, Corners, Table
from numbre_edge.tables.xlsx import Workbook
from numbre_edge.types import Reading
from tests.tables.drawing import number

CORNERS: Corners = ((0, 0), (10, 0), (10, 10), (0, 10))


def reading(text: str, value: float | None, confidence: float = 0.99) -> Reading:
    return replace(number("1", 0, 0), text=text, value=value, confidence=confidence)


@pytest.fixture
def marks() -> Table:
    """A heading over two columns, a word, decimals, a doubtful number, leading noughts."""
    cells = (
        Cell(0, 0, CORNERS, words=True),
        Cell(0, 1, CORNERS, (reading("2026", 2026),), columns=2),
        Cell(1, 0, CORNERS, (reading("12,50", 12.5),)),
        Cell(1, 1, CORNERS, (reading("4?7", None, 0.4),)),
        Cell(1, 2, CORNERS, (reading("007", 7),)),
        Cell(2, 0, CORNERS),
        Cell(2, 1, CORNERS, (reading("3", 3), reading("4", 4))),
        Cell(2, 2, CORNERS, (reading("-1.234", -1234),)),
    )
    return Table(3, 3, cells, ruled=True)


def test_csv_has_a_row_a_row_and_an_empty_line_between_tables(marks: Table) -> None:
    stream = io.StringIO()
    writer = Csv(stream, words="(text)")
    writer.write("a.jpg", [marks])
    writer.write("b.jpg", [], "no table")
    writer.write("c.jpg", [Table(1, 1, (Cell(0, 0, CORNERS),), ruled=False)])
    writer.close()

    assert stream.getvalue() == '(text),2026,\n"12,50",4?7,007\n,3 4,-1.234\n\n""\n'


def test_markdown_names_each_table(marks: Table) -> None:
    stream = io.StringIO()
    writer = Markdown(stream)
    writer.write("a.jpg", [marks, marks])

    lines = stream.getvalue().splitlines()
    assert lines[:7] == [
        "a.jpg, table 1:",
        "",
        "|  | 2026 |  |",
        "| --- | --- | --- |",
        "| 12,50 | 4?7 | 007 |",
        "|  | 3 4 | -1.234 |",
        "",
    ]
    assert lines[7] == "a.jpg, table 2:"

    stream.truncate(0)
    Markdown(stream).write("a\x1b\n.jpg", [marks])
    assert stream.getvalue().lstrip("\0").splitlines()[0] == "a\\x1b\\n.jpg:"


def test_json_says_where_each_cell_is_and_how_sure(marks: Table) -> None:
    stream = io.StringIO()
    writer = Json(stream)
    writer.write("a.jpg", [marks])
    writer.write("b.jpg", [], "no table")
    writer.close()

    first, second = json.loads(stream.getvalue())
    assert second == {"source": "b.jpg", "frame": 0, "tables": [], "error": "no table"}
    (table,) = first["tables"]
    assert (table["rows"], table["columns"], table["ruled"]) == (3, 3, True)
    assert table["cells"][1] == {
        "row": 0,
        "column": 1,
        "rows": 1,
        "columns": 2,
        "text": "2026",
        "value": 2026,
        "confidence": 0.99,
        "words": False,
        "corners": [[0, 0], [10, 0], [10, 10], [0, 10]],
    }
    assert [table["cells"][at]["value"] for at in (0, 3, 6)] == [None, None, None]


def test_no_picture_is_an_empty_list() -> None:
    stream = io.StringIO()
    Json(stream).close()

    assert json.loads(stream.getvalue()) == []


def test_a_workbook_has_a_sheet_a_table_and_colours_what_is_doubtful(marks: Table, tmp_path: Path) -> None:
    writer = Workbook(tmp_path / "marks.xlsx", words="=1+1")
    writer.write("photos/a[1].jpg", [marks, marks])
    writer.close()

    book = openpyxl.load_workbook(tmp_path / "marks.xlsx")
    assert book.sheetnames == ["a_1_", "a_1_-2"]
    sheet = book["a_1_"]
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("=1+1", "s")
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["B1:C1"]
    assert (sheet["A2"].value, sheet["A2"].number_format) == (12.5, "0.00")
    assert (sheet["C2"].value, sheet["C2"].number_format) == (7, "000")
    assert (sheet["C3"].value, sheet["C3"].number_format) == (-1234, "#,##0")
    assert (sheet["B2"].value, sheet["B3"].value, sheet["A3"].value) == ("4?7", "3 4", None)
    coloured = [cell.coordinate for row in sheet for cell in row if cell.fill.fill_type == "solid"]
    assert coloured == ["B2"]


def test_a_workbook_without_a_table_says_so(tmp_path: Path) -> None:
    Workbook(tmp_path / "none.xlsx").close()

    assert openpyxl.load_workbook(tmp_path / "none.xlsx").sheetnames == ["no table"]
