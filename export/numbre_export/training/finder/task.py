"""What a finder learns: where in a level digits and marks stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator

from numbre_edge.finding.grid import CHANNELS, Answers
from numbre_edge.types import Pixels
from numbre_export.training.finder.losses import loss
from numbre_export.training.finder.network import build
from numbre_export.training.finder.scoring import score
from numbre_export.training.finder.targets import targets
from numbre_export.training.loop import Batch
from numbre_export.training.views import Variation, read_shards, varied

_VALIDATED = 500  # views


class FinderTask:
    """A :class:`~numbre_export.training.loop.Task`.

    Args:
        training, validation: folders of shards.
        batch_size, size: views in a batch; their height and width.
    """

    name = "finder"
    losses: tuple[str, ...] = ("heat", "classes", "boxes", "links")

    def __init__(
        self, training: Path, validation: Path, *, batch_size: int = 32, size: tuple[int, int] = (128, 192)
    ) -> None:
        self._views, self._held_out = read_shards(training), read_shards(validation)[:_VALIDATED]
        self._batch_size, self._size = batch_size, size

    def network(self, *, trained: bool) -> Any:
        return build(self._size if trained else self._held_out[0].grey.shape)

    def loss(self, outputs: Any, *wanted: Any) -> tuple[Any, ...]:
        return loss(outputs, *wanted)

    def batch(self, rng: Generator) -> Batch:
        levels, wanted = [], []
        for which in rng.integers(0, len(self._views), self._batch_size):
            view = varied(self._views[which], self._size, Variation(), rng)
            levels.append(view.grey)
            wanted.append(targets(view, self._size))
        return np.stack(levels), *(np.stack(all_of) for all_of in zip(*(vars(t).values() for t in wanted), strict=True))

    def measured(self, network: Any) -> Mapping[str, float]:
        return {"views": len(self._views)} | asdict(score(answering(network), self._held_out))


def answering(model: Any) -> Callable[[Pixels], Answers]:
    """Return ``model`` as a function of (N, h, w) uint8 levels."""

    def answer(levels: Pixels) -> Answers:
        return Answers.of(model.predict_on_batch(levels.astype(np.float32))[..., :CHANNELS], levels.shape[2])

    return answer
