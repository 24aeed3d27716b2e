"""Training: a run folder that is complete, reproducible, and safe to interrupt."""

from __future__ import annotations

import csv
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.errors import DataError, NumbreError, UsageError
from numbre_edge.vocabulary import WHOLE
from numbre_export.data.mnist import Mnist, split
from numbre_export.evaluation.evaluate import evaluate, keras_classifier, load_keras
from numbre_export.synthesis.corpus import Mixture
from numbre_export.training.outcome import command
from numbre_export.training.recipes import ARTICLE, RECIPES, Polish
from numbre_export.training.runs import RunFolder
from numbre_export.training.train import train

from .pen_data import tiny_pen

pytestmark = pytest.mark.export

SHORT = replace(RECIPES["numbre"], epochs=3, batch_size=50, averaging=0.9)  # as the fixture run_folder
TWO_STAGES = replace(SHORT, polish=Polish(epochs=2, learning_rate=1e-5, share=0.0))
DONE = ["history.csv", "history.png", "metrics.json", "model.h5", "model.keras", "recipe.json", "samples.png"]


def weights(path: Path) -> list[Any]:
    return list(load_keras(path).get_weights())


def same(a: Path, b: Path) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def interrupt_at(monkeypatch: pytest.MonkeyPatch, name: str, time: int) -> None:
    """Press Ctrl-C right after the file ``name`` was put in its place for the ``time``-th time."""
    replace = os.replace
    placed: list[str] = []

    def replacing(source: Path, target: Path) -> None:
        replace(source, target)
        placed.append(Path(target).name)
        if placed[-1] == name and placed.count(name) == time:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replacing)


@pytest.fixture(scope="module")
def unfinished(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was interrupted after its first epoch."""
    folder = tmp_path_factory.mktemp("unfinished")
    with pytest.MonkeyPatch.context() as patch:
        interrupt_at(patch, "checkpoint.keras", 1)
        with pytest.raises(KeyboardInterrupt):
            train(SHORT, small_mnist, folder, seed=1)
    return folder


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
    assert command(["train", word]) == f"numbre-edge train {kept}"


def test_a_card_s_command_trains_in_one_sitting() -> None:
    words = ["train", "--data", "../mnist", "--resume", "--overwrite"]
    assert command(words) == "numbre-edge train --data mnist"


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


@pytest.fixture(scope="module")
def polished(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of two stages."""
    return train(TWO_STAGES, small_mnist, tmp_path_factory.mktemp("polished"), seed=1).folder


def test_a_second_stage_begins_from_the_best(polished: Path) -> None:
    rows = history(polished)
    assert [float(row["epoch"]) for row in rows] == [1, 2, 3, 4, 5]
    # So slow a stage stays where the best epoch of the first was.
    best = max(float(row["val_accuracy"]) for row in rows[:3])
    assert float(rows[3]["val_accuracy"]) == pytest.approx(best, abs=0.02)


@pytest.mark.parametrize("written", [3, 4, 5])
def test_a_second_stage_may_be_interrupted_too(
    small_mnist: Mnist, tmp_path: Path, polished: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    with monkeypatch.context() as patch:
        interrupt_at(patch, "history.csv", written)
        with pytest.raises(KeyboardInterrupt):
            train(TWO_STAGES, small_mnist, tmp_path, seed=1)
    train(TWO_STAGES, small_mnist, tmp_path, seed=1, resume=True)
    assert [row["val_accuracy"] for row in history(tmp_path)] == [row["val_accuracy"] for row in history(polished)]
    assert same(polished / "model.keras", tmp_path / "model.keras")


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


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_finished_run_is_not_touched_unasked(run_folder: Path, small_mnist: Mnist) -> None:
    before = there(run_folder)
    with pytest.raises(UsageError) as refusal:
        train(SHORT, small_mnist, run_folder, seed=1)
    assert str(refusal.value) == (
        f"{run_folder}: holds a finished run (model.keras, model.h5, metrics.json): "
        "name another folder with --out, or begin another in its place by --overwrite"
    )
    assert there(run_folder) == before


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "metrics.json"])
def test_nor_is_a_model_that_somebody_put_there(small_mnist: Mnist, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"of days of work")
    with pytest.raises(UsageError, match=rf"holds a finished run \({name}\)"):
        train(SHORT, small_mnist, tmp_path, seed=1)
    assert there(tmp_path) == {name: b"of days of work"}


def test_an_unfinished_run_is_not_touched_where_resume_was_forgotten(
    small_mnist: Mnist, tmp_path: Path, unfinished: Path
) -> None:
    shutil.copytree(unfinished, tmp_path, dirs_exist_ok=True)
    before = there(tmp_path)
    assert "checkpoint.keras" in before
    with pytest.raises(UsageError, match=r"holds an unfinished run: go on with it by --resume, .* by --overwrite"):
        train(SHORT, small_mnist, tmp_path, seed=1)
    with pytest.raises(UsageError, match="leave out one"):
        train(SHORT, small_mnist, tmp_path, seed=1, resume=True, overwrite=True)
    assert there(tmp_path) == before
    train(replace(SHORT, epochs=1), small_mnist, tmp_path, seed=3, overwrite=True)
    assert (sorted(there(tmp_path)), len(history(tmp_path))) == (DONE, 1)


def test_an_overwritten_run_stays_whole_until_the_first_epoch_is_done(
    run_folder: Path, small_mnist: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    with monkeypatch.context() as patch:
        interrupt_at(patch, "next.keras", 1)
        with pytest.raises(KeyboardInterrupt):
            train(SHORT, small_mnist, folder, seed=2, overwrite=True)
    after = there(folder)
    assert all(after[name] == content for name, content in there(run_folder).items() if name != "samples.png")
    assert RunFolder(folder).kept == "the first epoch was not over; what an earlier run left is as it was"

    with monkeypatch.context() as patch:
        interrupt_at(patch, "checkpoint.keras", 1)
        with pytest.raises(KeyboardInterrupt):
            train(SHORT, small_mnist, folder, seed=2, overwrite=True)
    # Nothing is left that would tell of the earlier one.
    assert sorted(there(folder)) == ["checkpoint.keras", "history.csv", "model.keras", "recipe.json", "samples.png"]
    assert len(history(folder)) == 1


@pytest.mark.parametrize("name", ["checkpoint.keras", "history.csv", "recipe.json"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04\x00", b"\xff\xfe{]", b"epoch\n1\n"])
def test_a_damaged_file_of_an_unfinished_run_is_named(
    small_mnist: Mnist, tmp_path: Path, unfinished: Path, name: str, content: bytes
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(unfinished, folder)
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}: is damaged \(.*\); begin anew with --overwrite"):
        train(SHORT, small_mnist, folder, seed=1, resume=True)


def test_what_cannot_be_written_is_said_with_what_is_kept(small_mnist: Mnist, tmp_path: Path, unfinished: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(unfinished, folder)
    (folder / "next.keras").mkdir()  # in the way of the state after the next epoch
    with pytest.raises(NumbreError, match=r"cannot write .*next\.keras") as failure:
        train(SHORT, small_mnist, folder, seed=1, resume=True)
    assert failure.value.__notes__ == [
        f"the best model so far is kept at {folder / 'model.keras'}; go on with the same command and --resume"
    ]


def test_nothing_to_resume(small_mnist: Mnist, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no unfinished run to resume; leave --resume out"):
        train(SHORT, small_mnist, tmp_path, resume=True)


def test_too_few_digits(small_mnist: Mnist, tmp_path: Path) -> None:
    few = Mnist(small_mnist.train.take(slice(0, 40)), small_mnist.test)
    with pytest.raises(DataError, match="36 training digits are fewer than a batch of 50"):
        train(SHORT, few, tmp_path)


def test_what_was_trained_on_is_told_of_a_run_that_was_gone_on_with(
    small_mnist: Mnist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixture = Mixture(scenes=2, blanks=1, letters=5, prints=5, scribbles=5, pen=30)
    recipe = replace(SHORT, epochs=2, classes=len(WHOLE), mixture=mixture)
    with monkeypatch.context() as patch:
        interrupt_at(patch, "checkpoint.keras", 1)
        with pytest.raises(KeyboardInterrupt):
            train(recipe, small_mnist, tmp_path, pen=tiny_pen())

    train(recipe, small_mnist, tmp_path, resume=True)  # its corpus is there

    told = json.loads((tmp_path / "metrics.json").read_text())
    assert (told["pen"], told["symbols"]) == (30, 0)
