"""How many cells of tables are read right: rendered by writers nobody was taught on, of five kinds.

    python benchmarks/tables.py --mnist DIR --pen pen.npz --symbols bhmsds.npz [--tables 8] [--out DIR] [--finder NAME]
                                [--touching] [--finder-model FILE] [--refiner-model FILE]
                                [--transcriber-model FILE]
    python benchmarks/tables.py --photos tables/ --photos tallies/ [--finder NAME]

ruled, boxed (each cell its own frame), aligned (no lines), squared (on squared paper), perspective (ruled, seen
aslant). Digits stand apart, as people write them in tables. With ``--touching`` they run into each other on four tables
of ten, as on the pages that networks are taught with; some cells nobody can read then. A cell is right that holds just
what was written there, signs and points too; all that are not empty count. ``--out`` keeps the pictures and what should
be read. Of photographs, FOLDER/images and FOLDER/labels.csv (``file,label``, the numbers in reading order), cells count
that are read right in that order. Prints a Markdown table. Needs the ``[export]`` extra.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from rendered import add_networks, given_reader

from numbre_edge import Reader
from numbre_edge.recognition import CELL_FINDER
from numbre_edge.tables import read_tables
from numbre_edge.types import Frame, Pixels
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.cells import centred
from numbre_export.synthesis.pages.page import Page, blank_page
from numbre_export.synthesis.paths import rectangle, segment
from numbre_export.synthesis.pictures import take
from numbre_export.synthesis.sheet import Mark
from numbre_export.synthesis.sources import Sources

KINDS = ("ruled", "boxed", "aligned", "squared", "perspective")
_EMPTY = 0.12  # share of cells
_DECIMAL = (
    0.35  # share of tables whose numbers have a point, or a comma, all the same, and as many decimals in a column
)
_ASLANT = 0.12  # of the picture's sides, by which its corners are moved

Texts = list[list[str]]


def table(sources: Sources, kind: str, rng: Generator, *, touching: bool = False) -> tuple[Pixels, Texts]:
    """Photograph or scan a table: (H, W) uint8, and what is written in it, row by row."""
    while True:
        height = float(rng.uniform(24, 40))
        rows, columns = int(rng.integers(3, 8)), int(rng.integers(2, 6))
        decimals, most = rng.random() < _DECIMAL, int(rng.integers(1, 4))
        mark = str(rng.choice((".", ","))) if decimals else ""
        places = rng.choice((1, 2, 2, 3), columns).tolist()
        texts = [[_text(rng, most, mark, places[column]) for column in range(columns)] for _ in range(rows)]
        lane = height * float(rng.uniform(1.5, 2.2))
        wide = height * (0.8 * max(len(text) for line in texts for text in line) + float(rng.uniform(0.8, 2.0)))
        view = (round((rows + 1.6) * lane), round((columns + 1) * wide))
        page = blank_page(sources, rng, view, height)
        dark = replace(page.ink, tone=min(page.ink.tone, 0.35 * page.surface.tone))
        page.style, page.turn, page.ink = "photograph" if rng.random() < 0.6 else "scan", 0.02 * rng.normal(), dark
        if not touching:
            page.clear()
        if not all(any(row) for row in texts) or not all(any(column) for column in zip(*texts, strict=True)):
            continue
        _fill(page, kind, texts, wide, lane)
        picture = take(page, page.view, rng, plain=True)
        if not picture.hard.any():
            break
    grey = _aslant(picture.grey, rng) if kind == "perspective" else picture.grey
    return grey, texts


def _text(rng: Generator, most: int, mark: str, places: int) -> str:
    if rng.random() < _EMPTY:
        return ""
    whole = numerals.digits(rng, int(rng.integers(1, most + 1)))
    return f"{whole}{mark}{numerals.digits(rng, places)}" if mark else whole


def _fill(page: Page, kind: str, texts: Texts, wide: float, lane: float) -> None:
    rows, columns = len(texts), len(texts[0])
    x0, y0 = page.view[2] / 2 - columns * wide / 2, page.view[3] / 2 - rows * lane / 2
    xs, ys = [x0 + column * wide for column in range(columns + 1)], [y0 + row * lane for row in range(rows + 1)]
    width = page.hairline(0.03, 0.08)
    if kind in ("ruled", "perspective"):
        page.rule([segment(x0, y, xs[-1], y) for y in ys] + [segment(x, y0, x, ys[-1]) for x in xs], width)
    elif kind == "boxed":
        inset = 0.06 * lane
        frames = [(x + inset, y + inset, x + wide - inset, y + lane - inset) for x in xs[:-1] for y in ys[:-1]]
        page.rule([rectangle(*frame) for frame in frames], width)
    elif kind == "squared":
        left, top, right, bottom = page.area
        faint, pitch = replace(page.printing, density=0.5), lane / 2
        lines = [segment(left, y, right, y) for y in np.arange(y0 - 20 * pitch, bottom, pitch).tolist()]
        lines += [segment(x, top, x, bottom) for x in np.arange(x0 - 20 * pitch, right, pitch).tolist()]
        page.rule(lines, 0.6 * width, faint)
    marks: list[Mark] = []
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            if text:
                written = page.hand.write(text, 0.0, 0.0, page.rng)
                marks += centred(page, written, (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2)
    page.lay(marks)


def _aslant(grey: Pixels, rng: Generator) -> Pixels:
    height, width = grey.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = (
        corners + rng.uniform(0, _ASLANT, (4, 2)) * np.array([width, height]) * np.sign(corners - corners.mean(0)) * -1
    )
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    paper = float(np.median(grey))
    return np.asarray(cv2.warpPerspective(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(paper,)))


def right(texts: Texts, read: Texts) -> int:
    """Return how many cells that are not empty are read right, each where it stands; empty rows around do not count."""
    read = _trimmed(read)
    return sum(
        bool(text) and row < len(read) and column < len(read[row]) and read[row][column] == text
        for row, line in enumerate(texts)
        for column, text in enumerate(line)
    )


def _trimmed(texts: Texts) -> Texts:
    """Return a table without the empty rows and columns around it."""
    for _ in range(2):
        while texts and not any(texts[0]):
            texts = texts[1:]
        while texts and not any(texts[-1]):
            texts = texts[:-1]
        texts = [list(column) for column in zip(*texts, strict=True)]
    return texts


def photographs(reader: Reader, folder: Path) -> tuple[int, int]:
    """Return how many cells of a folder's pictures have a number, and how many are read right, in reading order."""
    cells = found = 0
    with (folder / "labels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            want = row["label"].split()
            tables = read_tables(reader, folder / "images" / row["file"])
            got = [text for line in tables[0].texts() for text in line if text] if tables else []
            cells, found = cells + len(want), found + in_order(want, got)
    return cells, found


def in_order(want: list[str], got: list[str]) -> int:
    """Return the length of the longest common subsequence."""
    lengths = [0] * (len(got) + 1)
    for one in want:
        before = 0
        for at, other in enumerate(got, 1):
            before, lengths[at] = lengths[at], before + 1 if one == other else max(lengths[at], lengths[at - 1])
    return lengths[-1]


def main() -> None:
    """Print a row a kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_sources(parser, required=False)
    parser.add_argument("--photos", type=Path, action="append", metavar="FOLDER")
    parser.add_argument("--tables", type=int, default=8, help="of each kind")
    add_networks(parser, finder=CELL_FINDER)
    parser.add_argument("--touching", action="store_true", help="digits that run into each other")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    reader = given_reader(options)
    print("| kind | cells | right |\n|---|---:|---:|")
    for folder in options.photos or ():
        cells, found = photographs(reader, folder)
        print(f"| {folder.name} | {cells} | {found / cells:.1%} |", flush=True)
    if options.photos:
        return
    if None in (options.mnist, options.pen, options.symbols):
        parser.error("--mnist, --pen and --symbols, or --photos")
    sources = given_sources(options)
    every = hits = 0
    for place, kind in enumerate(KINDS):
        cells = found = 0
        for number in range(options.tables):
            grey, texts = table(sources, kind, np.random.default_rng((place, number)), touching=options.touching)
            tables = read_tables(reader, Frame(grey))
            cells += sum(bool(text) for line in texts for text in line)
            found += right(texts, tables[0].texts()) if tables else 0
            if options.out:
                options.out.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(options.out / f"{kind}-{number}.png"), grey)
                with (options.out / f"{kind}-{number}.csv").open("w", newline="") as file:
                    csv.writer(file).writerows(texts)
        print(f"| {kind} | {cells} | {found / cells:.1%} |", flush=True)
        every, hits = every + cells, hits + found
    print(f"| all | {every} | {hits / every:.1%} |")


if __name__ == "__main__":
    main()
