"""Training on what is rendered: a run folder that can be left and taken up again, whatever is learned in it."""

from __future__ import annotations

import csv
import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import cv2
import keras
import numpy as np
import tensorflow as tf
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.atomic import replacing
from numbre_edge.errors import DataError
from numbre_export.training.exported import restore, settle

Batch = tuple[NDArray[Any], ...]  # (N, ...) uint8 inputs, and what is wanted of each
_AHEAD = 8  # batches
_SETTLED = 8  # batches that tell what an exported network's layers are given

HISTORY, _STATE = "history.csv", "state"


class Task(Protocol):
    """What is learned.

    Attributes:
        name: of the network, and of its file.
        losses: names of what ``loss`` returns after the whole.
    """

    name: str
    losses: tuple[str, ...]

    def network(self, *, trained: bool) -> Any:
        """Build the untrained network, for batches to train on or for ``measured``; the weights are alike."""
        ...

    def loss(self, outputs: Any, *wanted: Any) -> tuple[Any, ...]:
        """Return the whole loss of a batch, and its parts."""
        ...

    def batch(self, rng: Generator) -> Batch:
        """Make a batch; a thread asks for it."""
        ...

    def measured(self, network: Any) -> Mapping[str, float]:
        """Measure a network on what is held out."""
        ...


@dataclass(frozen=True)
class Schedule:
    """How long, and how fast.

    Attributes:
        steps: of the optimizer, each of one batch.
        epoch: steps between two validations and checkpoints.
        learning_rate: constant after ``warm_up`` steps, then falling to 0 by a cosine over the last ``decay`` steps, so
            that a run can be lengthened, or ended early, from any state.
        weight_decay: of AdamW.
        averaging: momentum of the exponential moving average of the weights.
    """

    steps: int
    decay: int
    epoch: int = 500
    learning_rate: float = 3e-3
    warm_up: int = 500
    weight_decay: float = 0.01
    averaging: float = 0.999

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        rising = min(1.0, (step + 1) / self.warm_up)
        falling = min(1.0, max(0.0, (self.steps - step) / self.decay))
        return self.learning_rate * rising * (1 - math.cos(math.pi * falling)) / 2


def train(
    task: Task, schedule: Schedule, folder: Path, *, seed: int = 0, resume: bool = False, begin: Path | None = None
) -> None:
    """Learn ``task``; ``folder`` gets NAME.keras, the averaged weights, and history.csv.

    The model of the last whole epoch is there at any time; ``resume`` goes on after it, with this schedule. ``begin``
    is the NAME.keras of another run, or what was exported of it as .onnx, whose weights are the first.

    Raises:
        DataError: ``begin`` is no such network.
    """
    cv2.setNumThreads(1)  # the network's threads need the cores
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    keras.config.set_dtype_policy("mixed_bfloat16")  # a quarter less time a step, where the processor has it
    model = task.network(trained=True)
    keras.config.set_dtype_policy("float32")
    averaged = task.network(trained=False)
    if begin is not None and begin.suffix == ".onnx":
        restore(model, begin)
        some = np.concatenate([task.batch(np.random.default_rng((seed, at)))[0] for at in range(_SETTLED)])
        settle(model, some.astype(np.float32))
    elif begin is not None:
        model.set_weights(_weights(begin, model))
    averaged.set_weights(model.get_weights())
    optimizer = keras.optimizers.AdamW(schedule.learning_rate, weight_decay=schedule.weight_decay, global_clipnorm=10.0)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    at = tf.Variable(0, dtype=tf.int64)
    state = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=model, averaged=averaged, optimizer=optimizer, at=at), str(folder / _STATE), 1
    )
    if resume and state.latest_checkpoint:
        state.checkpoint.restore(state.latest_checkpoint).assert_existing_objects_matched()
    step = _step(task, model, averaged, optimizer, schedule.averaging)
    with _batches(task, seed, int(at)) as batches:
        while int(at) < schedule.steps:
            begun, sums = time.monotonic(), np.zeros(len(task.losses))
            steps = min(schedule.epoch, schedule.steps - int(at))
            for _ in range(steps):
                optimizer.learning_rate.assign(schedule.rate(int(at)))
                sums += step(int(at) + 1, next(batches))
                at.assign_add(1)
            seconds, measured = time.monotonic() - begun, task.measured(averaged)
            state.save()
            with replacing(folder / f"{task.name}.keras") as temporary:
                averaged.save(temporary)
            losses = dict(zip(task.losses, (sums / steps).tolist(), strict=True))
            row = {"step": int(at)} | losses | {"seconds": seconds} | dict(measured)
            write_row(row, folder / HISTORY, fresh=int(at) == steps or not (folder / HISTORY).exists())


def _weights(path: Path, model: Any) -> list[NDArray[np.float32]]:
    try:
        weights: list[NDArray[np.float32]] = keras.saving.load_model(path, compile=False).get_weights()
    except (OSError, ValueError) as exc:
        raise DataError(f"{path}: cannot be opened as a Keras model: {exc}") from exc
    if [given.shape for given in weights] != [own.shape for own in model.get_weights()]:
        raise DataError(f"{path}: is not a {model.name} of this version")
    return weights


def _step(
    task: Task, model: Any, averaged: Any, optimizer: Any, averaging: float
) -> Callable[[int, Batch], NDArray[np.float64]]:
    """Return what learns from one batch, and gives the parts of its loss."""

    def learn(number: Any, inputs: Any, *wanted: Any) -> Any:
        with tf.GradientTape() as tape:
            whole, *parts = task.loss(model(tf.cast(inputs, tf.float32), training=True), *wanted)
        gradients = tape.gradient(whole, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        momentum = tf.minimum(averaging, (number + 1) / (number + 10))  # early on, the beginning is forgotten
        for mean, now in zip(averaged.weights, model.weights, strict=True):
            mean.assign(momentum * mean.value + (1 - momentum) * now.value)
        return parts

    compiled = tf.function(learn)

    def step(number: int, batch: Batch) -> NDArray[np.float64]:
        parts = compiled(tf.constant(number, tf.float32), *(tf.constant(part) for part in batch))
        return np.array([float(part) for part in parts])

    return step


@contextmanager
def _batches(task: Task, seed: int, first: int) -> Iterator[Iterator[Batch]]:
    """Give batches from step ``first`` on, made ahead by a thread of their own."""

    def made(step: int) -> Batch:
        return task.batch(np.random.default_rng((seed, step)))

    with ThreadPoolExecutor(1) as thread:
        ahead = deque(thread.submit(made, step) for step in range(first, first + _AHEAD))

        def take() -> Iterator[Batch]:
            for step in count(first + _AHEAD):
                yield ahead.popleft().result()
                ahead.append(thread.submit(made, step))

        try:
            yield take()
        finally:
            for future in ahead:
                future.cancel()


def write_row(row: Mapping[str, float], path: Path, *, fresh: bool) -> None:
    """Add a row to a history, or begin one with it, and tell it on stderr."""
    row = {name: round(value, 4) for name, value in row.items()}
    with path.open("w" if fresh else "a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)
    print(" ".join(f"{name} {value}" for name, value in row.items()), file=sys.stderr, flush=True)
