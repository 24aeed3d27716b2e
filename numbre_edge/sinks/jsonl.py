"""JSON Lines: one object a frame, for scripts."""

from __future__ import annotations

import json
from typing import Any, TextIO

from numbre_edge.errors import escaped
from numbre_edge.types import Digit, Reading, Result

DECIMALS = 4  # of a confidence


class JsonLines:
    """Writes one JSON object a frame to ``stream``; keys always present, in this order."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, result: Result) -> None:
        self._stream.write(json_line(as_json(result)))
        self._stream.flush()


def json_line(value: object) -> str:
    """Return a value as one line of JSON, of which a terminal obeys nothing."""
    return escaped(json.dumps(value, ensure_ascii=False)) + "\n"


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as JSON's own types; boxes are [x, y, width, height] in frame pixels."""
    return {
        "source": result.source,
        "frame": result.frame,
        "width": result.width,
        "height": result.height,
        "readings": [_reading(reading) for reading in result.readings],
        "error": result.error,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "text": reading.text,
        "value": reading.value,
        "confidence": round(reading.confidence, DECIMALS),
        "box": list(reading.box),
        "digits": [_digit(digit) for digit in reading.digits],
    }


def _digit(digit: Digit) -> dict[str, Any]:
    return {"digit": digit.value, "confidence": round(digit.confidence, DECIMALS), "box": list(digit.box)}
