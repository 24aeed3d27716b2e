"""What the network trains on beside MNIST: digits that went through a camera, other hands, and ink that is no digit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import normalize
from numbre_export.blanks import patches_of_blank
from numbre_export.clutter import FACES, HELD_OUT_FACES, UNSEEN_SYMBOLS, letter, scribble
from numbre_export.data import Digits
from numbre_export.photographs import NOT_A_DIGIT, photographed
from numbre_export.scenes.strokes import Glyph, trace
from numbre_export.styles import european

_GLYPHS = 4000  # digits traced for scenes: each takes 4 ms, and is written many times
# Symbols of BHMSDS that are no digit; its slash is a 1 and its z a 2 to anybody who sees nothing else.
_SYMBOLS = ("dot", "minus", "plus", "w", "x", "y")
_TRAINING_FACES = tuple(face for face in FACES if face not in HELD_OUT_FACES)


@dataclass(frozen=True)
class Mixture:
    """How much of what.

    Attributes:
        scenes: photographed lines of writing, each some eight patches.
        blanks: pictures without writing, each some five.
        letters, scribbles: of ink that is no digit.
        share: patches drawn from the corpus an epoch, for each of MNIST's.
    """

    scenes: int = 10000
    blanks: int = 1500
    letters: int = 8000
    scribbles: int = 2000
    share: float = 0.6

    def scaled(self, factor: float) -> Mixture:
        """Return the same mixture, of ``factor`` times as much."""
        scenes, blanks, letters, scribbles = (
            round(count * factor) for count in (self.scenes, self.blanks, self.letters, self.scribbles)
        )
        return Mixture(scenes, blanks, letters, scribbles, self.share)


def load_symbols(path: Path) -> Digits:
    """Load BHMSDS (``.npz`` with x (N, 28, 28) uint8 dark on white, y, names): labels 0 to 9, else NOT_A_DIGIT.

    Symbols that are digits to the eye are left out.
    """
    return _select(path, _SYMBOLS, digits=True)


def unseen_symbols(path: Path) -> Digits:
    """Load the symbols that a training without BHMSDS sees nothing like."""
    return _select(path, UNSEEN_SYMBOLS, digits=False)


def _select(path: Path, symbols: tuple[str, ...], *, digits: bool) -> Digits:
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, labels, names = archive["x"], archive["y"], [str(name) for name in archive["names"]]
    except (OSError, ValueError, KeyError) as exc:
        raise DataError(f"{path}: expected an .npz with x, y and names ({exc})") from exc
    wanted = {i: int(name) for i, name in enumerate(names) if name.isdigit() and digits}
    wanted |= {i: NOT_A_DIGIT for i, name in enumerate(names) if name in symbols}
    chosen = np.flatnonzero(np.isin(labels, list(wanted)))
    patches = np.stack([normalize(cv2.bitwise_not(images[i])) for i in chosen])
    return Digits(patches, np.array([wanted[int(labels[i])] for i in chosen], np.uint8))


def build_corpus(digits: Digits, symbols: Digits | None, mixture: Mixture, *, seed: int) -> Digits:
    """Make the corpus of ``digits`` (MNIST's) and ``symbols`` (of :func:`load_symbols`); labels 0 to 10.

    The same arguments give the same patches.
    """
    rng = np.random.default_rng((seed, 20))
    chosen = rng.choice(len(digits), min(_GLYPHS, 2 * mixture.scenes, len(digits)), replace=False)
    glyphs = [_glyph(digits.images[i], int(digits.labels[i]), rng) for i in chosen]
    if symbols is not None:
        own = rng.choice(np.flatnonzero(symbols.labels < NOT_A_DIGIT), _GLYPHS // 6, replace=False)
        glyphs += [trace(symbols.images[i], int(symbols.labels[i])) for i in own]
    clutter = [trace(normalize(letter(rng, faces=_TRAINING_FACES)), None) for _ in range(300)]
    if symbols is not None:
        own = rng.choice(np.flatnonzero(symbols.labels == NOT_A_DIGIT), 300, replace=False)
        clutter += [trace(symbols.images[i], None) for i in own]
    images: list[Pixels] = []
    labels: list[int] = []
    for _ in range(mixture.scenes):
        found, names = photographed(glyphs, clutter, rng)
        images += found
        labels += names
    for _ in range(mixture.blanks):
        images += patches_of_blank(rng)
    images += [normalize(letter(rng, faces=_TRAINING_FACES)) for _ in range(mixture.letters)]
    images += [normalize(scribble(rng)) for _ in range(mixture.scribbles)]
    labels += [NOT_A_DIGIT] * (len(images) - len(labels))
    if symbols is not None:
        images += list(symbols.images)
        labels += symbols.labels.tolist()
    return Digits(np.array(images, np.uint8), np.array(labels, np.uint8))


def _glyph(image: Pixels, label: int, rng: np.random.Generator) -> Glyph:
    return trace(european(image, label, rng) if rng.random() < 0.3 else image, label)
