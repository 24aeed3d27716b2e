"""Training: digits -> a run folder with a Keras model and what is known about it."""

from __future__ import annotations

import csv
import json
import os
import platform
import shlex
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np

from numbre_edge.errors import DataError, UsageError
from numbre_edge.types import Floats, Pixels
from numbre_export.data.mnist import Digits, Mnist, split
from numbre_export.evaluation import plots
from numbre_export.evaluation.calibration import Calibration, calibrate
from numbre_export.synthesis.corpus import build_corpus
from numbre_export.training.architectures import build
from numbre_export.training.batches import Batches, one_hot
from numbre_export.training.recipes import Recipe

_CORPUS = "corpus.npz"  # kept while a run is unfinished: it takes minutes to make
_STATE = "checkpoint.keras"  # weights and optimizer after the last whole epoch
_NEXT = "next.keras"  # the same of an epoch that is not yet in the history


@dataclass(frozen=True)
class Outcome:
    """A finished run: its folder, Keras' metrics, by name, on both held-out sets, and what its confidence is worth."""

    folder: Path
    validation: dict[str, float]
    test: dict[str, float]
    calibration: Calibration


def train(
    recipe: Recipe,
    mnist: Mnist,
    folder: Path,
    *,
    symbols: Digits | None = None,
    seed: int = 0,
    resume: bool = False,
) -> Outcome:
    """Train by ``recipe`` and fill ``folder``; the best epoch is chosen on a split of the training set.

    ``model.keras`` is the best epoch so far at any time, so an interrupt loses
    at most the epoch under way; ``resume`` goes on after the last whole epoch.
    ``symbols``, of :func:`numbre_export.data.symbols.load_symbols`, join the recipe's mixture.

    Raises:
        UsageError: ``resume`` without a run in ``folder``, or of another recipe or seed.
        KeyboardInterrupt: passed on once the files are in order.
    """
    cv2.setNumThreads(1)  # the network's threads need the cores
    keras.utils.set_random_seed(seed)
    training, validation = split(mnist.train, seed=seed)
    if len(training) < recipe.batch_size:
        raise DataError(f"{len(training)} training digits are fewer than a batch of {recipe.batch_size}")
    folder.mkdir(parents=True, exist_ok=True)
    plots.samples(training, folder / "samples.png")
    history = _begin(recipe, seed, folder, resume)
    corpus, doubtful = _corpora(recipe, training, validation, symbols, seed, folder)
    first = 0
    for stage in recipe.stages():
        if len(history) < first + stage.epochs:
            if len(history) <= first:  # a state, if there is one, is of the stage before
                (folder / _STATE).unlink(missing_ok=True)
            batches = Batches(training, corpus, stage, seed=seed)
            model = _model(stage, folder, len(batches), polish=first > 0)
            # An interrupt between the history's writing and the state's leaves the history one epoch ahead.
            del history[first + int(model.optimizer.iterations) // len(batches) :]
            _fit(model, batches, validation, stage, folder, history, first + stage.epochs)
        first += stage.epochs
    best = keras.saving.load_model(folder / "model.keras")
    outcome = Outcome(
        folder,
        _metrics(best, validation),
        _metrics(best, mnist.test),
        calibrate(_probabilities(best, doubtful.images), doubtful.labels),
    )
    best.save(folder / "model.h5")
    plots.history(folder / "history.csv", folder / "history.png")
    used = len(symbols) if symbols is not None and recipe.mixture is not None else 0
    write_atomically(folder / "metrics.json", lambda path: _write_metrics(path, outcome, recipe, seed, used, best))
    for name in (_STATE, _NEXT, _CORPUS):
        (folder / name).unlink(missing_ok=True)
    return outcome


def _model(stage: Recipe, folder: Path, steps: int, *, polish: bool) -> Any:
    """Return the model to go on with: the state of this stage, the best of the one before, or a new one."""
    if (folder / _STATE).exists():
        return keras.saving.load_model(folder / _STATE)
    model = _compiled(stage, steps)
    if polish:
        model.set_weights(keras.saving.load_model(folder / "model.keras").get_weights())
        model.optimizer.build(model.trainable_variables)
        write_atomically(folder / _STATE, model.save)  # the best may be another before there is a state of this stage
    return model


def _fit(
    model: Any,
    batches: Batches,
    validation: Digits,
    stage: Recipe,
    folder: Path,
    history: list[dict[str, float]],
    epochs: int,
) -> None:
    """Train until ``history`` has ``epochs`` rows."""
    batches.start(len(history))
    if stage.averaging:
        callbacks = [_Keep(folder, history, state=True), keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]
        callbacks.append(_Keep(folder, history, best=True))
    else:
        callbacks = [_Keep(folder, history, state=True, best=True)]
    model.fit(
        batches,
        validation_data=(validation.images.astype(np.float32), one_hot(validation.labels, stage.classes)),
        validation_batch_size=500,
        epochs=epochs,
        initial_epoch=len(history),
        callbacks=[*callbacks, _Interrupt()],
        shuffle=False,  # Batches has shuffled; Keras' own order of batches would depend on where a run was resumed
        verbose=1 if sys.stderr.isatty() and sys.stdout.isatty() else 2,
    )


def _corpora(
    recipe: Recipe, training: Digits, validation: Digits, symbols: Digits | None, seed: int, folder: Path
) -> tuple[Digits | None, Digits]:
    """Return what is trained on beside MNIST, and what calibrates confidence: validation digits, in scenes too."""
    if recipe.mixture is None:
        return None, validation
    file = folder / _CORPUS
    if not file.exists():
        print("photographing the training corpus (a few minutes, once a run)", file=sys.stderr, flush=True)
        corpus = build_corpus(training, symbols, recipe.mixture, seed=seed)
        scenes = build_corpus(validation, None, recipe.mixture.scaled(0.1), seed=seed + 1)
        write_atomically(file, lambda path: _write_corpora(path, corpus, scenes))
    with np.load(file) as saved:
        corpus, scenes = Digits(saved["x"], saved["y"]), Digits(saved["val_x"], saved["val_y"])
    return corpus, Digits(
        np.concatenate([validation.images, scenes.images]), np.concatenate([validation.labels, scenes.labels])
    )


def _write_corpora(path: Path, corpus: Digits, scenes: Digits) -> None:
    with path.open("wb") as file:
        np.savez(file, x=corpus.images, y=corpus.labels, val_x=scenes.images, val_y=scenes.labels)


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it: whole or not at all."""
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _compiled(recipe: Recipe, steps: int) -> Any:
    model = build(recipe.arch, classes=recipe.classes, raw=recipe.raw)
    optimizer: Any = keras.optimizers.Adam()
    if not recipe.article:
        rate = keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate / 20,
            steps * max(1, recipe.epochs - 1),
            warmup_target=recipe.learning_rate,
            warmup_steps=steps,
        )
        averaging = {"use_ema": True, "ema_momentum": recipe.averaging} if recipe.averaging else {}
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **averaging)
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


class _Interrupt(keras.callbacks.Callback):  # type: ignore[misc]
    """Hears Ctrl-C between two batches: an exception within TensorFlow's own threads may abort or hang the process."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = False
        self._before: Any = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if self._before is signal.default_int_handler:
                signal.signal(signal.SIGINT, self._hear)

    def _hear(self, number: int, frame: object) -> None:
        self._asked = True
        signal.signal(signal.SIGINT, self._before)  # a second one is not waited with

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._asked:
            raise KeyboardInterrupt

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._before is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._before)


class _Keep(keras.callbacks.Callback):  # type: ignore[misc]
    """After an epoch: keep the state to resume from, or the best model so far and the history."""

    def __init__(
        self, folder: Path, history: list[dict[str, float]], *, state: bool = False, best: bool = False
    ) -> None:
        super().__init__()
        self._folder, self._history, self._state, self._best = folder, history, state, best

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._state:
            write_atomically(self._folder / _NEXT, self.model.save)
        if self._best:
            row = {"epoch": epoch + 1} | {name: float(value) for name, value in (logs or {}).items()}
            if all(row["val_accuracy"] >= earlier["val_accuracy"] for earlier in self._history):
                write_atomically(self._folder / "model.keras", self.model.save)
            self._history.append(row)
            write_atomically(self._folder / "history.csv", self._write_history)
            os.replace(self._folder / _NEXT, self._folder / _STATE)

    def _write_history(self, path: Path) -> None:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(self._history[0]))
            writer.writeheader()
            writer.writerows(self._history)


def _begin(recipe: Recipe, seed: int, folder: Path, resume: bool) -> list[dict[str, float]]:
    """Return the history so far, and note what this run is so that only the same is resumed."""
    note = folder / "recipe.json"
    what = {"recipe": recipe.as_dict(), "seed": seed}
    if not resume:
        for name in (_STATE, _NEXT, _CORPUS, "model.keras", "model.h5", "history.csv", "metrics.json"):
            (folder / name).unlink(missing_ok=True)
        write_atomically(note, lambda path: path.write_text(json.dumps(what, indent=1)))
        return []
    if not (folder / _STATE).exists() and ((folder / "metrics.json").exists() or not (folder / "history.csv").exists()):
        raise UsageError(f"{folder}: no unfinished run to resume; leave --resume out to begin one")
    if json.loads(note.read_text()) != json.loads(json.dumps(what)):
        raise UsageError(
            f"{folder}: was begun with another recipe or seed (see {note.name}); resume with the same options"
        )
    history = folder / "history.csv"
    if not history.exists():
        return []
    with history.open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def _metrics(model: Any, digits: Digits) -> dict[str, float]:
    result = model.evaluate(
        digits.images.astype(np.float32),
        one_hot(digits.labels, model.output_shape[-1]),
        batch_size=500,
        verbose=0,
        return_dict=True,
    )
    return {name: float(value) for name, value in result.items()}


def _probabilities(model: Any, images: Pixels) -> Floats:
    return np.asarray(model.predict(images.astype(np.float32), batch_size=500, verbose=0), np.float32)


def _portable(word: str) -> str:
    """Return an argument without the folders of this machine: the command travels in every model's card."""
    return Path(word).name if Path(word).is_absolute() or ".." in Path(word).parts else word


def _command(words: list[str]) -> str:
    """Return the command that trains the same model in one sitting."""
    return shlex.join(["numbre-edge", *(_portable(word) for word in words if word != "--resume")])


def _write_metrics(path: Path, outcome: Outcome, recipe: Recipe, seed: int, symbols: int, model: Any) -> None:
    import tensorflow

    path.write_text(
        json.dumps(
            {
                "test": outcome.test,
                "validation": outcome.validation,
                "calibration": asdict(outcome.calibration),
                "parameters": model.count_params(),
                "recipe": recipe.as_dict(),
                "seed": seed,
                "symbols": symbols,
                "command": _command(sys.argv[1:]),
                "versions": {
                    "python": platform.python_version(),
                    "tensorflow": tensorflow.__version__,
                    "keras": keras.__version__,
                    "numpy": np.__version__,
                    "opencv": cv2.__version__,
                },
            },
            indent=1,
        )
        + "\n"
    )
