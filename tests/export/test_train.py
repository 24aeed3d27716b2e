"""Training: a run folder that is complete, reproducible, and safe to interrupt."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.errors import DataError, UsageError
from numbre_export.data.mnist import Mnist, split
from numbre_export.evaluation.evaluate import evaluate, keras_classifier, load_keras
from numbre_export.training import train as training
from numbre_export.training.recipes import ARTICLE, RECIPES, Polish
from numbre_export.training.train import _command, _portable, train

pytestmark = pytest.mark.export

SHORT = replace(RECIPES["numbre"], epochs=3, batch_size=50, averaging=0.9)  # as the fixture run_folder
DONE = ["history.csv", "history.png", "metrics.json", "model.h5", "model.keras", "recipe.json", "samples.png"]


def weights(path: Path) -> list[Any]:
    return list(load_keras(path).get_weights())


def same(a: Path, b: Path) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def interrupt_at(monkeypatch: pytest.MonkeyPatch, name: str, time: int) -> None:
    """Press Ctrl-C right after the file ``name`` was written for the ``time``-th time."""
    write = training.write_atomically
    written: list[str] = []

    def writing(path: Path, content: Callable[[Path], Any]) -> None:
        write(path, content)
        written.append(path.name)
        if written.count(name) == time:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "write_atomically", writing)


def test_the_run_folder_is_complete(run_folder: Path) -> None:
    assert sorted(path.name for path in run_folder.iterdir()) == DONE
    for name in ("samples.png", "history.png"):
        assert cv2.imread(str(run_folder / name)) is not None


def test_the_history_has_a_row_an_epoch(run_folder: Path) -> None:
    rows = history(run_folder)
    assert [float(row["epoch"]) for row in rows] == [1, 2, 3]
    assert list(rows[0]) == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])


def test_metrics_are_named_and_are_those_of_the_model(run_folder: Path, small_mnist: Mnist) -> None:
    metrics = json.loads((run_folder / "metrics.json").read_text())
    assert metrics["test"].keys() == metrics["validation"].keys() == {"accuracy", "loss"}
    found = evaluate(keras_classifier(load_keras(run_folder / "model.keras")), small_mnist.test)
    assert metrics["test"]["accuracy"] == pytest.approx(found.accuracy)
    assert (metrics["seed"], metrics["parameters"], metrics["recipe"]["arch"]) == (1, 106_391, "numbre")
    assert metrics["command"].startswith("numbre-edge")
    assert {"python", "tensorflow", "keras", "numpy", "opencv"} <= metrics["versions"].keys()


@pytest.mark.parametrize(
    ("word", "kept"),
    [("/home/somebody/mnist", "mnist"), ("../data/mnist", "mnist"), ("data/mnist", "data/mnist"), ("--seed", "--seed")],
)
def test_a_card_s_command_names_no_folder_of_the_machine_s(word: str, kept: str) -> None:
    assert _portable(word) == kept


def test_a_card_s_command_trains_in_one_sitting() -> None:
    assert _command(["train", "--data", "../mnist", "--resume"]) == "numbre-edge train --data mnist"


def test_the_model_is_the_epoch_best_on_the_validation_split(run_folder: Path, small_mnist: Mnist) -> None:
    _, validation = split(small_mnist.train, seed=1)
    found = evaluate(keras_classifier(load_keras(run_folder / "model.keras")), validation)
    assert found.accuracy == pytest.approx(max(float(row["val_accuracy"]) for row in history(run_folder)))


def test_both_files_hold_the_same_model(run_folder: Path) -> None:
    assert same(run_folder / "model.keras", run_folder / "model.h5")


@pytest.mark.parametrize("last", ["next.keras", "history.csv"])
def test_an_interrupt_keeps_the_best_and_resume_ends_as_if_nothing_had_been(
    run_folder: Path, small_mnist: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    with monkeypatch.context() as patch:
        interrupt_at(patch, last, 2)
        with pytest.raises(KeyboardInterrupt):
            train(SHORT, small_mnist, tmp_path, seed=1)
    assert len(evaluate(keras_classifier(load_keras(tmp_path / "model.keras")), small_mnist.test).digits) == 100
    assert not (tmp_path / "metrics.json").exists()

    with pytest.raises(UsageError, match="another recipe or seed"):
        train(SHORT, small_mnist, tmp_path, seed=2, resume=True)
    train(SHORT, small_mnist, tmp_path, seed=1, resume=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == DONE
    assert same(run_folder / "model.keras", tmp_path / "model.keras")
    assert [row["val_accuracy"] for row in history(tmp_path)] == [row["val_accuracy"] for row in history(run_folder)]


@pytest.mark.parametrize("written", [3, 4, 5])
def test_a_second_stage_begins_from_the_best_and_may_be_interrupted_too(
    small_mnist: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    recipe = replace(SHORT, polish=Polish(epochs=2, learning_rate=1e-5, share=0.0))
    whole = train(recipe, small_mnist, tmp_path / "whole", seed=1).folder
    rows = history(whole)
    assert [float(row["epoch"]) for row in rows] == [1, 2, 3, 4, 5]
    # So slow a stage stays where the best epoch of the first was.
    best = max(float(row["val_accuracy"]) for row in rows[:3])
    assert float(rows[3]["val_accuracy"]) == pytest.approx(best, abs=0.02)

    with monkeypatch.context() as patch:
        interrupt_at(patch, "history.csv", written)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, small_mnist, tmp_path / "broken", seed=1)
    train(recipe, small_mnist, tmp_path / "broken", seed=1, resume=True)
    assert [row["val_accuracy"] for row in history(tmp_path / "broken")] == [row["val_accuracy"] for row in rows]
    assert same(whole / "model.keras", tmp_path / "broken" / "model.keras")


def test_the_article_s_recipe_is_the_article_s() -> None:
    assert (ARTICLE.arch, ARTICLE.epochs, ARTICLE.batch_size, ARTICLE.raw) == ("numbre", 20, 128, True)
    assert (ARTICLE.augmentation, ARTICLE.averaging, ARTICLE.article) == (None, 0.0, True)


def test_the_article_s_way_trains_and_the_same_seed_gives_the_same_weights(small_mnist: Mnist, tmp_path: Path) -> None:
    recipe = replace(ARTICLE, epochs=1, batch_size=20)
    outcomes = [train(recipe, small_mnist, tmp_path / name, seed=5) for name in ("first", "again")]
    assert outcomes[0].test["accuracy"] > 0.3
    first, again = (outcome.folder / "model.keras" for outcome in outcomes)
    assert type(load_keras(first).layers[1]).__name__ == "Flatten"
    assert same(first, again)


def test_nothing_to_resume(small_mnist: Mnist, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no unfinished run to resume; leave --resume out"):
        train(SHORT, small_mnist, tmp_path, resume=True)


def test_too_few_digits(small_mnist: Mnist, tmp_path: Path) -> None:
    few = Mnist(small_mnist.train.take(slice(0, 40)), small_mnist.test)
    with pytest.raises(DataError, match="36 training digits are fewer than a batch of 50"):
        train(SHORT, few, tmp_path)
