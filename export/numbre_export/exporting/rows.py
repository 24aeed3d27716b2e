"""How each file of an export did in each of its runtimes, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """What a runtime made of a file.

    Attributes:
        bytes: size of the file.
        accuracy: share of the test digits right, by the best of the first ten columns.
        drop: Keras' accuracy minus this one, in points.
        agreement: share of the test digits on which it and Keras name the same digit.
        difference: largest of any probability's difference from Keras'.
        latency: median of one patch, in microseconds, on one thread of this machine.
    """

    bytes: int
    accuracy: float
    drop: float
    agreement: float
    difference: float
    latency: float


@dataclass(frozen=True)
class Row:
    """One line of the gate's table: a file in a runtime, measured or failed or both."""

    file: str
    runtime: str
    measured: Measured | None
    problem: str | None = None


def kept_files(rows: Sequence[Row]) -> list[str]:
    """Return the files without any problem, in order."""
    refused = {row.file for row in rows if row.problem}
    return [name for name in dict.fromkeys(row.file for row in rows) if name not in refused]


def table(rows: Sequence[Row]) -> str:
    """Return the gate's table as text."""
    head = ("file", "runtime", "bytes", "accuracy", "drop", "agreement", "difference", "latency", "")
    lines: list[tuple[str, ...]] = [head]
    for row in rows:
        verdict = "kept" if row.problem is None else f"NOT KEPT: {row.problem}"
        lines.append((row.file, row.runtime, *_figures(row.measured), verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, (*widths, 0), strict=True))
        ).rstrip()
        for line in lines
    )


def _figures(measured: Measured | None) -> tuple[str, ...]:
    if measured is None:
        return ("-",) * 6
    return (
        f"{measured.bytes:,}",
        f"{measured.accuracy:.2%}",
        f"{measured.drop + 0.0:.2f}",
        f"{measured.agreement:.2%}",
        f"{measured.difference:.1e}",
        f"{measured.latency:.0f} us",
    )
