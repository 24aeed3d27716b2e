"""BHMSDS: photographed digits and symbols of other hands (https://github.com/wblachowski/bhmsds)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import normalize
from numbre_edge.vocabulary import DIGITS, NOT_A_DIGIT, WHOLE
from numbre_export.data.mnist import Digits
from numbre_export.data.npz import load_npz

# That are no digit; its slash is a 1 and its z a 2 to anybody who sees nothing else.
_SYMBOLS = ("dot", "minus", "plus", "w", "x", "y")
# That nothing else trained on resembles: a model trained without BHMSDS has never seen any of them, and its
# rejection is measured on them. No face writes them for training.
UNSEEN_SYMBOLS = ("plus", "w")
_WANTED = "BHMSDS as x (N, 28, 28) uint8 dark on white, y (N,) integers, and names of the classes"


def load_symbols(path: Path) -> Digits:
    """Load BHMSDS (``.npz`` with x (N, 28, 28) uint8 dark on white, y, names): digits, else NOT_A_DIGIT.

    Symbols that are digits to the eye are left out.

    Raises:
        DataError: not such a file.
    """
    return _select(path, _SYMBOLS, digits=True)


def unseen_symbols(path: Path) -> Digits:
    """Load the symbols that a training without BHMSDS sees nothing like."""
    return _select(path, UNSEEN_SYMBOLS, digits=False)


def symbol_images(path: Path) -> dict[str, Pixels]:
    """Load all of BHMSDS as it is, by name: (K, 28, 28) uint8 each, ink 255 on 0.

    Raises:
        DataError: not such a file.
    """
    images, labels, names = _read(path)
    return {name: 255 - images[labels == index] for index, name in enumerate(names)}


def _select(path: Path, symbols: tuple[str, ...], *, digits: bool) -> Digits:
    images, labels, names = _read(path)
    wanted = {i: int(name) for i, name in enumerate(names) if name in DIGITS and digits}
    wanted |= {i: WHOLE.column(NOT_A_DIGIT) for i, name in enumerate(names) if name in symbols}
    chosen = np.flatnonzero(np.isin(labels, list(wanted)))
    if not len(chosen):
        raise DataError(f"{path}: holds none of the symbols {', '.join(symbols)}; its names are {', '.join(names)}")
    patches = np.stack([normalize(cv2.bitwise_not(images[i])) for i in chosen])
    return Digits(patches, np.array([wanted[int(labels[i])] for i in chosen], np.uint8))


def _read(path: Path) -> tuple[Pixels, NDArray[np.integer], list[str]]:
    """Return images, (N, 28, 28) uint8, dark on white, the class of each, and the names of the classes."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected an .npz with {_WANTED}")
    arrays = load_npz(path, ("x", "y", "names"), wanted=_WANTED)
    images, labels = arrays["x"], arrays["y"]
    if (
        images.dtype != np.uint8
        or images.shape != (labels.size, 28, 28)
        or labels.ndim != 1
        or labels.dtype.kind not in "iu"
    ):
        found = f"x {images.shape} {images.dtype}, y {labels.shape} {labels.dtype}"
        raise DataError(f"{path}: expected {_WANTED}; found {found}")
    return images, labels, [str(name) for name in arrays["names"].ravel()]
