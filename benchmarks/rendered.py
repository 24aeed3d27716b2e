"""How many numbers are read on pages of each kind that the finder's renderer makes, by writers nobody was taught on.

    python benchmarks/rendered.py --mnist DIR --pen pen.npz --symbols bhmsds.npz [--pages 100] [--finder NAME]
           [--finder-model FILE] [--refiner-model FILE] [--fonts DIR] [KIND...]

Prints a Markdown table. A number is right that has the same digits and stands where it was written; one that is cut,
struck through or too faint to be read is neither asked for nor wrong. With ``--finder printed`` the pages are those
that its networks are taught on, in typefaces of ``--fonts`` that they were not. With networks that were taught
``--without`` a kind (of ``numbre_export.synthesis.shards``), its row says what they do with what they never saw. Needs
the ``[export]`` extra.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from numbre_edge import Reader, Reading
from numbre_edge.finding.grid import CLASSES, DIGIT_CLASSES
from numbre_edge.finding.overlap import overlaps
from numbre_edge.recognition import FINDERS
from numbre_edge.types import Floats
from numbre_edge.vocabulary import SEPARATORS
from numbre_export.exporting.trust import pages
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.pages import KINDS, PRINTED
from numbre_export.synthesis.views import View

_SAME = 0.3  # of the union of a number's box and of that of its reading


@dataclass(frozen=True, eq=False)
class Written:
    """A number on a page.

    Attributes:
        digits: without points and commas.
        box: (4,) float32 x, y, w, h, pixels.
        hard: nobody should be blamed for missing it.
    """

    digits: str
    box: Floats
    hard: bool


def numbers(view: View) -> list[Written]:
    """Return the numbers of a view: digits that are linked, with points and commas; other marks end one."""
    parts: list[list[int]] = [[]]
    for at, label in enumerate(view.labels.tolist()):
        if label < DIGIT_CLASSES:
            parts[-1].append(at)
        if not view.linked[at] or (label >= DIGIT_CLASSES and CLASSES[label] not in SEPARATORS):
            parts.append([])
    return [_number(view, own) for own in parts if own]


def _number(view: View, own: list[int]) -> Written:
    low, high = view.boxes[own, :2].min(0), (view.boxes[own, :2] + view.boxes[own, 2:]).max(0)
    digits = "".join(CLASSES[view.labels[at]] for at in own)
    return Written(digits, np.concatenate([low, high - low]), bool(view.hard[own].any()))


def compared(wanted: Sequence[Written], read: Sequence[Reading]) -> tuple[int, int, int]:
    """Return how many numbers were read right, how many readings count, and how many numbers were to be read."""
    boxes = np.array([number.box for number in wanted], np.float32).reshape(-1, 4)
    right, counted, left = 0, 0, {at for at, number in enumerate(wanted) if not number.hard}
    for reading in read:
        union, smaller = overlaps(np.float32(reading.box), boxes)
        same = [at for at in left if union[at] > _SAME and wanted[at].digits == re.sub(r"[^\d?]", "", reading.text)]
        if same:
            right, counted = right + 1, counted + 1
            left.remove(same[0])
        elif not any(number.hard and share > _SAME for number, share in zip(wanted, smaller, strict=True)):
            counted += 1
    return right, counted, sum(not number.hard for number in wanted)


def add_networks(parser: argparse.ArgumentParser, *, finder: str) -> None:
    """Let a program be told what it reads with; by default by this finder, with the networks that ship."""
    parser.add_argument("--finder", choices=FINDERS, default=finder)
    parser.add_argument("--finder-model", type=Path)
    parser.add_argument("--refiner-model", type=Path)
    parser.add_argument("--transcriber-model", type=Path)


def given_reader(given: argparse.Namespace) -> Reader:
    """Return what reads with that."""
    return Reader(
        finder=given.finder,
        finder_model=given.finder_model,
        refiner_model=given.refiner_model,
        transcriber_model=given.transcriber_model,
        backend="onnx",
    )


def main() -> None:
    """Print a row a kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_sources(parser)
    parser.add_argument("--pages", type=int, default=100, help="of each kind")
    add_networks(parser, finder="learned")
    parser.add_argument("kinds", nargs="*")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    sources = given_sources(options)
    reader = given_reader(options)
    print("| kind | numbers | right | F1 |\n|---|---:|---:|---:|")
    for kind in PRINTED if options.finder == "printed" else KINDS:
        if options.kinds and kind.name not in options.kinds:
            continue
        views = pages(sources, options.pages, np.random.default_rng(0), kinds=(kind,))
        right, counted, wanted = np.sum(list(_scores(reader, views)), axis=0).tolist()
        print(f"| {kind.name} | {wanted} | {right} | {2 * right / max(1, counted + wanted):.2f} |", flush=True)


def _scores(reader: Reader, views: Iterable[View]) -> Iterator[tuple[int, int, int]]:
    for view in views:
        yield compared(numbers(view), reader.read(view.grey))


if __name__ == "__main__":
    main()
