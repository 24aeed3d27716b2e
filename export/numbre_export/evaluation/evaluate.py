"""How good a model is on labelled digits, whatever runs it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import ModelError
from numbre_edge.types import Floats, Pixels
from numbre_edge.vocabulary import DIGIT_COLUMNS, DIGITS
from numbre_export.data.mnist import Digits

_BATCH = 500
_LARGEST = 1 << 30  # bytes of a model; ours have a million

Classifier = Callable[[Pixels], Floats]  # (N, 28, 28) uint8 ink -> (N, C) float32 probabilities


@dataclass(frozen=True)
class ClassScore:
    """One digit's share: of those read as it, how many were (precision); of those that are, how many read (recall)."""

    digit: int
    n: int
    precision: float
    recall: float


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model made of N labelled digits.

    Attributes:
        digits: the labelled digits.
        probabilities: (N, C) float32, as the model gave them.
        predicted: (N,) the best of the first ten columns.
    """

    digits: Digits
    probabilities: Floats
    predicted: NDArray[np.intp]

    @property
    def accuracy(self) -> float:
        return float((self.predicted == self.digits.labels).mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """(10, 10): rows are actual digits, columns predicted ones."""
        counts = np.zeros((len(DIGITS), len(DIGITS)), np.int64)
        np.add.at(counts, (self.digits.labels, self.predicted), 1)
        return counts

    @property
    def classes(self) -> tuple[ClassScore, ...]:
        counts = self.confusion
        read, there = counts.sum(0), counts.sum(1)
        return tuple(
            ClassScore(d, int(there[d]), float(counts[d, d] / max(1, read[d])), float(counts[d, d] / max(1, there[d])))
            for d in range(len(DIGITS))
        )

    @property
    def mistakes(self) -> NDArray[np.intp]:
        """Indices of the wrongly read digits, the most confident mistake first."""
        wrong = np.flatnonzero(self.predicted != self.digits.labels)
        return wrong[np.argsort(-self.probabilities[wrong, self.predicted[wrong]], kind="stable")]


def evaluate(classify: Classifier, digits: Digits) -> Evaluation:
    """Run ``classify`` over ``digits`` in batches."""
    starts = range(0, len(digits), _BATCH)
    probabilities = np.concatenate([classify(digits.images[i : i + _BATCH]) for i in starts])
    return Evaluation(digits, probabilities, probabilities[:, DIGIT_COLUMNS].argmax(1))


def load_keras(path: Path) -> Any:
    """Load a ``.keras`` or ``.h5`` model that takes (N, 28, 28) ink.

    Raises:
        ModelError: missing, damaged or of another shape.
    """
    import keras

    if not path.is_file():
        raise ModelError(f"{path}: no such model; make one with: numbre-edge train")
    if path.suffix.lower() == ".keras":
        _check_archive(path)
    try:
        model = keras.saving.load_model(path, compile=False)
        given = getattr(model, "output", None)  # a Sequential has none, but its one
        shapes = model.input_shape, model.output_shape
    except Exception as exc:  # Keras, h5py and zipfile raise each their own
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0]
        raise ModelError(f"{path}: is not a Keras model this can load: {reason}") from exc
    if isinstance(given, dict):
        raise ModelError(f"{path}: has outputs by name, {', '.join(map(str, given))}; expected one without")
    classes = shapes[1][-1] if len(shapes[1]) == 2 else None
    if shapes[0] != (None, 28, 28) or not isinstance(classes, int) or classes < len(DIGITS):
        raise ModelError(f"{path}: maps {shapes[0]} to {shapes[1]}; expected (None, 28, 28) ink to ten classes or more")
    return model


def _check_archive(path: Path) -> None:
    """Refuse a .keras file that is no ZIP, or one that would fill the memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile) as exc:
        raise ModelError(f"{path}: is not a Keras model this can load: {exc}; copy it again") from exc
    if size > _LARGEST:
        raise ModelError(f"{path}: unpacks to {size:,} bytes; a model for 28x28 ink has less than {_LARGEST:,}")


def keras_classifier(model: Any) -> Classifier:
    """Return ``model``, which takes float32 ink, as a function of uint8 ink."""
    return lambda images: np.asarray(model(images.astype(np.float32), training=False), np.float32)
