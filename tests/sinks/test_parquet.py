"""Parquet has what the JSON Lines have, in typed columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from numbre_edge.errors import NumbreError
from numbre_edge.sinks import parquet
from numbre_edge.sinks.jsonl import as_json, json_line
from numbre_edge.types import Box, Digit, Reading, Result

pq = pytest.importorskip("pyarrow.parquet", reason="needs numbre-edge[parquet]")

DIGITS = [Digit(5, 0.98765432, Box(40, 63, 26, 47)), Digit(None, 1 / 3, Box(-2, 61, 20, 50))]
NUMBERS = tuple(
    Reading(tuple(DIGITS), text, 0.5, Box(0, 0, 9, 9), value)
    for text, value in (("5?", None), ("4071", 4071), ("3.5", 3.5), ("-18446744073709551616", -(2**64)))
)
RESULTS = [
    Result("a.jpg", 0, 1279, 560, NUMBERS),
    Result("clip.mp4", 30, 100, 80),
    Result("ü.png", 0, None, None, error="empty: the file has 0 bytes"),
]


def written(folder: Path, results: list[Result]) -> Path:
    lines, path = folder / "out.jsonl", folder / "out.parquet"
    lines.write_text("".join(json_line(as_json(result)) for result in results), encoding="utf-8")
    parquet.convert(lines, path)
    return path


def test_it_has_the_fields_of_the_lines(tmp_path: Path) -> None:
    rows = pq.read_table(written(tmp_path, RESULTS)).to_pylist()
    assert rows == [as_json(result) for result in RESULTS]
    assert [list(row) for row in rows] == [list(as_json(result)) for result in RESULTS]


def test_its_columns_are_typed(tmp_path: Path) -> None:
    columns = pq.read_schema(written(tmp_path, RESULTS[1:]))
    assert [str(columns.field(name).type) for name in ("source", "frame", "width", "error")] == [
        *("string", "int32", "int32", "string")
    ]
    reading = columns.field("readings").type.value_type
    digit = reading.field("digits").type.value_type
    assert [str(reading.field(name).type) for name in ("text", "value", "confidence")] == ["string", "double", "double"]
    assert str(digit.field("digit").type) == "int8"
    assert str(digit.field("box").type.value_type) == "int32"


def test_a_name_that_is_no_utf_8_is_written_out(tmp_path: Path) -> None:
    bad = Result("caf\udce9.png", 0, None, None, error="no such file: caf\udce9.png")
    [row] = pq.read_table(written(tmp_path, [bad])).to_pylist()
    assert (row["source"], row["error"]) == (r"caf\udce9.png", r"no such file: caf\udce9.png")


def test_a_row_group_is_a_part_of_the_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is what memory is needed for."""
    monkeypatch.setattr(parquet, "_AT_ONCE", 500)
    monkeypatch.setattr(parquet, "_ROW_GROUP", 2000)
    results = [Result(f"{index}.png", 0, 9, 9) for index in range(100)]
    path = written(tmp_path, results)
    about = pq.read_metadata(path)
    rows = [about.row_group(index).num_rows for index in range(about.num_row_groups)]
    assert sum(rows) == 100
    assert len(rows) > 3
    assert [row["source"] for row in pq.read_table(path).to_pylist()] == [result.source for result in results]


def test_lines_make_the_same_bytes_each_time(tmp_path: Path) -> None:
    assert written(tmp_path, RESULTS).read_bytes() == written(tmp_path, RESULTS).read_bytes()


def test_an_error_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    with pytest.raises(NumbreError, match=r"cannot write .*out\.parquet"):
        parquet.convert(tmp_path / "gone.jsonl", tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_schema_of_the_lines_has_the_same_fields() -> None:
    described = json.loads((Path(parquet.__file__).parent / "schema/predict.schema.json").read_text(encoding="utf-8"))
    columns = parquet.schema()
    reading = described["properties"]["readings"]["items"]["properties"]
    readings = columns.field("readings").type.value_type
    digits = readings.field("digits").type.value_type
    assert columns.names == list(described["properties"])
    assert [field.name for field in readings] == list(reading)
    assert [field.name for field in digits] == list(reading["digits"]["items"]["properties"])
    for field in columns:
        kind = described["properties"][field.name]["type"]
        assert field.nullable == (isinstance(kind, list) and "null" in kind), field.name
