"""Training batches: shuffled, distorted, and the same again for the same seed."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Pixels
from numbre_edge.vocabulary import DIGITS
from numbre_export.data.mnist import Digits
from numbre_export.synthesis.augment import Augmentation, augmented
from numbre_export.synthesis.styles import european
from numbre_export.training.recipes import Recipe

_GENTLE_FROM = 0.7  # share of the epochs after which distortions are halved: the last word is the data's own
_EUROPEAN = 0.25  # share of MNIST's 0, 1, 2 and 7 that get a European hand's strokes, where the recipe mixes
# What went through a camera, or was drawn for the purpose, varies already.
_MILD = Augmentation(rotation=0.06, shear=0.08, stretch=0.06, perspective=0.02, elastic=0.5, stroke=0.3, clean=0.4)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """(batch, 28, 28) float32 ink and (batch, classes) float32 labels, by seed, epoch and batch number."""

    def __init__(self, digits: Digits, corpus: Digits | None, recipe: Recipe, *, seed: int) -> None:
        super().__init__(workers=1, max_queue_size=32)
        self._digits, self._corpus, self._recipe = digits, corpus, recipe
        self._seed = seed
        self.start(0)

    def start(self, epoch: int) -> None:
        """Draw an epoch: all of MNIST, and a share of the corpus (numbered behind it)."""
        self._epoch = epoch
        rng = np.random.default_rng((self._seed, epoch))
        chosen = np.arange(len(self._digits))
        if self._corpus is not None and self._recipe.mixture is not None:
            count = min(len(self._corpus), round(self._recipe.mixture.share * len(self._digits)))
            drawn = rng.choice(len(self._corpus), count, replace=False)
            chosen = np.concatenate([chosen, len(self._digits) + drawn])
        self._order = rng.permutation(chosen)

    def __len__(self) -> int:
        return len(self._order) // self._recipe.batch_size

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        size = self._recipe.batch_size
        which = self._order[index * size : (index + 1) * size]
        rng = np.random.default_rng((self._seed, self._epoch, index))
        own = which[which < len(self._digits)]
        images, labels = [self._of_mnist(own, rng)], [self._digits.labels[own]]
        if self._corpus is not None:
            other = which[which >= len(self._digits)] - len(self._digits)
            images.append(augmented(self._corpus.images[other], _MILD, rng))
            labels.append(self._corpus.labels[other])
        return np.concatenate(images).astype(np.float32), one_hot(np.concatenate(labels), self._recipe.classes)

    def _of_mnist(self, which: NDArray[np.intp], rng: np.random.Generator) -> Pixels:
        how = self._recipe.augmentation
        images = self._digits.images[which]
        if how is None:
            return images
        if self._recipe.mixture is not None:
            labels = self._digits.labels[which]
            for i in np.flatnonzero(rng.random(len(images)) < _EUROPEAN):
                images[i] = european(images[i], int(labels[i]), rng)
        late = self._epoch >= _GENTLE_FROM * self._recipe.epochs
        return augmented(images, how.scaled(0.5 if late else 1.0), rng)

    def on_epoch_end(self) -> None:
        self.start(self._epoch + 1)


def one_hot(labels: NDArray[np.uint8], classes: int = len(DIGITS)) -> NDArray[np.float32]:
    """Return (N, classes) float32 with a 1 in each label's column."""
    return np.eye(classes, dtype=np.float32)[labels]
