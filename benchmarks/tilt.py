"""What setting tilted pages upright is worth: numbers read with and without it, by how far the page leans.

    python benchmarks/tilt.py [FOLDER ...]

Writes three pages of numbers with the digits of tests/data/mnist_test_100.npz on each kind of paper, and turns
them; then the pictures of labelled folders (needs the ``[export]`` extra). Prints a Markdown table of number F1.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import cv2
import numpy as np

from numbre_edge import Reader
from numbre_edge.geometry import upright
from numbre_edge.sources.decode import decode
from numbre_edge.types import Pixels
from numbre_edge.vision import page as vision

DIGITS = Path(__file__).parents[1] / "tests" / "data" / "mnist_test_100.npz"
HEIGHT, WIDTH, PITCH, HIGH = 800, 1100, 120, 60  # pixels: of a page, from line to line, of a digit
PAPER, LINE, INK = 230, 160, 70
ANGLES = (0, -5, 5, -10, 10, -15, 15, -20, 20)  # degrees
PAGES = 3

Picture = tuple[Pixels, tuple[str, ...]]  # (h, w) grey, and the numbers in it, in reading order


def ruled(page: Pixels) -> None:
    """Draw a line under each line of writing."""
    page[PITCH::PITCH], page[PITCH + 1 :: PITCH] = LINE, LINE


def squared(page: Pixels) -> None:
    """Draw squares, two to a line of writing."""
    for lines in (page, page.T):
        lines[PITCH // 2 :: PITCH // 2], lines[PITCH // 2 + 1 :: PITCH // 2] = LINE, LINE


def dotted(page: Pixels) -> None:
    """Draw a line of dots under each line of writing."""
    for y in range(PITCH, HEIGHT, PITCH):
        for x in range(0, WIDTH, 12):
            cv2.circle(page, (x, y), 2, (LINE,), cv2.FILLED)


PAPERS: dict[str, Callable[[Pixels], None]] = {
    "plain": lambda page: None,
    "ruled": ruled,
    "squared": squared,
    "dotted": dotted,
}


def page(paper: str, seed: int) -> Picture:
    """Write a page of numbers of one to four digits."""
    rng = np.random.default_rng(seed)
    with np.load(DIGITS) as data:
        digits, labels = data["x"], data["y"]
    ink, numbers = np.zeros((HEIGHT, WIDTH), np.uint8), []
    for foot in range(PITCH, HEIGHT - 20, PITCH):
        x = 60
        while x < WIDTH - 320:
            chosen = rng.integers(len(digits), size=rng.integers(1, 5))
            numbers.append("".join(str(labels[which]) for which in chosen))
            for which in chosen:
                left, top, width, height = cv2.boundingRect(digits[which])
                digit = digits[which][top : top + height, left : left + width]
                digit = cv2.resize(digit, (width * HIGH // 20, height * HIGH // 20), interpolation=cv2.INTER_CUBIC)
                place = ink[foot - len(digit) : foot, x : x + digit.shape[1]]
                np.maximum(place, digit, out=place)
                x += digit.shape[1] + 8
            x += 70
    written = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    PAPERS[paper](written)
    return np.minimum(written, PAPER - (PAPER - INK) * (ink / 255)).astype(np.uint8), tuple(numbers)


def tilted(picture: Pixels, degrees: float) -> Pixels:
    """Return a (h, w) picture whose lines descend by ``degrees``, a little noise on it."""
    turned = upright(picture, -degrees, paper=int(np.median(picture)))
    noise = np.random.default_rng(0).normal(0, 2, turned.shape)
    return np.asarray((turned + noise).clip(0, 255), np.uint8)


def f1(reader: Reader, pictures: list[Picture], degrees: float) -> float:
    """Return the number F1: two times the numbers right, of those there and those read."""
    right = there = read = 0
    for pixels, numbers in pictures:
        found = [reading.text for reading in reader.read(tilted(pixels, degrees))]
        right += sum((Counter(found) & Counter(numbers)).values())
        there, read = there + len(numbers), read + len(found)
    return 2 * right / max(1, there + read)


def folder(path: Path) -> list[Picture]:
    """Return the pictures of a labelled folder."""
    from numbre_edge.labels import load_labels

    pictures = []
    for name, numbers in load_labels(path).items():
        pixels = decode((path / "images" / name).read_bytes(), name)
        pictures.append((pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), numbers))
    return pictures


def sets(folders: list[Path]) -> Iterator[tuple[str, list[Picture]]]:
    """Yield the name and the pictures of each row of the table."""
    yield from ((f"{paper} paper", [page(paper, seed) for seed in range(PAGES)]) for paper in PAPERS)
    yield from ((path.name, folder(path)) for path in folders)


def main(folders: list[Path]) -> None:
    """Print two rows a set."""
    reader = Reader()
    print("| | " + " | ".join(f"{angle:+g}°" if angle else "0°" for angle in ANGLES) + " |")
    print("|---|" + "---:|" * len(ANGLES))
    for name, pictures in sets(folders):
        for how, tilt_of in (("", vision.tilt_of), (", left tilted", lambda mask: 0.0)):
            with mock.patch.object(vision, "tilt_of", tilt_of):
                row = [f"{f1(reader, pictures, angle):.2f}" for angle in ANGLES]
            print(f"| {name}{how} | " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    cv2.setNumThreads(1)
    main([Path(argument) for argument in sys.argv[1:]])
