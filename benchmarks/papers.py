"""How many numbers are read on photographed pages, by what they are written on: whole pages, unlike in training.

    python benchmarks/papers.py MNIST_FOLDER PAGES_FOLDER [--pages 10] [--model FILE]

Renders pages of numbers by many writers (MNIST's validation split, which the shipped model was not trained on) with
random pens, light and cameras, a labelled folder of each kind, reads them, and prints a Markdown table (needs the
``[export]`` extra).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge import Reader
from numbre_export.data.mnist import Digits, load_mnist, split
from numbre_export.evaluation.pictures import score_folder
from numbre_export.synthesis.photographs import random_light
from numbre_export.synthesis.scenes.camera import Camera
from numbre_export.synthesis.scenes.ink import (
    BALLPOINT_BLACK,
    BALLPOINT_BLUE,
    CHALK,
    FIBRE_GREEN,
    FIBRE_RED,
    FOUNTAIN_BLUE,
    GEL_BLACK,
    MARKER_BLACK,
    MARKER_BLUE,
    PENCIL,
    Pen,
)
from numbre_export.synthesis.scenes.layout import Hand, Word, place_line
from numbre_export.synthesis.scenes.paper import BGR, Paper, Ruling
from numbre_export.synthesis.scenes.scene import Scene, Script, photograph
from numbre_export.synthesis.scenes.strokes import Glyph, trace

SEED = 1  # of the shipped model's split
HEIGHT, WIDTH = 900, 1200  # pixels, of the page and of its picture
PENS = (BALLPOINT_BLACK, BALLPOINT_BLUE, FIBRE_RED, FOUNTAIN_BLUE, GEL_BLACK, PENCIL)
WHITE, DESK = (235, 240, 243), Paper(color=(60, 90, 130), veins=0.1, fibre=0.02)


@dataclass(frozen=True)
class Kind:
    """What is written on, and with what; strokes are so many times as wide as those of a pen."""

    color: BGR = WHITE
    ruling: Ruling = "none"
    margin: bool = False
    pens: Sequence[Pen] = field(default=PENS)
    width: float = 1.0
    desk: Paper | None = None


KINDS = {
    "plain paper": Kind(),
    "ruled": Kind(ruling="ruled"),
    "ruled with a margin": Kind(ruling="ruled", margin=True),
    "squared": Kind(ruling="squared"),
    "dotted": Kind(ruling="dotted"),
    "yellow paper": Kind(color=(120, 230, 250)),
    "brown paper": Kind(color=(110, 150, 185)),
    "a sheet on a desk": Kind(desk=DESK),
    "a whiteboard": Kind(color=(240, 244, 244), pens=(MARKER_BLACK, MARKER_BLUE, FIBRE_GREEN, FIBRE_RED), width=1.4),
    "a blackboard": Kind(color=(58, 66, 52), pens=(CHALK,), width=1.4),
}


def page(kind: Kind, digits: Digits, rng: Generator) -> Scene:
    """Photograph a page of numbers of one to five digits, up to three on a line."""
    height = float(rng.uniform(28, 70))
    pitch = height * float(rng.uniform(1.7, 2.3))
    hand = Hand(
        height=height,
        pen=height * float(rng.uniform(0.07, 0.12)) * kind.width,
        gap=float(rng.uniform(0.12, 0.35)),
        slant=float(rng.normal(0.08, 0.12)),
        evenness=float(rng.uniform(0.3, 0.9)),
        size_jitter=0.1,
        baseline_jitter=0.05,
        turn_jitter=0.05,
    )
    words = [
        word
        for foot in np.arange(2 * height, HEIGHT - 1.2 * height, pitch).tolist()
        for word in line(hand, foot, digits, rng)
        if word[-1].right < WIDTH - height
    ]
    grey = int(rng.uniform(140, 200))
    paper = Paper(
        color=kind.color,
        ruling=kind.ruling,
        pitch=pitch / 2 if kind.ruling == "squared" else pitch,
        phase=2.08 * height,
        line=(grey, grey, grey) if rng.random() < 0.5 else (210, 170, 140),
        line_width=max(1.2, 0.035 * height),
        dot_pitch=float(rng.uniform(3, 6)),
        margin=0.8 * height if kind.margin else None,
        fibre=float(rng.uniform(0.001, 0.01)),
        cloud=float(rng.uniform(0, 0.03)),
    )
    return photograph(
        paper=paper,
        page=(HEIGHT, WIDTH),
        scripts=[Script(words, kind.pens[int(rng.integers(len(kind.pens)))], hand.pen)],
        picture=(HEIGHT, WIDTH),
        rng=rng,
        light=random_light(rng),
        camera=camera(rng),
        desk=kind.desk,
    )


def line(hand: Hand, foot: float, digits: Digits, rng: Generator) -> list[Word]:
    """Write one to three numbers on a line."""
    numbers = [[glyph(digits, rng) for _ in range(rng.integers(1, 6))] for _ in range(rng.integers(1, 4))]
    left, space = hand.height * float(rng.uniform(1, 3)), hand.height * float(rng.uniform(1.2, 2))
    return place_line(numbers, hand, left, foot, space, rng, float(rng.normal(0, 0.01)))


def glyph(digits: Digits, rng: Generator) -> Glyph:
    which = int(rng.integers(len(digits)))
    return trace(digits.images[which], int(digits.labels[which]))


def camera(rng: Generator) -> Camera:
    """A phone, held by hand above the page."""
    return Camera(
        tilt=(float(rng.normal(0, 0.06)), float(rng.normal(0, 0.06))),
        turn=float(rng.normal(0, 0.03)),
        defocus=float(rng.uniform(0.4, 1.6)),
        exposure=float(rng.uniform(0.5, 1.1)),
        shot_noise=float(rng.uniform(0.003, 0.03)),
        read_noise=float(rng.uniform(0.001, 0.01)),
        jpeg=int(rng.integers(40, 95)),
    )


def write_pages(folder: Path, kind: Kind, digits: Digits, seeds: Sequence[tuple[int, int]]) -> None:
    """Fill a labelled folder."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    with (folder / "labels.csv").open("w", newline="") as file:
        labels = csv.writer(file)
        labels.writerow(("file", "label"))
        for number, seed in enumerate(seeds):
            scene = page(kind, digits, np.random.default_rng(seed))
            cv2.imwrite(str(folder / "images" / f"{number}.png"), scene.pixels)
            labels.writerow((f"{number}.png", " ".join(number.text for number in scene.numbers)))


def main() -> None:
    """Print a row a kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mnist", type=Path, help="the folder of MNIST's four files")
    parser.add_argument("out", type=Path, help="the folder to write the pages to")
    parser.add_argument("--pages", type=int, default=10, help="of each kind")
    parser.add_argument("--model", type=Path, help="instead of the one that ships")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    digits, reader = split(load_mnist(options.mnist).train, seed=SEED)[1], Reader(options.model)
    print("| written on | number F1 | digits right |\n|---|---:|---:|")
    for place, (name, kind) in enumerate(KINDS.items()):
        write_pages(options.out / name, kind, digits, [(place, number) for number in range(options.pages)])
        score = score_folder(options.out / name, reader.read)
        print(f"| {name} | {score.f1:.2f} | {score.digit_accuracy:.1%} |", flush=True)


if __name__ == "__main__":
    main()
