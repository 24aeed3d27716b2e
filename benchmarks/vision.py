"""Time finding digits against the least anybody would do: grey, adaptive threshold, connected components.

    python benchmarks/vision.py [--profile]

Draws one 1280x720 camera frame with 20 handwritten digits (tests/data/mnist_test_100.npz) on paper with
uneven light and grain, runs on one thread, and prints the time of each stage and the ratio of the two.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.bench.trial import bare_components
from numbre_edge.types import Frame, Patches, Pixels
from numbre_edge.vision.binarize import binarize
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.components import close_gaps, components
from numbre_edge.vision.illumination import flatten
from numbre_edge.vision.normalize import stroke_width
from numbre_edge.vision.page import Page
from numbre_edge.vision.rules import remove_rules
from numbre_edge.vision.straight import shrunk
from numbre_edge.vision.tilt import tilt_of

DIGITS = Path(__file__).parents[1] / "tests" / "data" / "mnist_test_100.npz"
HEIGHT, WIDTH, SIZE = 720, 1280, 84  # pixels; 84 is a digit's 28 three times
ROUNDS = 60


def frame() -> Pixels:
    """Return the (720, 1280, 3) frame: four lines of five digits."""
    with np.load(DIGITS) as data:
        digits = data["x"][::5]
    rows, columns = np.mgrid[0:1:720j, 0:1:1280j]
    page = 150 + 70 * columns * (1 - 0.4 * rows)
    for place, digit in enumerate(digits):
        x, y = 140 + place % 5 * 220, 50 + place // 5 * 165
        ink = cv2.resize(digit, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC) / 255
        page[y : y + SIZE, x : x + SIZE] *= 1 - 0.7 * ink
    page += np.random.default_rng(0).normal(0, 3, page.shape)
    grey = cv2.GaussianBlur(page.clip(0, 255).astype(np.uint8), (0, 0), 0.8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def found(pixels: Pixels) -> Patches:
    """Return the candidates of a frame, from its pixels on."""
    return candidates(Page(Frame(pixels)))


def milliseconds(work: Callable[[], object]) -> float:
    """Return the median time of ``work``."""
    return 1000 * float(np.median([_once(work) for _ in range(ROUNDS + 1)][1:]))


def compared(work: Callable[[], object], other: Callable[[], object]) -> tuple[float, float, float]:
    """Return the median times of two works done in turn, and the median of their ratios: a busy machine slows both."""
    times = np.array([[_once(work), _once(other)] for _ in range(ROUNDS + 1)][1:])
    return (*(1000 * np.median(times, axis=0)).tolist(), float(np.median(times[:, 0] / times[:, 1])))


def _once(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", action="store_true", help="also list the functions that cost most")
    profiled = parser.parse_args().profile
    cv2.setNumThreads(1)
    pixels = frame()
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    flattened = flatten(grey)
    mask = binarize(flattened.contrast)
    small = shrunk(mask)
    unruled, upright_rules = remove_rules(mask, flattened.contrast, small)
    stroke = stroke_width(unruled)
    closed = close_gaps(unruled, stroke)
    stages: dict[str, Callable[[], object]] = {
        "grey": lambda: cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY),
        "flatten": lambda: flatten(grey),
        "binarize": lambda: binarize(flattened.contrast),
        "shrunk": lambda: shrunk(mask),
        "tilt_of": lambda: tilt_of(small),
        "remove_rules": lambda: remove_rules(mask, flattened.contrast, small),
        "stroke_width": lambda: stroke_width(unruled),
        "close_gaps": lambda: close_gaps(unruled, stroke),
        "components": lambda: components(closed, flattened, stroke, upright_rules=upright_rules),
    }
    times = {name: milliseconds(work) for name, work in stages.items()}
    whole, least, ratio = compared(lambda: found(pixels), lambda: bare_components(pixels))
    patches = found(pixels)
    times["split and normalize"] = max(0.0, whole - sum(times.values()))
    for name, took in times.items():
        print(f"{name:20} {took:7.2f} ms")
    print(f"{'candidates':20} {whole:7.2f} ms  ({len(patches.lattices)} symbols, {len(patches)} patches)")
    print(f"{'bare OpenCV':20} {least:7.2f} ms  ({bare_components(pixels)} components)")
    print(f"{'ratio':20} {ratio:7.2f}")
    if profiled:
        profiler = cProfile.Profile()
        profiler.runcall(lambda: [found(pixels) for _ in range(ROUNDS)])
        pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(12)


if __name__ == "__main__":
    main()
