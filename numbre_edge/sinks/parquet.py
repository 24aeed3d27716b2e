"""Parquet: the fields of the JSON Lines in typed columns, for tables of millions of rows."""

from __future__ import annotations

from typing import Any


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
