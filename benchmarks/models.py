"""Time one patch by each model, on one thread, in its own runtime.

    python benchmarks/models.py [MODEL...]

By default the models that ship. They take turns, so that what else the machine does slows all of them alike; prints
the median of 400 rounds.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np

import numbre_edge
from numbre_edge.backends import open_backend

DIGITS = Path(__file__).parents[1] / "tests" / "data" / "mnist_test_100.npz"
SHIPPED = Path(numbre_edge.__file__).parent / "models"
ROUNDS, WARM_UP = 400, 20


def main(*names: str) -> None:
    """Print a line a model."""
    files = [Path(name) for name in names] or sorted(SHIPPED.glob("*.onnx")) + sorted(SHIPPED.glob("*.tflite"))
    backends = [open_backend("tflite" if file.suffix == ".tflite" else "onnx", file) for file in files]
    with np.load(DIGITS) as digits:
        patches = digits["x"]
    times: list[list[float]] = [[] for _ in backends]
    for number in range(WARM_UP + ROUNDS):
        patch = patches[number % len(patches)][np.newaxis]
        for backend, own in zip(backends, times, strict=True):
            begin = time.perf_counter()
            backend.predict(patch)
            own.append(time.perf_counter() - begin)
    for file, own in zip(files, times, strict=True):
        print(f"{file.name:<20} {1e6 * statistics.median(own[WARM_UP:]):6.0f} us")


if __name__ == "__main__":
    main(*sys.argv[1:])
