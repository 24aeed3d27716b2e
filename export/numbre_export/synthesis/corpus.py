"""What the network trains on beside MNIST: digits that went through a camera, other hands, and ink that is no digit."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np

from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import PATCH, normalize
from numbre_export.data.mnist import Digits
from numbre_export.data.pen import PenStrokes
from numbre_export.synthesis.blanks import patches_of_blank
from numbre_export.synthesis.clutter import FACES, HELD_OUT_FACES, letter, printed, scribble
from numbre_export.synthesis.pen_digits import pen_digits
from numbre_export.synthesis.photographs import NOT_A_DIGIT, photographed
from numbre_export.synthesis.scenes.strokes import trace
from numbre_export.synthesis.styles import european

# Scenes are photographed in shards of so many, each by itself, so that all processors can work; each digit traced
# for a shard, which takes 4 ms, is written several times.
_ROLL = 1000
_EUROPEAN = 0.4  # share of digits that get a European hand's strokes
_GLYPHS, _OTHER_HANDS, _CLUTTER = 1200, 200, 150
_TRAINING_FACES = tuple(face for face in FACES if face not in HELD_OUT_FACES)


@dataclass(frozen=True)
class Mixture:
    """How much of what.

    Attributes:
        scenes: photographed lines of writing, each some eight patches.
        blanks: pictures without writing, each some five.
        letters, prints, scribbles: of ink that is no digit; letters are written with a pen, prints in type.
        pen: digits of pen trajectories, inked anew, where there are any.
        share: patches drawn from the corpus an epoch, for each of MNIST's.
    """

    scenes: int = 24000
    blanks: int = 1500
    letters: int = 5000
    prints: int = 6000
    scribbles: int = 2000
    pen: int = 40000
    share: float = 1.0

    def scaled(self, factor: float) -> Mixture:
        """Return the same mixture, of ``factor`` times as much."""
        counts = {name: round(factor * getattr(self, name)) for name in self.__annotations__ if name != "share"}
        return replace(self, **counts)


def build_corpus(
    digits: Digits, symbols: Digits | None, mixture: Mixture, *, seed: int, pen: PenStrokes | None = None
) -> Digits:
    """Make the corpus of ``digits`` (MNIST's), ``symbols`` (of ``data.symbols``) and ``pen``; all labels occur.

    The same arguments give the same patches, on any number of processors.
    """
    rng = np.random.default_rng((seed, 20))
    shards = [
        _shard(digits, symbols, min(_ROLL, mixture.scenes - first), (seed, 21, first))
        for first in range(0, mixture.scenes, _ROLL)
    ]
    images: list[Pixels] = []
    labels: list[int] = []
    for found, names in _rendered(shards):
        images += found
        labels += names
    for _ in range(mixture.blanks):
        images += patches_of_blank(rng)
    images += [normalize(letter(rng, faces=_TRAINING_FACES)) for _ in range(mixture.letters)]
    images += [normalize(printed(rng)) for _ in range(mixture.prints)]
    images += [normalize(scribble(rng)) for _ in range(mixture.scribbles)]
    labels += [NOT_A_DIGIT] * (len(images) - len(labels))
    if symbols is not None:
        images += list(symbols.images)
        labels += symbols.labels.tolist()
    if pen is not None:
        written = pen_digits(pen, mixture.pen, np.random.default_rng((seed, 22)))
        images += list(written.images)
        labels += written.labels.tolist()
    return Digits(np.array(images, np.uint8).reshape(-1, PATCH, PATCH), np.array(labels, np.uint8))


@dataclass(frozen=True, eq=False)
class _Shard:
    """Scenes to be photographed: how many, what is written in them, and the seed of all chance."""

    scenes: int
    digits: Digits
    clutter: Pixels
    seed: tuple[int, ...]


def _shard(digits: Digits, symbols: Digits | None, scenes: int, seed: tuple[int, ...]) -> _Shard:
    rng = np.random.default_rng(seed)
    own = digits.take(rng.choice(len(digits), min(_GLYPHS, 2 * scenes, len(digits)), replace=False))
    images = [
        european(i, int(n), rng) if rng.random() < _EUROPEAN else i for i, n in zip(own.images, own.labels, strict=True)
    ]
    labels = own.labels.tolist()
    clutter = [normalize(letter(rng, faces=_TRAINING_FACES)) for _ in range(_CLUTTER)]
    if symbols is not None:
        some = rng.choice(np.flatnonzero(symbols.labels < NOT_A_DIGIT), _OTHER_HANDS, replace=False)
        images += list(symbols.images[some])
        labels += symbols.labels[some].tolist()
        others = rng.choice(np.flatnonzero(symbols.labels == NOT_A_DIGIT), _CLUTTER, replace=False)
        clutter += list(symbols.images[others])
    return _Shard(scenes, Digits(np.array(images), np.array(labels, np.uint8)), np.array(clutter), (*seed, 1))


def _rendered(shards: list[_Shard]) -> Iterable[tuple[list[Pixels], list[int]]]:
    """Photograph every shard, on all processors where there is enough to do."""
    if len(shards) < 2:
        return map(_render, shards)
    # Not forked: TensorFlow's threads may be running.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(len(shards), os.cpu_count() or 1), mp_context=context) as pool:
        try:
            return list(pool.map(_render, shards))
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()  # Ctrl-C is not to wait for the shards under way
            raise


def _render(shard: _Shard) -> tuple[list[Pixels], list[int]]:
    """Return the patches found in a shard's scenes, and their labels."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(shard.seed)
    glyphs = [trace(image, int(label)) for image, label in zip(shard.digits.images, shard.digits.labels, strict=True)]
    clutter = [trace(image, None) for image in shard.clutter]
    images: list[Pixels] = []
    labels: list[int] = []
    for _ in range(shard.scenes):
        found, names = photographed(glyphs, clutter, rng)
        images += found
        labels += names
    return images, labels
