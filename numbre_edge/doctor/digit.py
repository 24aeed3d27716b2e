"""A backend tried with a digit, as a program: ``python -m numbre_edge.doctor.digit onnx`` prints a JSON object."""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from numbre_edge.backends import open_backend
from numbre_edge.errors import NumbreError
from numbre_edge.types import Pixels

DIGIT = 7
_STROKES = (((6.5, 8.0), (19.5, 7.5)), ((19.5, 7.5), (12.0, 22.5)))  # (x, y) to (x, y), pixels
_PEN = 1.4  # pixels from the middle of a stroke to its edge
_RUNS = 30
_LONGEST = 1.0  # seconds for all runs; on a desktop they take 0.02, emulated 5


def digit_patch() -> Pixels:
    """Return a seven of two strokes: (1, 28, 28) uint8, ink 255 on 0, drawn with numpy alone."""
    y, x = np.mgrid[:28, :28]
    ink = np.zeros((28, 28))
    for (x0, y0), (x1, y1) in _STROKES:
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
        along = np.clip(along, 0, 1)
        distance = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
        ink = np.maximum(ink, np.clip(_PEN + 0.5 - distance, 0, 1))
    return np.rint(ink * 255).astype(np.uint8)[None]


def try_backend(name: str) -> dict[str, str | int | float]:
    """Read the digit with a backend's shipped model.

    Returns:
        ``model``, its file's name; ``digit`` as read; ``milliseconds``, the median of one patch.

    Raises:
        NumbreError: the backend or its model cannot be used.
    """
    backend = open_backend(name)
    patch = digit_patch()
    digit = int(backend.predict(patch)[0].argmax())
    times: list[float] = []
    while len(times) < _RUNS and sum(times) < _LONGEST:
        start = time.perf_counter()
        backend.predict(patch)
        times.append(time.perf_counter() - start)
    return {"model": backend.model.path.name, "digit": digit, "milliseconds": float(np.median(times)) * 1000}


if __name__ == "__main__":
    try:
        print(json.dumps(try_backend(sys.argv[1])))
    except NumbreError as exc:
        print(json.dumps({"error": " ".join(str(exc).split())}))
