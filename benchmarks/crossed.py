"""How many struck-out numbers are read all the same, and how many corrections, by writers nobody was taught on.

    python benchmarks/crossed.py --mnist DIR --pen pen.npz --symbols bhmsds.npz [--pages 8] [--finder NAME] [--out DIR]

Each page is drawn twice: as first written, and with all its numbers struck out, in one way (``digit``: a digit of each,
in any), and often with what is meant next to them. A struck number is read all the same where a digit is read on its
ink. One that nobody could read before, or tell whether it is struck out, is not asked for. ``--out`` keeps the
pictures. Prints a Markdown table; what is sure has a confidence of 95 % or more. Needs the ``[export]`` extra.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rendered import add_networks, compared, given_reader, numbers

from numbre_edge import Reader, Reading
from numbre_edge.finding.overlap import overlaps
from numbre_edge.types import Floats
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.corrections import digit_struck, struck
from numbre_export.synthesis.pages.page import blank_page
from numbre_export.synthesis.pages.strikes import WAYS
from numbre_export.synthesis.pictures import Picture, take
from numbre_export.synthesis.sheet import Mark
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import View

DIGIT = "digit"
_ROWS, _COLUMNS = 4, 2
_ON_IT = 0.5  # of the smaller one of two boxes: a digit is read on what is struck out
_SURE = 0.95
_SAME_PLACE = 0.1  # pixels


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page before and after.

    Attributes:
        written: as first written.
        struck: with its numbers struck out.
        gone: (N, 4) float32 x, y, w, h of what is struck out of each number that could be read before.
    """

    written: View
    struck: View
    gone: Floats


def sheet(sources: Sources, way: str, rng: Generator) -> Sheet:
    """Photograph or scan a page with eight numbers, struck out in one of WAYS or, of each, a DIGIT."""
    height = float(rng.uniform(20, 36))
    lane, wide = height * float(rng.uniform(3.4, 4.0)), 12.5 * height
    page = blank_page(sources, rng, (round((_ROWS + 0.5) * lane), round((_COLUMNS + 0.1) * wide)), height)
    page.ink = replace(page.ink, tone=min(page.ink.tone, 0.35 * page.surface.tone))
    page.style, page.turn = "photograph" if rng.random() < 0.6 else "scan", 0.02 * rng.normal()
    if way == DIGIT:  # that stands clear
        page.hand = page.near(gap=float(rng.uniform(0.15, 0.4)), joins=0.0)
    places = [(4 + column * wide / height, row + 0.8) for row in range(_ROWS) for column in range(_COLUMNS)]
    texts = [numerals.digits(rng, int(rng.integers(3 if way == DIGIT else 2, 5))) for _ in places]
    before = [page.hand.write(text, x * height, y * lane, rng) for text, (x, y) in zip(texts, places, strict=True)]
    room = (wide, 2.2 * height)  # what is written between two rows has half of it each
    after = [
        digit_struck(marks, page.hand, rng, room) if way == DIGIT else struck(marks, page.hand, rng, room, way=way)
        for marks in before
    ]
    seed = int(rng.integers(2**32))

    def taken(numbers: list[list[Mark]]) -> View:
        shown = replace(page, layers=[])
        shown.lay([mark for number in numbers for mark in number])
        return _view(take(shown, page.view, np.random.default_rng(seed), plain=True))

    written, crossed = taken(before), taken(after)
    return Sheet(written, crossed, _gone(written, crossed))


def _view(picture: Picture) -> View:
    low, high = picture.edges[:, :2], picture.edges[:, 2:]
    boxes = np.concatenate([low, high - low], axis=1).astype(np.float32)
    return View(picture.grey, boxes, picture.labels, picture.hard, picture.linked)


def _gone(before: View, after: View) -> Floats:
    """Return where what could be read ``before`` and is no symbol ``after`` stood, number by number."""
    away = np.abs(before.boxes[:, None] - after.boxes[None]).max(2).min(1, initial=np.inf)
    found = []
    for number in (number for number in numbers(before) if not number.hard):
        own = before.boxes[(away > _SAME_PLACE) & (overlaps(number.box, before.boxes)[1] > 1 - 1e-3)]
        if len(own):
            low, high = own[:, :2].min(0), (own[:, :2] + own[:, 2:]).max(0)
            found.append(np.concatenate([low, high - low]))
    return np.array(found, np.float32).reshape(-1, 4)


def read_on(boxes: Floats, read: list[Reading]) -> tuple[int, int]:
    """Return on how many of the boxes, (N, 4) x, y, w, h, a digit is read, and on how many in a number that is sure."""
    on, sure = np.zeros(len(boxes), bool), np.zeros(len(boxes), bool)
    for reading in read:
        for digit in reading.digits:
            here = overlaps(np.float32(digit.box), boxes)[1] > _ON_IT
            on |= here
            sure |= here & (reading.confidence >= _SURE)
    return int(on.sum()), int(sure.sum())


def main() -> None:
    """Print a row a way, and one of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_sources(parser)
    parser.add_argument("--pages", type=int, default=8, help="of each way")
    add_networks(parser, finder="both")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    sources = given_sources(options)
    reader = given_reader(options)
    print(
        "| struck out by | numbers | read all the same | sure | meant instead | right | not struck out | right | sure |"
    )
    print("|---|" + "---:|" * 8)
    every = np.zeros(8, int)
    for place, way in enumerate((*WAYS, DIGIT)):
        figures = np.zeros(8, int)
        for number in range(options.pages):
            page = sheet(sources, way, np.random.default_rng((place, number)))
            figures += _figures(reader, page)
            if options.out:
                options.out.mkdir(parents=True, exist_ok=True)
                for name, view in (("written", page.written), ("struck", page.struck)):
                    cv2.imwrite(str(options.out / f"{way}-{number}-{name}.png"), view.grey)
        print(_row(way, figures), flush=True)
        every += figures
    print(_row("all", every))


def _figures(reader: Reader, page: Sheet) -> tuple[int, ...]:
    """Return what a row tells, as counts."""
    before, after = reader.read(page.written.grey), reader.read(page.struck.grey)
    plain, meant = numbers(page.written), numbers(page.struck)
    (right, _, asked), (well, _, wanted) = compared(plain, before), compared(meant, after)
    boxes = np.array([number.box for number in plain if not number.hard], np.float32).reshape(-1, 4)
    return len(page.gone), *read_on(page.gone, after), wanted, well, asked, right, read_on(boxes, before)[1]


def _row(name: str, figures: NDArray[np.int_]) -> str:
    gone, on, sure, meant, well, asked, right, before = figures.tolist()
    told = (gone, _share(on, gone), _share(sure, gone), meant, _share(well, meant))
    return f"| {name} | " + " | ".join(map(str, (*told, asked, _share(right, asked), _share(before, asked)))) + " |"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


if __name__ == "__main__":
    main()
