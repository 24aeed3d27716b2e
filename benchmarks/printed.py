"""Pages of printed text, on which there is no number: how many are read all the same.

    python benchmarks/printed.py [MODEL]

Needs the ``[export]`` extra for matplotlib's typefaces. The model is trained on letters of some of them; of STIX it
has seen none. Prints a Markdown table: numbers read on a page, by typeface and size of letters.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from numbre_edge import Reader
from numbre_edge.types import Pixels

TYPEFACES = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "cmr10", "STIXGeneral", "STIXGeneralBol")
SIZES = (8, 11, 16, 24)  # points
DPI = 150
PAGE = (8.27, 11.69)  # inches: A4
TEXT = (
    "The keeper of the lighthouse wrote down what he saw each evening, whether anybody would read it or not. Ships "
    "that passed to the north were named with their flags; those beyond the shoals he only counted, and when fog came "
    "in he listed the horns he heard and guessed how far away each of them was. Visitors asked him why he bothered "
    "with so dull a book. He answered that a quiet sea is news as well, for somebody who is waiting at home, and that "
    "he had promised to look. Below the stairs lay all the volumes his father had filled before him, swollen with damp."
)


def page(typeface: str, points: int) -> Pixels:
    """Return a page set in ``typeface``: (H, W, 3) uint8."""
    font = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{typeface}.ttf"
    across = int((PAGE[0] - 1.6) * 72 / (0.62 * points))  # letters that fit on a line
    figure = Figure(PAGE, DPI)
    canvas = FigureCanvasAgg(figure)
    lines = textwrap.wrap(" ".join([TEXT] * 6), across)[: int((PAGE[1] - 1.6) * 72 / (1.4 * points))]
    figure.text(0.1, 0.93, "\n".join(lines), va="top", size=points, font=font, linespacing=1.2)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:, :, 2::-1])


def main(model: str | None = None) -> None:
    """Print a row a typeface."""
    reader = Reader(model, backend="tflite" if model and model.endswith("tflite") else "auto")
    print("| typeface | " + " | ".join(f"{points} pt" for points in SIZES) + " |")
    print("|---|" + "---:|" * len(SIZES))
    for typeface in TYPEFACES:
        counts = [str(len(reader.read(page(typeface, points)))) for points in SIZES]
        print(f"| {typeface} | " + " | ".join(counts) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2])
