"""Whose hands and types pages are written in: drawn by writer, so that those with hundreds of items do not rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels
from numbre_export.data.mnist import Digits, load_mnist, split
from numbre_export.data.pen import CAP, DIGIT, NUMBER, PARTS, UNITS, WORD, PenStrokes, load_pen
from numbre_export.data.symbols import symbol_images
from numbre_export.synthesis.backdrops import photograph, pictures
from numbre_export.synthesis.clutter import TYPEFACES
from numbre_export.synthesis.models import MODELS, model_shape
from numbre_export.synthesis.segments import SEGMENTED, segment_shape
from numbre_export.synthesis.shapes import Shape, bitmap_shape, pen_shape, type_shape, typefaces
from numbre_export.synthesis.styles import european

Part = Literal["train", "validation"]
Character = tuple[str, tuple[int, ...]]  # and which strokes are its
_Item = TypeVar("_Item")

_SEED = 1  # of MNIST's split, the shipped classifier's own: what it is chosen on is rendered for validation only
FACES = (*TYPEFACES, "cmti10", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "DejaVuSansMono-Bold",
         "DejaVuSerif-Italic")  # fmt: skip
_EUROPEAN = 0.4  # share of MNIST's digits that get a European hand's strokes
_SYMBOL_NAMES = {"dot": ".", "minus": "-", "plus": "+", "slash": "/"}
# Larger side in digit heights, where the pen data knows none (its README gives these medians); dots as pens leave them.
SIZES = {".": 0.09, ",": 0.32, "-": 0.5, ":": 0.6, "+": 0.75, "/": 1.24, "=": 0.6, "'": 0.3, '"': 0.3, ";": 0.6}
_PEN_SHARE, _MNIST_SHARE, _MODEL_SHARE = 0.54, 0.2, 0.2  # of hands; the rest writes in BHMSDS
_SQUARE_SHARE = 0.06  # of those after models
_HELD_OUT = 6  # one family of typefaces, or photograph, of so many is for validation


@dataclass(frozen=True, eq=False)
class Sources:
    """What is drawn from.

    Attributes:
        digits: MNIST's, of one part of the training set.
        pen: trajectories, all parts; only ``items`` are used.
        items: writer -> label -> items of this part, single characters.
        words: items of this part.
        numbers: items of this part whose strokes tell which character they belong to, with the strokes of each.
        others: label -> items of this part, single characters, by anybody.
        writers: those with digits, and the chance of each, which sums to 1.
        symbols: (K, 28, 28) uint8, ink 255 on 0, by label; BHMSDS.
        by_label: indices of ``digits``.
        shapes: of the items drawn so far.
        faces: typefaces by family, for :func:`numbre_export.synthesis.shapes.type_shape`.
        photographs: files of pictures in which nothing is written.
    """

    digits: Digits
    pen: PenStrokes
    items: dict[int, dict[str, list[int]]]
    others: dict[str, list[int]]
    words: list[int]
    numbers: list[tuple[int, tuple[Character, ...]]]
    writers: tuple[NDArray[np.int64], NDArray[np.float64]]
    symbols: dict[str, Pixels]
    by_label: dict[str, NDArray[np.intp]]
    shapes: dict[int, Shape] = field(default_factory=dict)
    faces: Sequence[Sequence[str]] = tuple((face,) for face in FACES)
    photographs: Sequence[Path] = ()

    def written(self, item: int) -> Shape:
        """Return an item of the pen trajectories, its larger side one unit; made once."""
        shape = self.shapes.get(item)
        if shape is None:
            shape = self.shapes[item] = pen_shape(self.pen, item)
        return shape

    @classmethod
    def load(
        cls,
        mnist: Path,
        pen: Path,
        symbols: Path,
        part: Part = "train",
        *,
        fonts: Path | None = None,
        photographs: Path | None = None,
    ) -> Sources:
        """Load everything. MNIST's test set, and pen writers of other parts, are left alone.

        BHMSDS has no writers: the last tenth of each of its symbols is for validation, the rest for training. Of a
        folder of ``fonts``, every sixth family is for validation, and so are photographs; without one there are
        matplotlib's for both.

        Raises:
            DataError: naming the file and what was expected of it.
        """
        train, validation = split(load_mnist(mnist).train, seed=_SEED)
        digits = validation if part == "validation" else train
        sources = cls.of(digits, load_pen(pen), _symbols(symbols, part), part)
        if fonts is not None:
            sources = replace(sources, faces=_part(list(typefaces(fonts).values()), part))
        if photographs is not None:
            sources = replace(sources, photographs=_part(pictures(photographs), part))
        return sources

    @classmethod
    def of(
        cls, digits: Digits, pen: PenStrokes, symbols: dict[str, Pixels], part: Part | Literal["test"] = "train"
    ) -> Sources:
        """Take one part of the pen's writers, and all of the rest."""
        chosen = np.flatnonzero(pen.part == PARTS.index(part))
        items: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        others: dict[str, list[int]] = defaultdict(list)
        words: list[int] = []
        numbers: list[tuple[int, tuple[Character, ...]]] = []
        count: dict[int, int] = defaultdict(int)
        for item, kind, writer in zip(chosen.tolist(), pen.kind[chosen], pen.writer[chosen].tolist(), strict=True):
            if kind == WORD:
                words.append(item)
            elif kind == NUMBER:
                numbers += parted(pen, item)
            else:
                items[writer][str(pen.label[item])].append(item)
                others[str(pen.label[item])].append(item)
                count[writer] += kind == DIGIT
        writers = np.array(sorted(w for w, digits_written in count.items() if digits_written), np.int64)
        if missing := [c for c in "0123456789.,-/" if not others[c]] + ["words"] * (not words):
            raise DataError(f"pen trajectories of the {part} part have no {' '.join(missing)}")
        chance = np.array([min(CAP, count[w]) for w in writers.tolist()], np.float64)
        by_label = {str(n): np.flatnonzero(digits.labels == n) for n in range(10)}
        return cls(
            digits, pen, items, dict(others), words, numbers, (writers, chance / chance.sum()), symbols, by_label
        )

    def hand(self, rng: Generator) -> Writer:
        """Return somebody who writes."""
        kind = rng.random()
        writer = self._anybody(rng)
        if kind < _PEN_SHARE or not self.symbols:
            return Writer(self, writer, "pen")
        if kind < _PEN_SHARE + _MODEL_SHARE:
            return self.taught(rng, square=rng.random() < _SQUARE_SHARE)
        return Writer(self, writer, "mnist" if kind < _PEN_SHARE + _MODEL_SHARE + _MNIST_SHARE else "symbols")

    def taught(self, rng: Generator, *, square: bool) -> Writer:
        """Return somebody who writes after models."""
        return Writer(self, self._anybody(rng), "square" if square else "models", int(rng.integers(2**32)))

    def _anybody(self, rng: Generator) -> int:
        writers, chance = self.writers
        return int(writers[np.searchsorted(np.cumsum(chance)[:-1], rng.random())])

    def number(self, rng: Generator) -> tuple[Shape, tuple[Character, ...]]:
        """Return a number as written, its digits one unit high, and which of its lines each character has."""
        item, parts = self.numbers[int(rng.integers(len(self.numbers)))]
        strokes = self.pen.strokes(item)
        heights = [np.ptp(np.concatenate([strokes[i] for i in own])[:, 1]) for name, own in parts if name.isdigit()]
        return self.written(item).sized(UNITS / max(float(np.median(heights)), 0.1 * UNITS)), parts

    def typeface(self, rng: Generator) -> str:
        """Return one of the typefaces, for :func:`numbre_export.synthesis.shapes.type_shape`."""
        family = self.faces[int(rng.integers(len(self.faces)))]
        return family[int(rng.integers(len(family)))]

    def photograph(self, rng: Generator) -> Pixels:
        """Return a picture in which nothing is written, (H, W) uint8."""
        return photograph(self.photographs[int(rng.integers(len(self.photographs)))])

    def typesetter(self, rng: Generator) -> Writer:
        """Return what sets type in one face."""
        return Writer(self, 0, "type", face=self.typeface(rng))

    def display(self, rng: Generator) -> Writer:
        """Return what shows digits of seven segments, of one make."""
        return Writer(self, 0, "segments", int(rng.integers(2**32)))


@dataclass(frozen=True, eq=False)
class Writer:
    """One hand: a pen writer's own digits, letters and marks, as far as there are any; or other digits.

    Those are out of bitmaps, or drawn after models in a ``manner`` of its own. Or no hand at all: what sets type in a
    ``face``, and a display of seven segments.
    """

    sources: Sources
    writer: int
    kind: Literal["pen", "mnist", "symbols", "models", "square", "type", "segments"]
    manner: int = 0
    face: str = "DejaVuSans"

    def shape(self, character: str, rng: Generator) -> Shape:
        """Write one character; printed where nobody wrote one."""
        sources = self.sources
        if self.kind == "segments" and character in SEGMENTED:
            return segment_shape(character, self.manner)
        if self.kind in ("type", "segments"):
            return type_shape(self.face, character)
        if self.kind in ("models", "square") and character in MODELS:
            return model_shape(character, self.manner, rng, square=self.kind == "square")
        if self.kind != "pen" and (shape := self._bitmap(character, rng)) is not None:
            return shape
        own = sources.items.get(self.writer, {}).get(character) or sources.others.get(character)
        if not own:
            return type_shape(self.face, character)
        item = own[int(rng.integers(len(own)))]
        return sources.written(item).sized(self._size(item, character, rng))

    def word(self, rng: Generator) -> Shape:
        """Write a word."""
        words = self.sources.words
        item = words[int(rng.integers(len(words)))]
        size = float(self.sources.pen.size[item])
        width = 0.45 * len(str(self.sources.pen.label[item])) + 0.4  # of digit heights, where it is not known
        return self.sources.written(item).sized(size if 0.3 < size < 12 else width)

    def _size(self, item: int, character: str, rng: Generator) -> float:
        size, usual = float(self.sources.pen.size[item]), SIZES.get(character, 1.0)
        if character in ".,":  # dots are blown up like anything else: they are drawn as pens leave them
            return float(usual * rng.uniform(0.5, 1.5))
        return size if 0.5 * usual < size < 1.7 * usual else usual

    def _bitmap(self, character: str, rng: Generator) -> Shape | None:
        sources = self.sources
        grow = float(rng.uniform(-0.5, 0.9))
        if self.kind == "symbols" and character in sources.symbols:
            images = sources.symbols[character]
            return bitmap_shape(images[int(rng.integers(len(images)))], character, grow=grow, size=SIZES.get(character))
        if self.kind == "mnist" and (which := sources.by_label.get(character)) is not None and len(which):
            image = sources.digits.images[which[int(rng.integers(len(which)))]]
            if rng.random() < _EUROPEAN:
                image = european(image, int(character), rng)
            return bitmap_shape(image, character, grow=grow)
        return None


def _part(items: list[_Item], part: Part) -> list[_Item]:
    """Return every so many items for validation, the rest for training."""
    return [item for at, item in enumerate(items) if (at % _HELD_OUT == 0) == (part == "validation")]


def parted(pen: PenStrokes, item: int) -> list[tuple[int, tuple[Character, ...]]]:
    """Return a number, and whose its strokes are, where that shows: as many heaps of strokes as characters."""
    heaps: list[tuple[float, float, list[int]]] = []  # left, right, strokes
    spans = [(float(s[:, 0].min()), float(s[:, 0].max()), i) for i, s in enumerate(pen.strokes(item))]
    for left, right, index in sorted(spans):
        if heaps and min(right, heaps[-1][1]) - left > 0.3 * min(right - left, heaps[-1][1] - heaps[-1][0]):
            first, last, own = heaps.pop()
            heaps.append((first, max(last, right), [*own, index]))
        else:
            heaps.append((left, right, [index]))
    label = str(pen.label[item])
    if len(heaps) != len(label):
        return []
    return [(item, tuple((name, tuple(own)) for name, (_, _, own) in zip(label, heaps, strict=True)))]


def _symbols(path: Path, part: Part) -> dict[str, Pixels]:
    """Load BHMSDS by character: (K, 28, 28) uint8, ink 255 on 0."""
    symbols = {}
    for name, images in symbol_images(path).items():
        edge = len(images) - len(images) // 10
        symbols[_SYMBOL_NAMES.get(name, name)] = images[edge:] if part == "validation" else images[:edge]
    return symbols
