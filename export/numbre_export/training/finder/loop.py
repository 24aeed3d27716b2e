"""The training itself: a run folder that can be left and taken up again."""

from __future__ import annotations

import csv
import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from numbre_edge.atomic import replacing
from numbre_edge.finding.grid import Answers
from numbre_edge.types import Pixels
from numbre_export.training.finder.losses import loss
from numbre_export.training.finder.network import build
from numbre_export.training.finder.scoring import Score, score
from numbre_export.training.finder.targets import targets
from numbre_export.training.finder.views import Shards, Variation, varied

Batch = tuple[NDArray[Any], ...]  # (n, h, w) uint8 levels, and what ``targets.Targets`` holds of each
_AHEAD = 8  # batches

MODEL, HISTORY, _STATE = "finder.keras", "history.csv", "state"


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run but its seed and its data.

    Attributes:
        steps: of the optimizer, each of ``batch_size`` views of ``size``, height and width.
        epoch: steps between two validations and checkpoints.
        learning_rate: constant after ``warm_up`` steps, then falling to 0 by a cosine over the last ``decay`` steps, so
            that a run can be lengthened, or ended early, from any state.
        weight_decay: of AdamW.
        averaging: momentum of the exponential moving average of the weights.
        validated: views looked at.
    """

    steps: int = 26000
    batch_size: int = 32
    size: tuple[int, int] = (128, 192)
    epoch: int = 500
    learning_rate: float = 3e-3
    warm_up: int = 500
    decay: int = 18000
    weight_decay: float = 0.01
    averaging: float = 0.999
    validated: int = 500
    variation: Variation = field(default_factory=Variation)

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        rising = min(1.0, (step + 1) / self.warm_up)
        falling = min(1.0, max(0.0, (self.steps - step) / self.decay))
        return self.learning_rate * rising * (1 - math.cos(math.pi * falling)) / 2


@dataclass(frozen=True)
class Epoch:
    """What is told of the steps since the line of the history before: mean losses, views there were, time it took."""

    step: int
    heat: float
    classes: float
    boxes: float
    links: float
    views: int
    seconds: float


def train(
    recipe: Recipe, training: Path, validation: Path, folder: Path, *, seed: int = 0, resume: bool = False
) -> None:
    """Train by ``recipe`` on the shards in ``training``; ``folder`` gets finder.keras, the averaged weights, and more.

    The model of the last whole epoch is there at any time; ``resume`` goes on after it, with this recipe's schedule.
    """
    cv2.setNumThreads(1)  # the network's threads need the cores
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    shards, held_out = Shards(training), Shards(validation).views[: recipe.validated]
    keras.config.set_dtype_policy("mixed_bfloat16")  # a quarter less time a step, where the processor has it
    model = build(recipe.size)
    keras.config.set_dtype_policy("float32")
    averaged = build(held_out[0].grey.shape)
    averaged.set_weights(model.get_weights())
    optimizer = keras.optimizers.AdamW(recipe.learning_rate, weight_decay=recipe.weight_decay, global_clipnorm=10.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    at = tf.Variable(0, dtype=tf.int64)
    state = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=model, averaged=averaged, optimizer=optimizer, at=at), str(folder / _STATE), 1
    )
    if resume and state.latest_checkpoint:
        state.checkpoint.restore(state.latest_checkpoint).assert_existing_objects_matched()
    step = _step(model, averaged, optimizer, recipe)
    with _batches(shards, recipe, seed, int(at)) as batches:
        while int(at) < recipe.steps:
            begun, sums = time.monotonic(), np.zeros(4)
            steps = min(recipe.epoch, recipe.steps - int(at))
            for _ in range(steps):
                optimizer.learning_rate.assign(recipe.rate(int(at)))
                sums += step(int(at) + 1, next(batches))
                at.assign_add(1)
            measured = score(answering(averaged), held_out)
            state.save()
            with replacing(folder / MODEL) as temporary:
                averaged.save(temporary)
            heat, classes, boxes, links = (sums / steps).tolist()
            line = Epoch(int(at), heat, classes, boxes, links, len(shards.views), time.monotonic() - begun)
            _write(line, measured, folder / HISTORY, fresh=int(at) == steps or not (folder / HISTORY).exists())
            shards.refresh()


def answering(model: Any) -> Callable[[Pixels], Answers]:
    """Return ``model`` as a function of (N, h, w) uint8 levels."""
    run = tf.function(lambda levels: model(tf.cast(levels, tf.float32), training=False), reduce_retracing=True)

    def answer(levels: Pixels) -> Answers:
        return Answers.of(run(tf.constant(levels)).numpy(), levels.shape[2])

    return answer


def _step(model: Any, averaged: Any, optimizer: Any, recipe: Recipe) -> Callable[[int, Batch], NDArray[np.float64]]:
    """Return what learns from one batch, and gives its losses: heat, classes, boxes, links."""

    def learn(number: Any, levels: Any, *wanted: Any) -> Any:
        with tf.GradientTape() as tape:
            whole, *parts = loss(model(tf.cast(levels, tf.float32), training=True), *wanted)
        gradients = tape.gradient(whole, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        momentum = tf.minimum(recipe.averaging, (number + 1) / (number + 10))  # early on, the beginning is forgotten
        for mean, now in zip(averaged.weights, model.weights, strict=True):
            mean.assign(momentum * mean.value + (1 - momentum) * now.value)
        return parts

    compiled = tf.function(learn)

    def step(number: int, batch: Batch) -> NDArray[np.float64]:
        parts = compiled(tf.constant(number, tf.float32), *(tf.constant(part) for part in batch))
        return np.array([float(part) for part in parts])

    return step


@contextmanager
def _batches(shards: Shards, recipe: Recipe, seed: int, first: int) -> Iterator[Iterator[Batch]]:
    """Give batches from step ``first`` on, made ahead by a thread of their own."""
    with ThreadPoolExecutor(1) as thread:
        ahead = deque(thread.submit(_batch, shards, recipe, seed, step) for step in range(first, first + _AHEAD))

        def take() -> Iterator[Batch]:
            for step in count(first + _AHEAD):
                yield ahead.popleft().result()
                ahead.append(thread.submit(_batch, shards, recipe, seed, step))

        try:
            yield take()
        finally:
            for future in ahead:
                future.cancel()


def _batch(shards: Shards, recipe: Recipe, seed: int, step: int) -> Batch:
    rng = np.random.default_rng((seed, step))
    levels, wanted = [], []
    for which in rng.integers(0, len(shards.views), recipe.batch_size):
        view = varied(shards.views[which], recipe.size, recipe.variation, rng)
        levels.append(view.grey)
        wanted.append(targets(view, recipe.size))
    return np.stack(levels), *(np.stack(all_of) for all_of in zip(*(vars(t).values() for t in wanted), strict=True))


def _write(line: Epoch, measured: Score, path: Path, *, fresh: bool) -> None:
    row = {key: round(value, 4) for key, value in (asdict(line) | asdict(measured)).items()}
    with path.open("w" if fresh else "a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if fresh:
            writer.writeheader()
        writer.writerow(row)
    print(" ".join(f"{name} {value}" for name, value in row.items()), file=sys.stderr, flush=True)
