"""Evaluation of digits: by any kind of model file, drawn, and what a card says of it."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.backends import open_backend
from numbre_edge.errors import ModelError
from numbre_export.data.mnist import Mnist
from numbre_export.evaluation import plots
from numbre_export.evaluation.evaluate import Evaluation, evaluate, keras_classifier, load_keras
from numbre_export.exporting.cards import card_for, embed
from numbre_export.exporting.convert import KINDS, calibration_digits, convert

pytestmark = pytest.mark.export


def test_accuracy_precision_recall_and_confusion(five: Evaluation) -> None:
    assert five.accuracy == pytest.approx(0.6)
    one, two, three, nine = (five.classes[digit] for digit in (1, 2, 3, 9))
    assert (one.n, one.recall) == (2, 1)
    assert one.precision == pytest.approx(2 / 3)
    assert (two.n, two.precision, two.recall) == (1, 0, 0)
    assert (three.precision, three.recall) == (1, 0.5)
    assert (nine.n, nine.precision, nine.recall) == (0, 0, 0)
    assert (five.confusion[2, 1], five.confusion[3, 9], five.confusion.trace(), five.confusion.sum()) == (1, 1, 3, 5)


def test_the_most_confident_mistake_comes_first(five: Evaluation) -> None:
    assert five.mistakes.tolist() == [2, 4]


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".onnx", ".tflite"])
def test_every_kind_of_model_file_scores_the_same(
    run_folder: Path, trained: Any, small_mnist: Mnist, tmp_path: Path, suffix: str
) -> None:
    if suffix in (".onnx", ".tflite"):
        kind = KINDS[0] if suffix == ".onnx" else KINDS[1]
        calibration = calibration_digits(small_mnist.train, per_class=1)
        path = tmp_path / kind.file_name("numbre")
        path.write_bytes(embed(convert(trained, kind, calibration=calibration), card_for(trained, kind), kind.format))
        classify = open_backend("auto", path).predict
    else:
        classify = keras_classifier(load_keras(run_folder / f"model{suffix}"))
    told = json.loads((run_folder / "metrics.json").read_text())
    assert evaluate(classify, small_mnist.test).accuracy == pytest.approx(told["test"]["accuracy"])


@pytest.mark.parametrize("name", ["model.keras", "model.h5"])
@pytest.mark.parametrize("content", [b"", b"not a model at all", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n" + bytes(99)])
def test_damaged_keras_files_are_named(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(ModelError, match=f"{name}: no such model; make one with: numbre-edge train"):
        load_keras(tmp_path / name)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name}: is not a Keras model this can load: "):
        load_keras(tmp_path / name)
    os.truncate(tmp_path / name, 100 << 30)  # sparse
    with pytest.raises(ModelError, match=f"{name}: is not a Keras model this can load: "):
        load_keras(tmp_path / name)


def test_a_keras_file_that_would_fill_the_memory_is_not_unpacked(run_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    shutil.copy(run_folder / "model.keras", path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb", "w") as member:
        for _ in range(1025):
            member.write(bytes(1 << 20))
    with pytest.raises(ModelError, match=r"unpacks to 1,07\d,\d+,\d+ bytes; a model for 28x28 ink has less"):
        load_keras(path)


def test_a_keras_model_of_two_outputs_is_refused(tmp_path: Path) -> None:
    import keras

    ink = keras.Input((28, 28))
    flat = keras.layers.Flatten()(ink)
    keras.Model(ink, [keras.layers.Dense(10)(flat), keras.layers.Dense(10)(flat)]).save(tmp_path / "two.keras")
    with pytest.raises(ModelError, match=r"two\.keras: maps \(None, 28, 28\) to .*; expected"):
        load_keras(tmp_path / "two.keras")


def test_a_keras_model_of_outputs_by_name_is_refused(tmp_path: Path) -> None:
    import keras

    ink = keras.Input((28, 28))
    flat = keras.layers.Flatten()(ink)
    keras.Model(ink, {"digit": keras.layers.Dense(10)(flat)}).save(tmp_path / "named.keras")
    with pytest.raises(ModelError, match=r"named\.keras: has outputs by name, digit; expected one without"):
        load_keras(tmp_path / "named.keras")


def test_a_keras_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((4,)), keras.layers.Dense(10)]).save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match=r"maps \(None, 4\) to \(None, 10\); expected \(None, 28, 28\)"):
        load_keras(tmp_path / "other.keras")


@pytest.mark.parametrize("plot", [plots.confusion, plots.predictions, plots.mistakes])
def test_pictures_are_drawn(five: Evaluation, tmp_path: Path, plot: Any) -> None:
    plot(five, tmp_path / "plot.png")
    drawn = cv2.imread(str(tmp_path / "plot.png"))
    assert drawn is not None
    assert drawn.std() > 5


def test_a_faultless_model_has_pictures_too(five: Evaluation, tmp_path: Path) -> None:
    faultless = Evaluation(five.digits, five.probabilities, five.digits.labels.astype(np.intp))
    plots.confusion(faultless, tmp_path / "confusion.png")
    plots.mistakes(faultless, tmp_path / "mistakes.png")
    assert faultless.accuracy == 1


def test_the_card_has_the_run_s_calibration_and_credits(trained: Any, tmp_path: Path) -> None:
    metrics = {"calibration": {"temperature": 1.3, "threshold": 0.4, "error": 0.01, "n": 9}, "symbols": 24000}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    card = card_for(trained, KINDS[0], run=tmp_path)
    assert (card.temperature, card.reject_threshold) == (1.3, 0.4)
    assert [credit.split(":")[0] for credit in card.data_credits] == ["MNIST", "BHMSDS"]
    assert card.training["symbols"] == 24000


@pytest.mark.parametrize(
    ("metrics", "credits"),
    [
        ({}, 1),
        ({"command": "numbre-edge train --symbols bhmsds.npz"}, 2),
        ({"command": "numbre-edge train --symbols bhmsds.npz", "symbols": 0}, 1),
        ({"symbols": 24000, "pen": 40000}, 4),
    ],
)
def test_a_card_without_calibration_has_the_defaults(
    trained: Any, tmp_path: Path, metrics: dict[str, Any], credits: int
) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    card = card_for(trained, KINDS[0], run=tmp_path)
    assert (card.temperature, card.reject_threshold, len(card.data_credits)) == (1.0, 0.0, credits)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b'{"calibration": 1}', b"\xff\xfe", b"[" * 99_999])
def test_a_damaged_metrics_json_is_named(trained: Any, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "metrics.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"metrics\.json: is damaged \(.+\); train again, or move the model away"):
        card_for(trained, KINDS[0], run=tmp_path)


@pytest.mark.parametrize(
    ("metrics", "problem"),
    [
        ('{"calibration": {"temperature": "1.3"}}', "calibration.temperature is '1.3'; expected float, got str"),
        ('{"calibration": {"temperature": NaN}}', "calibration.temperature is nan; expected float >= 0.1"),
        ('{"calibration": {"temperature": Infinity}}', "calibration.temperature is inf; expected float <= 10.0"),
        ('{"calibration": {"temperature": 0}}', "calibration.temperature is 0; expected float >= 0.1"),
        ('{"calibration": {"threshold": NaN}}', "calibration.threshold is nan; expected float >= 0.0"),
        ('{"calibration": {"threshold": null}}', "calibration.threshold is None; expected float, got null"),
        ('{"calibration": {"threshold": true}}', "calibration.threshold is True; expected float, got bool"),
        ('{"calibration": {"threshold": 1.5}}', "calibration.threshold is 1.5; expected float <= 1.0"),
        ('{"seed": "7"}', "seed is '7'; expected int | null, got str"),
        ('{"command": 5}', "command is 5; expected str, got int"),
        ('{"symbols": "all"}', "symbols is 'all'; expected int | null, got str"),
        ('{"recipe": {"learning_rate": NaN}}', "Out of range float values are not JSON compliant"),
    ],
)
def test_a_value_of_metrics_json_that_no_card_can_have_is_named(
    trained: Any, tmp_path: Path, metrics: str, problem: str
) -> None:
    (tmp_path / "metrics.json").write_text(metrics)
    with pytest.raises(ModelError) as caught:
        card_for(trained, KINDS[0], run=tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'metrics.json'}: is damaged ({problem}")
    assert str(caught.value).endswith("; train again, or move the model away from it")
