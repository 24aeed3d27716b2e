"""Render the photographed table, the form with its filled copies and the page of decimals, and what stands in them.

    python samples/sheets.py --pen PATH [--out samples]

Digits and marks are pen strokes of writers of the *test* part, whom no model here was trained on; which writer, and
which of their digits, is drawn by lot. What should be read is written from the texts below; no model has a say in it.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from shot import GREY_DESK, WOOD, Shot, jpeg

from numbre_edge.types import Box
from numbre_export.data.mnist import Digits
from numbre_export.data.pen import load_pen
from numbre_export.synthesis.drawing import cover, project
from numbre_export.synthesis.handwriting import Hand
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages.cells import centred
from numbre_export.synthesis.pages.forms import outline, tick, write_in
from numbre_export.synthesis.pages.page import Page, blank_page
from numbre_export.synthesis.paths import segment
from numbre_export.synthesis.scenes.camera import Camera
from numbre_export.synthesis.scenes.ink import BALLPOINT_BLACK, BALLPOINT_BLUE, GEL_BLACK, Pen
from numbre_export.synthesis.scenes.layout import Placed
from numbre_export.synthesis.scenes.light import Light, Shadow
from numbre_export.synthesis.scenes.paper import Paper
from numbre_export.synthesis.scenes.scene import Script
from numbre_export.synthesis.sheet import Mark
from numbre_export.synthesis.sources import Sources, Writer

WHITE = Paper(color=(228, 234, 236))
PRINT = Pen(color=(66, 60, 58), pressure=0.02, wobble=0.0, bleed=0.05, softness=1.2)
FACE = "DejaVuSans"
QUALITY = 78  # of the JPEG files
SIGNS = set("0123456789.-+")  # what somebody must have written to be drawn

TABLE_SIZE = (700, 860)  # height and width of a sheet, page pixels, as below
HEADINGS = ("piece", "length", "width", "weight")
MEASUREMENTS = (
    ("1", "12.5", "3.75", "128"),
    ("2", "9.8", "4.10", "96"),
    ("3", "14.25", "", "153"),
    ("4", "7.6", "2.95", "81"),
    ("5", "11.0", "3.4", "117"),
    ("6", "10.35", "4.8", "204"),
    ("7", "13.7", "3.15", "142"),
)

FORM_SIZE = (640, 860)
FORM = tomllib.loads((Path(__file__).parent / "form" / "meters.toml").read_text(encoding="utf-8"))
BOXES = {field["name"]: Box(*field["box"]) for field in FORM["field"]}
CELLS = {field["name"]: field.get("cells", 0) for field in FORM["field"]}
LABELS = {
    "flat": "Number of the flat",
    "cold": "Cold water, cubic metres",
    "warm": "Warm water, cubic metres",
    "heating": "Heating, MWh",
    "estimated": "estimated",
}
DECIMALS_SIZE = (560, 760)
DECIMALS = (("-3", "12.50"), ("+0.75", "-8.4"), ("128", "19.05"))


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A filled copy of the form: what is written in each field, with what, and how it is photographed."""

    name: str
    values: dict[str, str]
    pen: Pen
    shot: Shot


TABLE_SHOT = Shot(
    size=(800, 980),
    camera=Camera(tilt=(-0.16, 0.1), turn=-0.05, zoom=1.0, tint=(0.92, 0.97, 1.0), exposure=0.85),
    light=Light(gradient=0.3, angle=0.9, vignette=0.15),
    desk=WOOD,
)
DECIMALS_SHOT = Shot(size=DECIMALS_SIZE, camera=Camera(tint=(0.9, 0.97, 1.0), exposure=0.8), light=Light(gradient=0.25))
SCAN = Shot(
    size=FORM_SIZE,
    camera=Camera(exposure=1.08, shot_noise=0.004, read_noise=0.002, defocus=0.5),
    light=Light(gradient=0.0, vignette=0.0, unevenness=0.0),
)
COPIES = (
    Copy(
        name="1.jpg",
        values={"flat": "14", "cold": "00382", "warm": "00175", "heating": "6.84", "estimated": "0"},
        pen=BALLPOINT_BLUE,
        shot=Shot(
            size=(760, 1000),
            camera=Camera(tilt=(-0.12, 0.08), turn=0.05, zoom=1.02, tint=(0.93, 0.98, 1.0), exposure=0.85),
            light=Light(gradient=0.3, angle=0.7),
            desk=WOOD,
        ),
    ),
    Copy(
        name="2.jpg",
        values={"flat": "27", "cold": "01940", "warm": "00863", "heating": "12.5", "estimated": "1"},
        pen=GEL_BLACK,
        shot=Shot(
            size=(760, 1000),
            camera=Camera(tilt=(0.1, -0.1), turn=np.pi - 0.08, zoom=1.02, tint=(0.85, 0.95, 1.0), exposure=0.8),
            light=Light(
                gradient=0.2,
                angle=2.4,
                shadows=(Shadow(center=(0.9, 0.9), size=(0.6, 0.5), angle=0.4, depth=0.4, softness=50, waviness=12),),
            ),
            desk=GREY_DESK,
        ),
    ),
    Copy(
        name="3.jpg",
        values={"flat": "8", "cold": "00716", "warm": "00529", "heating": "3.07", "estimated": "0"},
        pen=BALLPOINT_BLACK,
        shot=Shot(
            size=(760, 1000),
            camera=Camera(turn=-0.12, tilt=(-0.2, 0.0), zoom=0.98, tint=(0.95, 0.98, 1.0), exposure=0.8),
            light=Light(gradient=0.35, angle=-1.0, vignette=0.2),
            desk=WOOD,
        ),
    ),
)


def main() -> None:
    """Render all sheets and write what stands in them beside them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pen", type=Path, required=True, help="pen trajectories, an .npz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the pictures")
    arguments = parser.parse_args()
    nobody = Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    sources = Sources.of(nobody, load_pen(arguments.pen), {}, "test")
    for name, content in {**pictures(sources), **expected()}.items():
        path = arguments.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def pictures(sources: Sources) -> dict[str, bytes]:
    """Return the JPEG files by name."""
    measured = table(blank(sources, "measurements", TABLE_SIZE, 32))
    felt = decimals(blank(sources, "temperatures", DECIMALS_SIZE, 70))
    files = {
        "table/measurements.jpg": photo(measured, BALLPOINT_BLUE, TABLE_SHOT),
        "decimals/temperatures.jpg": photo(felt, BALLPOINT_BLUE, DECIMALS_SHOT),
        "form/meters.jpg": photo(form(blank(sources, "meters", FORM_SIZE, 30), {}), GEL_BLACK, SCAN),
    }
    for copy in COPIES:
        filled = form(blank(sources, copy.name, FORM_SIZE, 30), copy.values)
        files[f"form/copies/{copy.name}"] = photo(filled, copy.pen, copy.shot)
    return files


def expected() -> dict[str, bytes]:
    """Return the files that say what should be read, as the commands write it."""
    table = [[""] * len(HEADINGS), *MEASUREMENTS]
    copies = [["source", *BOXES], *([f"samples/form/copies/{copy.name}", *copy.values.values()] for copy in COPIES)]
    texts = {"source": "samples/decimals/temperatures.jpg", "texts": [text for line in DECIMALS for text in line]}
    return {
        "table/expected.csv": rows(table),
        "form/expected.csv": rows(copies),
        "decimals/expected.jsonl": (json.dumps(texts) + "\n").encode(),
    }


def rows(texts: Sequence[Sequence[str]]) -> bytes:
    """Return a CSV file."""
    return "".join(",".join(line) + "\n" for line in texts).encode()


def blank(sources: Sources, name: str, size: tuple[int, int], height: float) -> Page:
    """Return an empty sheet, and whoever the lot fell on to write on it, in digits of ``height`` pixels."""
    rng = np.random.default_rng([*name.encode()])
    able = [writer for writer in sources.writers[0].tolist() if sources.items[writer].keys() >= SIGNS]
    page = blank_page(sources, rng, size, height)
    writer = Writer(sources, int(rng.choice(able)), "pen")
    page.hand = Hand(writer=writer, height=height, width=0.09 * height, gap=0.24)
    page.printing = Ink(tone=0.0)  # another than the pen's, by which they are told apart
    return page


def table(page: Page) -> Page:
    """Rule a table and write the measurements into it."""
    left, top, wide, lane = 60.0, 110.0, (120, 200, 200, 200), 66.0
    xs, ys = np.cumsum([left, *wide]).tolist(), [top + lane * row for row in range(len(MEASUREMENTS) + 2)]
    say(page, "Measurements of the pieces, cm and g", left, 76, 22)
    page.rule([segment(xs[0], y, xs[-1], y) for y in ys] + [segment(x, ys[0], x, ys[-1]) for x in xs], 2.0)
    for heading, x in zip(HEADINGS, xs, strict=False):
        say(page, heading, x + 16, top + 0.62 * lane, 18)
    for line, y in zip(MEASUREMENTS, ys[1:], strict=False):
        for text, x, width in zip(line, xs, wide, strict=False):
            if text:
                marks = page.hand.write(text, 0.0, 0.0, page.rng)
                page.lay(centred(page, marks, x + width / 2, y + lane / 2))
    return page


def form(page: Page, values: dict[str, str]) -> Page:
    """Print the form and fill in ``values``."""
    say(page, "Meter card: readings of the year", 60, 70, 26)
    for name, box in BOXES.items():
        x = box.x - 110 if name == "estimated" else 60
        say(page, LABELS[name], x, box.y + 0.68 * box.height, 17)
        page.rule(outline(box, CELLS[name]), 1.8)
    say(page, "Please write clearly, one digit in each box, with leading noughts.", 60, 540, 15)
    say(page, "Tick estimated where nobody was at home. Hand this card in by the end of the month.", 60, 575, 15)
    say(page, "Housing office, room four", 60, 610, 13)
    for name, text in values.items():
        if name != "estimated":
            page.lay(write_in(page, text, BOXES[name], CELLS[name]))
        elif text == "1":
            page.lay(tick(page, BOXES[name]))
    return page


def decimals(page: Page) -> Page:
    """Write the temperatures, two a line."""
    for row, line in enumerate(DECIMALS):
        for text, x in zip(line, (90.0, 430.0), strict=True):
            page.lay(page.hand.write(text, x, 170.0 + 145 * row, page.rng))
    return page


def say(page: Page, text: str, x: float, foot: float, size: float) -> None:
    """Print words."""
    page.lay(page.print_text(text, x, foot, 0.73 * size, face=FACE), page.printing)


def photo(page: Page, pen: Pen, shot: Shot) -> bytes:
    """Return the file of a sheet's picture."""
    size = (round(page.view[3]), round(page.view[2]))
    printed = [mark for layer in page.layers if layer.ink is page.printing for mark in layer.marks]
    written = [mark for layer in page.layers if layer.ink is not page.printing for mark in layer.marks]
    scripts = [
        script(marks, size, inked, width)
        for marks, inked, width in ((printed, PRINT, 2.0), (written, pen, page.pen))
        if marks
    ]
    return jpeg(shot.taken(WHITE, size, scripts, page.rng).pixels, QUALITY)


def script(marks: Sequence[Mark], size: tuple[int, int], pen: Pen, width: float) -> Script:
    """Return marks as one word on a page of ``size``: by signed distances, as a pen of scenes needs them."""
    fine = 3  # times the page's pixels
    high, wide = size[0] * fine, size[1] * fine
    mask = (cover(project(marks, np.diag([fine, fine, 1.0])), (high, wide)) > 0.5).astype(np.uint8)
    inside, outside = (cv2.distanceTransform(m, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for m in (mask, 1 - mask))
    drawn = np.asarray(cv2.GaussianBlur(inside - outside, (0, 0), 1.0), np.float32)
    hull = np.array([(0, 0), (size[1], 0), (size[1], size[0]), (0, size[0])], np.float32)
    matrix = np.array([[1 / fine, 0, 0], [0, 1 / fine, 0]])
    return Script([(Placed(None, drawn, matrix, hull),)], pen, width)


if __name__ == "__main__":
    main()
