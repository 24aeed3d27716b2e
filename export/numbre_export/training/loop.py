"""Training on what is rendered: a run folder that can be left and taken up again, whatever is learned in it.

On any backend of Keras: KERAS_BACKEND=jax, where JAX has a graphics processor, takes minutes for what TensorFlow takes
hours for on two cores.
"""

from __future__ import annotations

import csv
import math
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import cv2
import keras
import numpy as np
from keras import ops
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.atomic import replacing
from numbre_edge.errors import DataError
from numbre_export.training.exported import restore, settle

Batch = tuple[NDArray[Any], ...]  # (N, ...) uint8 inputs, and what is wanted of each
_AHEAD = 8  # batches made ahead by a thread; each process makes two
_SETTLED = 8  # batches that tell what an exported network's layers are given

HISTORY, _STATE = "history.csv", "state.weights.h5"


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
    task: Task,
    schedule: Schedule,
    folder: Path,
    *,
    seed: int = 0,
    resume: bool = False,
    begin: Path | None = None,
    makers: int = 0,
) -> None:
    """Learn ``task``; ``folder`` gets NAME.keras, the averaged weights, and history.csv.

    The model of the last whole epoch is there at any time; ``resume`` goes on after it, with this schedule. ``begin``
    is the NAME.keras of another run, or what was exported of it as .onnx, whose weights are the first. ``makers``
    processes make the batches; without, a thread of this one does.

    Raises:
        DataError: ``begin`` is no such network.
    """
    cv2.setNumThreads(1)  # the network's threads need the cores
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with _making(task, seed, makers) as made:  # begun first: a process is split off before there are threads
        learner = _learner(task, schedule, begin, seed)
        averaged = task.network(trained=False)
        if resume and (folder / _STATE).exists():
            learner.load_weights(folder / _STATE)
        at = int(learner.optimizer.iterations)
        batches = _ahead(made, at, 2 * makers or _AHEAD)
        while at < schedule.steps:
            begun, sums = time.monotonic(), dict.fromkeys(task.losses, 0.0)
            steps = min(schedule.epoch, schedule.steps - at)
            for _ in range(steps):
                inputs, *wanted = next(batches)
                learner.optimizer.learning_rate.assign(schedule.rate(at))
                losses = learner.train_on_batch(inputs, tuple(wanted), return_dict=True)
                sums = {name: so_far + float(losses[name]) for name, so_far in sums.items()}
                at += 1
            seconds = time.monotonic() - begun
            averaged.set_weights(learner.model.get_weights())
            learner.optimizer.finalize_variable_values(averaged.trainable_variables)
            averaged.set_weights([np.array(own) for own in averaged.get_weights()])  # JAX deletes what is shared
            measured = task.measured(averaged)
            with TemporaryDirectory(dir=folder) as temporary:  # Keras will have its own ending
                learner.save_weights(Path(temporary) / _STATE)
                (Path(temporary) / _STATE).replace(folder / _STATE)
            with replacing(folder / f"{task.name}.keras") as temporary:
                averaged.save(temporary)
            means = {name: whole / steps for name, whole in sums.items()}
            row = {"step": at} | means | {"seconds": seconds} | dict(measured)
            write_row(row, folder / HISTORY, fresh=at == steps or not (folder / HISTORY).exists())


class _Learner(keras.Model):  # type: ignore[misc]
    """A task's network with its losses, each a metric of the batch."""

    def __init__(self, task: Task, model: Any, schedule: Schedule) -> None:
        super().__init__(name=f"learning_{task.name}")
        self.model, self._task = model, task
        self._parts = [keras.metrics.Mean(name) for name in task.losses]
        optimizer = keras.optimizers.AdamW(
            schedule.learning_rate,
            weight_decay=schedule.weight_decay,
            global_clipnorm=10.0,
            use_ema=True,
            ema_momentum=schedule.averaging,
        )
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        # XLA is how JAX runs anything fast, and no help to TensorFlow on a processor.
        self.compile(optimizer, jit_compile=keras.backend.backend() == "jax")
        self.build(model.input_shape)
        optimizer.build(self.trainable_variables)

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.model(ops.cast(inputs, "float32"), training=training)

    def compute_loss(self, x: Any, y: Any, y_pred: Any, *_: Any, **__: Any) -> Any:  # the names are Keras'
        whole, *parts = self._task.loss(y_pred, *y)
        for metric, part in zip(self._parts, parts, strict=True):
            metric.update_state(part)
        return whole


def _learner(task: Task, schedule: Schedule, begin: Path | None, seed: int) -> _Learner:
    keras.config.set_dtype_policy("mixed_bfloat16")  # a quarter less time a step, where the processor has it
    model = task.network(trained=True)
    keras.config.set_dtype_policy("float32")
    if begin is not None and begin.suffix == ".onnx":
        restore(model, begin)
        some = np.concatenate([task.batch(np.random.default_rng((seed, at)))[0] for at in range(_SETTLED)])
        settle(model, some.astype(np.float32))
    elif begin is not None:
        model.set_weights(_weights(begin, model))
    return _Learner(task, model, schedule)


def _weights(path: Path, model: Any) -> list[NDArray[np.float32]]:
    try:
        weights: list[NDArray[np.float32]] = keras.saving.load_model(path, compile=False).get_weights()
    except (OSError, ValueError) as exc:
        raise DataError(f"{path}: cannot be opened as a Keras model: {exc}") from exc
    if [given.shape for given in weights] != [own.shape for own in model.get_weights()]:
        raise DataError(f"{path}: is not a {model.name} of this version")
    return weights


Made = Callable[[int], "Future[Batch]"]  # the batch of a step


@contextmanager
def _making(task: Task, seed: int, makers: int) -> Iterator[Made]:
    """Have batches made by a thread, or by so many processes, which share what the task has read."""
    executor: Executor
    if makers:
        fork = multiprocessing.get_context("fork")
        executor = ProcessPoolExecutor(makers, mp_context=fork, initializer=_become_maker, initargs=(task, seed))
        executor.submit(_made, 0).result()
    else:
        executor = ThreadPoolExecutor(1, initializer=_become_maker, initargs=(task, seed))
    with executor:
        try:
            yield lambda step: executor.submit(_made, step)
        finally:
            executor.shutdown(cancel_futures=True)


_maker: tuple[Task, int] | None = None  # of this process


def _become_maker(task: Task, seed: int) -> None:
    global _maker
    _maker = task, seed
    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for who waits for the batches


def _made(step: int) -> Batch:
    assert _maker is not None
    task, seed = _maker
    return task.batch(np.random.default_rng((seed, step)))


def _ahead(made: Made, first: int, some: int) -> Iterator[Batch]:
    """Give batches from step ``first`` on, ``some`` of them made ahead."""
    ahead = deque(made(step) for step in range(first, first + some))
    for step in count(first + some):
        yield ahead.popleft().result()
        ahead.append(made(step))


def write_row(row: Mapping[str, float], path: Path, *, fresh: bool) -> None:
    """Add a row to a history, or begin one with it, and tell it on stderr."""
    row = {name: round(value, 4) for name, value in row.items()}
    with path.open("w" if fresh else "a", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)
    print(" ".join(f"{name} {value}" for name, value in row.items()), file=sys.stderr, flush=True)
