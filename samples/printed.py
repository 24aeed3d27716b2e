"""Render the samples of displays, counters and print, and what stands on them.

    python samples/printed.py [--out samples]

Each is a page by lot, of a kind that `numbre_export.synthesis.pages` makes: the first seed whose numbers are as many as
are asked for, whole and legible. What should be read is what was set; no model has a say in it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
from shot import jpeg

from numbre_edge.finding.grid import CLASSES
from numbre_export.data.mnist import Digits
from numbre_export.data.pen import load_pen
from numbre_export.synthesis.pages import counters, displays, prints
from numbre_export.synthesis.pages.page import Page, blank_page
from numbre_export.synthesis.pictures import Picture, take
from numbre_export.synthesis.sources import Sources

SIZE = (360, 560)  # height and width, pixels
HEIGHT = 64.0  # of a digit
QUALITY = 80
# File, what fills the page, how many numbers stand on it, and how many symbols at least.
SAMPLES = (
    ("scale.jpg", displays.display, 1, 4),
    ("clock.jpg", displays.display, 2, 4),
    ("meter.jpg", counters.counter, 1, 5),
    ("prices.jpg", prints.figures, 3, 8),
)


def main() -> None:
    """Write the pictures and expected.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pen", type=Path, required=True, help="pen trajectories, an .npz; none of them is drawn")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the pictures")
    arguments = parser.parse_args()
    folder = arguments.out / "printed"
    folder.mkdir(parents=True, exist_ok=True)
    nobody = Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    sources, lines = Sources.of(nobody, load_pen(arguments.pen), {}, "test"), []
    for name, fill, numbers, symbols in SAMPLES:
        picture, texts = drawn_by_lot(sources, fill, numbers, symbols)
        (folder / name).write_bytes(jpeg(picture.grey, QUALITY))
        lines.append(json.dumps({"source": f"samples/printed/{name}", "texts": texts}) + "\n")
    (folder / "expected.jsonl").write_text("".join(lines), encoding="utf-8")


def drawn_by_lot(
    sources: Sources, fill: Callable[[Page], None], numbers: int, symbols: int
) -> tuple[Picture, list[str]]:
    """Return the first page that has so many numbers, and them from left to right, line by line."""
    for seed in count():
        rng = np.random.default_rng(seed)
        page = blank_page(sources, rng, SIZE, HEIGHT)
        page.style = "photograph"
        fill(page)
        if page.style != "photograph":
            continue
        picture = take(page, page.view, rng, plain=True)
        low, high = picture.edges[:, :2], picture.edges[:, 2:]
        within = bool(np.all(low > 0) and np.all(high < SIZE[::-1]))
        texts = set_texts(picture)
        if within and not picture.hard.any() and len(texts) == numbers and sum(map(len, texts)) >= symbols:
            return picture, texts
    raise AssertionError("seeds are endless")


def set_texts(picture: Picture) -> list[str]:
    """Return the numbers in the order they were set in, marks included."""
    texts = [""]
    for label, goes_on in zip(picture.labels.tolist(), picture.linked.tolist(), strict=True):
        texts[-1] += CLASSES[label]
        if not goes_on:
            texts.append("")
    return texts[:-1]


if __name__ == "__main__":
    main()
