"""How many fields of photographed forms are read right: three forms, filled by writers nobody was taught on.

    python benchmarks/forms.py --mnist DIR --pen pen.npz --symbols bhmsds.npz [--copies 10] [--out DIR] [--finder NAME]
                               [--touching] [--empty] [--finder-model FILE] [--refiner-model FILE]
                               [--transcriber-model FILE]

Digits stand apart, as people write them in forms. With ``--touching`` they run into each other on four copies of ten,
as on the pages that networks are taught with; some fields nobody can read then. With ``--empty`` nothing is written. A
field is right that holds just what was written there; of those that need no person's look, how many are wrong is told
too. ``--out`` keeps the forms and their copies. Prints a Markdown table. Needs the ``[export]`` extra.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from rendered import add_networks, given_reader

from numbre_edge.forms import Field, FormReader, load_form
from numbre_edge.forms.draft import as_toml
from numbre_edge.forms.registration import NoMatchError
from numbre_edge.recognition import CELL_FINDER
from numbre_edge.types import Box, Frame, Pixels
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.forms import outline, tick, write_in
from numbre_export.synthesis.pages.page import Page, blank_page
from numbre_export.synthesis.pictures import take
from numbre_export.synthesis.sheet import Mark
from numbre_export.synthesis.sources import Sources

HEIGHT, WIDTH = 700, 900  # pixels of a form
DIGIT = 24.0  # height of what is written
_DESK = (0.12, 0.55)  # tone of what a form lies on
FACES = ("DejaVuSans", "DejaVuSerif", "STIXGeneral")
FORMS: dict[str, tuple[Field, ...]] = {
    "meters": (
        Field("house", Box(330, 120, 150, 44)),
        Field("cold", Box(330, 220, 300, 48), "comb", 6),
        Field("warm", Box(330, 320, 300, 48), "comb", 6),
        Field("heating", Box(330, 420, 200, 44), "decimal", decimals=2),
        Field("changed", Box(780, 120, 30, 30), "cross"),
        Field("nobody_in", Box(780, 220, 30, 30), "cross"),
    ),
    "votes": (
        Field("station", Box(300, 110, 200, 48), "comb", 4),
        Field("registered", Box(300, 210, 170, 42)),
        *(Field(f"list_{n + 1}", Box(420, 300 + 56 * n, 150, 42)) for n in range(5)),
    ),
    "order": (
        Field("customer", Box(560, 90, 240, 44)),
        *(Field(f"pieces_{n + 1}", Box(330, 230 + 70 * n, 110, 44)) for n in range(4)),
        *(Field(f"price_{n + 1}", Box(520, 230 + 70 * n, 180, 44), "decimal", decimals=2) for n in range(4)),
        Field("gift", Box(760, 560, 30, 30), "cross"),
    ),
}


def copy(
    sources: Sources, name: str, texts: dict[str, str] | None, rng: Generator, *, touching: bool = False
) -> Pixels:
    """Render a form, (H, W) uint8: as it was printed, or filled in with ``texts`` by somebody."""
    printed = np.random.default_rng(list(FORMS).index(name))  # the same on all its copies
    page = blank_page(sources, rng, (HEIGHT, WIDTH), DIGIT)
    page.style = "shown" if texts is None else "scan" if rng.random() < 0.3 else "photograph"
    page.turn = 0.0
    if not touching:
        page.clear()
    page.surface = replace(page.surface, tone=float(rng.uniform(0.75, 0.97)))
    page.printing = replace(page.printing, tone=0.2 * page.surface.tone, density=0.95)
    page.ink = replace(page.ink, tone=float(rng.uniform(0.05, 0.4)) * page.surface.tone)
    _print(page, name, printed)
    if texts is not None:
        page.lay([mark for field in FORMS[name] for mark in _written(page, field, texts[field.name])])
    return take(page, page.view, rng, plain=True).grey


def _print(page: Page, name: str, rng: Generator) -> None:
    """Print words, and the boxes of fields."""
    face = FACES[int(rng.integers(len(FACES)))]
    words = [
        "Form",
        "for",
        "the",
        "yearly",
        "count",
        "of",
        "all",
        "that",
        "is",
        "due",
        "here",
        "to",
        "be",
        "handed",
        "in",
    ]
    for text, x, y, size in (
        (f"{name.capitalize()}: please write clearly", 60, 60, 24.0),
        *(
            (
                f"{field.name.replace('_', ' ')}",
                field.box.x - 14 - 9 * len(field.name),
                field.box.y + 28,
                15.0,
            )
            for field in FORMS[name]
        ),
        *((" ".join(rng.permutation(words)[:9].tolist()), 60, HEIGHT - 60 + 24 * n, 12.0) for n in range(2)),
    ):
        page.lay(page.print_text(text, max(20, x), y, size, face=face), page.printing)
    page.rule([line for field in FORMS[name] for line in outline(field.box, field.cells)], 1.6)


def _written(page: Page, field: Field, text: str) -> list[Mark]:
    """Write into a field."""
    if not text:
        return []
    if field.kind == "cross":
        return tick(page, field.box) if text == "1" else []
    return write_in(page, text, field.box, field.cells)


def filled(name: str, rng: Generator) -> dict[str, str]:
    """Return what somebody writes into each field."""
    texts = {}
    for field in FORMS[name]:
        if field.kind == "cross":
            texts[field.name] = str(int(rng.random() < 0.5))
        elif field.kind == "comb":
            texts[field.name] = numerals.digits(rng, field.cells)
        elif field.kind == "decimal":
            texts[field.name] = f"{numerals.digits(rng, int(rng.integers(1, 4)))},{numerals.digits(rng, 2)}"
        else:
            texts[field.name] = numerals.digits(rng, int(rng.integers(1, 5)))
    return texts


def photographed(grey: Pixels, rng: Generator) -> Pixels:
    """Lay a form on a desk, and take its picture aslant."""
    height, width = round(1.25 * HEIGHT), round(1.25 * WIDTH)
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    room = np.array([width - WIDTH, height - HEIGHT]) / 2
    seen = (corners + room + rng.normal(0, 0.025 * WIDTH, (4, 2))).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    desk = float(rng.uniform(*_DESK)) * 255
    shown = cv2.warpPerspective(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(desk,))
    return np.asarray(np.rot90(shown, int(rng.choice((0, 0, 0, 2)))).copy(), np.uint8)


def main() -> None:
    """Print a row a form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_sources(parser)
    parser.add_argument("--copies", type=int, default=10, help="of each form")
    add_networks(parser, finder=CELL_FINDER)
    parser.add_argument("--touching", action="store_true", help="digits that run into each other")
    parser.add_argument("--empty", action="store_true", help="copies on which nothing is written")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    sources = given_sources(options)
    reader = given_reader(options)
    print("| form | fields | right | need a look | wrong without |\n|---|---:|---:|---:|---:|")
    sums = np.zeros(4, int)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for place, name in enumerate(FORMS):
            cv2.imwrite(str(folder / f"{name}.png"), copy(sources, name, None, np.random.default_rng(place)))
            (folder / f"{name}.toml").write_text(as_toml(f"{name}.png", FORMS[name]))
            forms = FormReader(load_form(folder / f"{name}.toml"), reader)
            tally = np.zeros(4, int)
            names = [field.name for field in FORMS[name]]
            crosses = {field.name: "0" for field in FORMS[name] if field.kind == "cross"}
            for number in range(options.copies):
                rng = np.random.default_rng((place, number))
                texts = dict.fromkeys(names, "") | crosses if options.empty else filled(name, rng)
                shown = photographed(copy(sources, name, texts, rng, touching=options.touching), rng)
                cv2.imwrite(str(folder / f"{name}-{number}.png"), shown)
                try:
                    values = forms.read(Frame(shown)).values
                except NoMatchError as exc:
                    print(f"{name}-{number}: {exc}", file=sys.stderr)
                    values = {}
                for field, text in texts.items():
                    value = values.get(field)
                    right, look = value is not None and value.text == text, value is None or value.check
                    tally += (1, right, look, not right and not look)
            sums += tally
            print(_row(name, tally), flush=True)
    print(_row("all", sums))


def _row(name: str, tally: np.ndarray) -> str:
    fields, right, look, wrong = tally.tolist()
    return f"| {name} | {fields} | {right / fields:.1%} | {look / fields:.1%} | {wrong} |"


if __name__ == "__main__":
    main()
