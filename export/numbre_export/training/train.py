"""Training: digits -> a run folder with a Keras model and what is known about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import keras
import numpy as np

from numbre_edge.atomic import replacing
from numbre_edge.errors import DataError, NumbreError
from numbre_export.data.mnist import Digits, Mnist, split
from numbre_export.data.npz import load_npz
from numbre_export.data.pen import PenStrokes
from numbre_export.evaluation import plots
from numbre_export.synthesis.corpus import build_corpus
from numbre_export.training.architectures import build
from numbre_export.training.batches import Batches, one_hot
from numbre_export.training.outcome import Outcome, outcome_of, write_metrics
from numbre_export.training.recipes import Recipe
from numbre_export.training.runs import History, RunFolder


class Wish(Protocol):
    """Somebody's wish that the training may end early."""

    def check(self) -> None:
        """Raise, if there is one."""
        ...


class _NoWish:
    def check(self) -> None: ...


def train(
    recipe: Recipe,
    mnist: Mnist,
    folder: Path,
    *,
    symbols: Digits | None = None,
    pen: PenStrokes | None = None,
    seed: int = 0,
    resume: bool = False,
    overwrite: bool = False,
    stopping: Callable[[], AbstractContextManager[Wish]] = lambda: nullcontext(_NoWish()),
    say: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Train by ``recipe`` and fill ``folder``; the best epoch is chosen on a split of the training set.

    ``model.keras`` is the best epoch so far at any time, so an interrupt loses at most the epoch under way.

    Args:
        recipe: what is trained, and how.
        mnist: the digits.
        folder: where to; it is made if need be.
        symbols: of :func:`numbre_export.data.symbols.load_symbols`; they join the recipe's mixture.
        pen: of :func:`numbre_export.data.pen.load_pen`; so do digits by its training writers.
        seed: the same one gives the same model.
        resume: go on after the last whole epoch of the run in ``folder``.
        overwrite: let this run take an earlier one's place. The earlier one's files go when the first epoch is done.
        stopping: within it a wish to end is asked for after each batch: an exception in the
            middle of one, within TensorFlow's own threads, may abort or hang the process.
        say: told what takes long.

    Raises:
        UsageError: ``folder`` holds a run and neither was asked for, or ``resume`` and none of this recipe and seed.
        DataError: too few digits, or a damaged file of the run that is gone on with.
        NumbreError: a file cannot be written; its notes say what is kept.
    """
    run = RunFolder(folder)
    run.claim(resume=resume, overwrite=overwrite)
    history = run.resumed(recipe, seed) if resume else []
    cv2.setNumThreads(1)  # the network's threads need the cores
    keras.utils.set_random_seed(seed)
    training, validation = split(mnist.train, seed=seed)
    if len(training) < recipe.batch_size:
        raise DataError(f"{len(training)} training digits are fewer than a batch of {recipe.batch_size}")
    folder.mkdir(parents=True, exist_ok=True)
    with _telling_what_is_kept(run):
        plots.samples(training, run.samples)
        if not history and recipe.mixture is not None:
            _make_corpus(run, recipe, training, validation, symbols, pen, seed, say)
        corpora = _corpora(run, recipe, validation)
        first = 0
        for stage in recipe.stages():
            if len(history) < first + stage.epochs:
                batches = Batches(training, corpora.beside, stage, seed=seed)
                model = _model(stage, run, len(batches), resumed=len(history) > first, polish=first > 0)
                # An interrupt between the history's writing and the state's leaves the history one epoch ahead.
                del history[first + int(model.optimizer.iterations) // len(batches) :]
                begin = None if history else lambda: run.begin(recipe, seed)
                keep = _keepers(run, history, begin, averaging=bool(stage.averaging))
                with stopping() as wish:
                    _fit(model, batches, validation, stage, [*keep, _Ask(wish)], len(history), first + stage.epochs)
            first += stage.epochs
        best = keras.saving.load_model(run.best)
        outcome = outcome_of(best, folder, validation=validation, test=mnist.test, doubtful=corpora.doubtful)
        with replacing(run.h5) as path:
            best.save(path)
        plots.history(run.history, run.history_plot)
        used = {"symbols": corpora.symbols, "pen": corpora.pen}
        write_metrics(run.metrics, outcome, recipe, seed=seed, used=used, parameters=best.count_params())
    run.finish()
    return outcome


@contextmanager
def _telling_what_is_kept(run: RunFolder) -> Iterator[None]:
    """Add to an error what is kept of the run: not to one of its own files, which cannot be gone on with."""
    try:
        yield
    except DataError:
        raise
    except NumbreError as exc:
        exc.add_note(run.kept)
        raise


def _model(stage: Recipe, run: RunFolder, steps: int, *, resumed: bool, polish: bool) -> Any:
    """Return the model to go on with: the state of this stage, the best of the one before, or a new one."""
    if resumed and run.state.exists():
        try:
            return keras.saving.load_model(run.state)
        except Exception as exc:  # Keras, h5py and zipfile raise each their own
            raise run.damaged(run.state, exc) from exc
    model = _compiled(stage, steps)
    if polish:
        model.set_weights(keras.saving.load_model(run.best).get_weights())
        model.optimizer.build(model.trainable_variables)
        with replacing(run.state) as path:  # the best may be another before there is a state of this stage
            model.save(path)
    return model


def _fit(
    model: Any, batches: Batches, validation: Digits, stage: Recipe, callbacks: list[Any], done: int, epochs: int
) -> None:
    """Train from the epoch after ``done`` to ``epochs``."""
    batches.start(done)
    model.fit(
        batches,
        validation_data=(validation.images.astype(np.float32), one_hot(validation.labels, stage.classes)),
        validation_batch_size=500,
        epochs=epochs,
        initial_epoch=done,
        callbacks=callbacks,
        shuffle=False,  # Batches has shuffled; Keras' own order of batches would depend on where a run was resumed
        verbose=1 if sys.stderr.isatty() and sys.stdout.isatty() else 2,
    )


def _make_corpus(
    run: RunFolder,
    recipe: Recipe,
    training: Digits,
    validation: Digits,
    symbols: Digits | None,
    pen: PenStrokes | None,
    seed: int,
    say: Callable[[str], None],
) -> None:
    assert recipe.mixture is not None
    say("photographing the training corpus (a few minutes, once a run)")
    corpus = build_corpus(training, symbols, recipe.mixture, seed=seed, pen=pen)
    scenes = build_corpus(validation, None, recipe.mixture.scaled(0.1), seed=seed + 1)
    run.drop_unfinished()
    with replacing(run.corpus) as path, path.open("wb") as file:
        used = (len(symbols) if symbols is not None else 0, recipe.mixture.pen if pen is not None else 0)
        np.savez(file, x=corpus.images, y=corpus.labels, val_x=scenes.images, val_y=scenes.labels, used=used)


@dataclass(frozen=True, eq=False)
class _Corpora:
    """What is trained on beside MNIST, what calibrates confidence, and how much there is of whose data."""

    beside: Digits | None
    doubtful: Digits
    symbols: int = 0
    pen: int = 0


def _corpora(run: RunFolder, recipe: Recipe, validation: Digits) -> _Corpora:
    """Return a run's corpora; confidence is calibrated on validation digits, in scenes too."""
    if recipe.mixture is None:
        return _Corpora(None, validation)
    names = ("x", "y", "val_x", "val_y", "used")
    wanted = "this run's corpus; begin anew with --overwrite"
    x, y, val_x, val_y, used = load_npz(run.corpus, names, wanted=wanted).values()
    doubtful = Digits(np.concatenate([validation.images, val_x]), np.concatenate([validation.labels, val_y]))
    return _Corpora(Digits(x, y), doubtful, *used.tolist())


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


class _Ask(keras.callbacks.Callback):  # type: ignore[misc]
    """After a batch: ask whether there is a wish to end."""

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self._wish = wish

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._wish.check()


def _keepers(run: RunFolder, history: History, begin: Callable[[], None] | None, *, averaging: bool) -> list[Any]:
    """Return the callbacks that keep what an epoch has brought; ``begin`` is called before the first is kept."""
    if not averaging:
        return [_KeepState(run), _KeepBest(run, history, begin)]
    # Gone on is from the weights as they are; the best are the averaged ones, which stand in for them in between.
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    return [_KeepState(run), swap, _KeepBest(run, history, begin)]


class _KeepState(keras.callbacks.Callback):  # type: ignore[misc]
    """After an epoch: keep the state to resume from."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self._run = run

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        with replacing(self._run.next_state) as path:
            self.model.save(path)


class _KeepBest(keras.callbacks.Callback):  # type: ignore[misc]
    """After an epoch: keep the model if it is the best so far, and the history; then the state is of that history."""

    def __init__(self, run: RunFolder, history: History, begin: Callable[[], None] | None) -> None:
        super().__init__()
        self._run, self._history, self._begin = run, history, begin

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._begin is not None:
            self._begin()
            self._begin = None
        row = {"epoch": epoch + 1} | {name: float(value) for name, value in (logs or {}).items()}
        if all(row["val_accuracy"] >= earlier["val_accuracy"] for earlier in self._history):
            with replacing(self._run.best) as path:
                self.model.save(path)
        self._history.append(row)
        self._run.write_history(self._history)
        self._run.next_state.replace(self._run.state)
