"""CSV: one row a reading, for spreadsheets (RFC 4180 but for the line ends, which are the system's usual ones)."""

from __future__ import annotations

import csv
from typing import TextIO

from numbre_edge.errors import printable
from numbre_edge.sinks.jsonl import DECIMALS
from numbre_edge.types import Result

COLUMNS = ("source", "frame", "text", "confidence", "x", "y", "width", "height", "error", "value")


class Csv:
    """Writes a header and one row a reading to ``stream``; a frame without a reading, or with an error, is one row too.

    x, y, width and height are the reading's box in frame pixels.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = printable if stream.isatty() else str  # a file has names as they are
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def write(self, result: Result) -> None:
        source, error = self._shown(result.source), self._shown(result.error or "")
        for reading in result.readings:
            confidence = round(reading.confidence, DECIMALS)
            row = [source, result.frame, reading.text, confidence, *reading.box, "", reading.value]
            self._writer.writerow(row)
        if not result.readings:
            self._writer.writerow([source, result.frame, "", "", "", "", "", "", error, ""])
        self._stream.flush()
