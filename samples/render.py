"""Render the sample pictures, and what stands in them.

    python samples/render.py --mnist PATH [--out samples]

The digits are MNIST *test* digits, which no model here was trained on. ``expected.jsonl`` is
written from the texts of ``catalogue.py``, which the digits are drawn for; no model has a say in it.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path

import cv2
import numpy as np
from catalogue import SAMPLES, Sample
from shot import jpeg

from numbre_edge.types import Pixels
from numbre_export.data.mnist import Digits, load_mnist
from numbre_export.synthesis.scenes.layout import Word, place_line
from numbre_export.synthesis.scenes.scene import Scene, Script
from numbre_export.synthesis.scenes.strokes import Glyph, trace

# Of every class the digits nearest to its mean: a sample must be beyond dispute, and MNIST is not always.
_TYPICAL = 0.35
# A thin line around the spine, field pixels: holes smaller than this will not show.
_FINE = 2.5
# Holes in a digit that nobody could misread; 0 for the rest. A closed 4 looks like a 9, an open 9 like a 7.
_HOLES: dict[int | None, tuple[int, ...]] = {0: (1,), 2: (0, 1), 6: (1,), 8: (2,), 9: (1,)}
_SIDEWAYS = 6  # EXIF 2.3, tag 0x0112: "0th row is right side, 0th column is top": turn 90 degrees clockwise to view


def main() -> None:
    """Render all samples and write their texts beside them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True, help="MNIST: a folder of idx files, or an .npz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the pictures")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    digits = load_mnist(arguments.mnist).test
    ranking = [typical(digits, label) for label in range(10)]
    for sample in SAMPLES:
        (arguments.out / sample.name).write_bytes(encode(render(sample, digits, ranking).pixels, sample))
    (arguments.out / "expected.jsonl").write_text(expected(), encoding="utf-8")


def expected() -> str:
    """Return the text of ``expected.jsonl``: a line a picture, sorted by file name."""
    lines = (
        {"source": f"samples/{sample.name}", "texts": [text for line in sample.lines for text in line]}
        for sample in sorted(SAMPLES, key=lambda sample: sample.name)
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


def typical(digits: Digits, label: int) -> list[int]:
    """Return the indices of the digits of one class that are most like its mean, in the order of the set."""
    indices = np.flatnonzero(digits.labels == label)
    images = np.stack([cv2.GaussianBlur(digits.images[i].astype(np.float32), (0, 0), 1.0) for i in indices])
    vectors = images.reshape(len(indices), -1)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = vectors @ vectors.mean(axis=0)
    return [int(i) for i in indices[likeness >= np.quantile(likeness, 1 - _TYPICAL)]]


def legible(glyph: Glyph) -> bool:
    """Tell whether a digit drawn with a fine pen is one stroke system with the holes its class should have."""
    drawn = (glyph.spine < _FINE).astype(np.uint8)
    parts = cv2.connectedComponents(drawn)[0] - 1
    # Holes are 4-connected paper: the pen's line is 8-connected.
    holes = cv2.connectedComponents(1 - drawn, connectivity=4)[0] - 2
    return parts == 1 and holes in _HOLES.get(glyph.label, (0,))


def render(sample: Sample, digits: Digits, ranking: list[list[int]]) -> Scene:
    """Render one sample; the same sample gives the same pixels."""
    rng = np.random.default_rng([sample.seed, *sample.name.encode()])

    def glyph(character: str) -> Glyph:
        label = int(character)
        while True:
            traced = trace(digits.images[rng.choice(ranking[label])], label)
            if legible(traced):
                return traced

    words: list[Word] = []
    for index, line in enumerate(sample.lines):
        glyphs = [[glyph(character) for character in text] for text in line]
        left = sample.start[0] + 0.1 * sample.hand.height * rng.standard_normal()
        baseline = sample.start[1] + index * sample.pitch
        words += place_line(glyphs, sample.hand, left, baseline, sample.space, rng, sample.slope)
    scripts = [Script(words, sample.pen, sample.hand.pen)]
    return sample.taken(sample.paper, sample.page or sample.size, scripts, rng)


def encode(pixels: Pixels, sample: Sample) -> bytes:
    """Return the file: PNG or JPEG by the sample's name, stored sideways if it says so."""
    if sample.name.endswith(".png"):
        return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
    stored = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE) if sample.sideways else pixels
    content = jpeg(stored, sample.quality)
    return with_orientation(content, _SIDEWAYS) if sample.sideways else content


def with_orientation(content: bytes, orientation: int) -> bytes:
    """Return a JPEG file with an EXIF segment that holds nothing but the orientation (1 to 8).

    The segment (EXIF 2.3, 4.5-4.7) is APP1, its length, "Exif", and a little-endian TIFF file
    of one directory with one entry: tag 0x0112, type 3 (SHORT), one value.
    """
    header = b"II" + struct.pack("<HI", 42, 8)  # byte order, TIFF's number, offset of the directory
    directory = struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + header + directory
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return content[:2] + segment + content[2:]  # right after the marker that starts the image


if __name__ == "__main__":
    main()
