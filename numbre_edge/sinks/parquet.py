"""Parquet: the fields of the JSON Lines in typed columns, for tables of millions of rows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from numbre_edge.atomic import replacing
from numbre_edge.errors import MissingExtra

# Bytes of JSON. As Python's objects they take some ten times as much, so few are taken at once; a row group of few
# rows is slow to read, so many are put together.
_AT_ONCE, _ROW_GROUP = 1 << 18, 1 << 24
_TEXTS = ("source", "error")  # in which a name that is no UTF-8 may stand


def check_parquet() -> None:
    """Tell before any work that Parquet cannot be written.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as exc:
        raise MissingExtra("--format parquet", "parquet") from exc


def schema() -> Any:
    """Return the columns, a ``pyarrow.Schema``: one row a frame, boxes as x, y, width and height."""
    import pyarrow as pa

    def must(name: str, kind: Any) -> Any:
        return pa.field(name, kind, nullable=False)

    def many(kind: Any) -> Any:
        return pa.list_(must("element", kind))

    box = must("box", many(pa.int32()))
    digit = pa.struct([pa.field("digit", pa.int8()), must("confidence", pa.float64()), box])
    reading = pa.struct(
        [
            must("text", pa.string()),
            pa.field("value", pa.float64()),
            must("confidence", pa.float64()),
            box,
            must("digits", many(digit)),
        ]
    )
    return pa.schema(
        [
            must("source", pa.string()),
            must("frame", pa.int32()),
            pa.field("width", pa.int32()),
            pa.field("height", pa.int32()),
            must("readings", many(reading)),
            pa.field("error", pa.string()),
        ]
    )


def convert(lines: Path, path: Path) -> None:
    """Write a file of JSON Lines of ``predict`` as Parquet, whole or not at all, a part in memory at a time.

    Raises:
        NumbreError: the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = schema()
    with replacing(path) as temporary, lines.open("rb") as rows, temporary.open("wb") as file:
        with pq.ParquetWriter(file, columns) as writer:
            group, size = [], 0
            for part, length in _parts(rows):
                group.append(pa.RecordBatch.from_pylist(part, schema=columns))
                size += length
                if size >= _ROW_GROUP:
                    writer.write_table(pa.Table.from_batches(group))
                    group, size = [], 0
            if group:
                writer.write_table(pa.Table.from_batches(group))
        file.flush()
        os.fsync(file.fileno())


def _parts(lines: Iterable[bytes]) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Yield rows, some at once, and how many bytes of JSON they were."""
    rows, size = [], 0
    for line in lines:
        row = json.loads(line)
        for name in _TEXTS:
            if row[name] is not None:
                row[name] = row[name].encode("utf-8", "backslashreplace").decode()
        for reading in row["readings"]:
            if reading["value"] is not None:
                reading["value"] = float(str(reading["value"]))  # a whole one may have more digits than a float takes
        rows.append(row)
        size += len(line)
        if size >= _AT_ONCE:
            yield rows, size
            rows, size = [], 0
    if rows:
        yield rows, size
