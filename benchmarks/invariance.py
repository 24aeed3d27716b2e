"""How many pictures read otherwise once they have a border, or half their size: what no reader should mind.

    python benchmarks/invariance.py [FOLDER] [--finder NAME]

Of the pictures in FOLDER, ``samples/`` unless named, each is read as it is and then changed: with a white border, with
one of the paper's colour (its median), half as large, turned by two degrees. Prints a Markdown table of how many give
other numbers, by the float32 and by the int8 files, and names them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from numbre_edge import Reader
from numbre_edge.recognition import FINDER, FINDERS
from numbre_edge.sources.listing import list_sources
from numbre_edge.sources.pictures import as_frame
from numbre_edge.types import Frame, Pixels

_BORDER = 0.1  # of the longer side, on all sides
_LEAN = 2.0  # degrees

Change = Callable[[Pixels], Pixels]


def bordered(pixels: Pixels, colour: list[float]) -> Pixels:
    by = round(_BORDER * max(pixels.shape[:2]))
    return np.asarray(cv2.copyMakeBorder(pixels, by, by, by, by, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def paper(pixels: Pixels) -> list[float]:
    """Return the colour that most of a picture has."""
    return [float(value) for value in np.median(pixels.reshape(-1, 3), axis=0)]


def halved(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def turned(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), _LEAN, 1.0)
    return np.asarray(cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


CHANGES: dict[str, Change] = {
    "a white border": lambda pixels: bordered(pixels, [255.0] * 3),
    "a border of the paper's colour": lambda pixels: bordered(pixels, paper(pixels)),
    "half the size": halved,
    "turned by two degrees": turned,
}


def main() -> None:
    """Print a row a change."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=str(Path(__file__).parents[1] / "samples"))
    parser.add_argument("--finder", choices=FINDERS, default=FINDER)
    options = parser.parse_args()
    frames = [as_frame(Path(source.name)) for source in list_sources([options.folder]).files]
    readers = [Reader(finder=options.finder, backend=backend) for backend in ("onnx", "tflite")]

    def read(reader: Reader, pixels: Pixels) -> list[str]:
        return [reading.text for reading in reader.read_frame(Frame(pixels))]

    as_they_are = [[read(reader, frame.pixels) for frame in frames] for reader in readers]
    print(f"| changed | read otherwise, of {len(frames)} | which | int8: read otherwise | int8: which |")
    print("|---|---:|---|---:|---|")
    for name, change in CHANGES.items():
        cells = [name]
        for reader, before in zip(readers, as_they_are, strict=True):
            other = [
                Path(frame.source).name
                for frame, numbers in zip(frames, before, strict=True)
                if read(reader, change(frame.pixels)) != numbers
            ]
            cells += [str(len(other)), ", ".join(other)]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
