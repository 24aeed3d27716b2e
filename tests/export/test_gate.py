"""The gate: what passes is kept with its figures inside, what does not is not left behind."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numbre_edge.errors import NumbreError
from numbre_edge.model import SUMS, InputSpec, load_model, verify_sums
from numbre_export.data.mnist import Mnist
from numbre_export.evaluation.evaluate import evaluate, keras_classifier
from numbre_export.exporting import gate
from numbre_export.exporting.cards import card_for
from numbre_export.exporting.convert import KINDS, Kind, calibration_digits, convert
from numbre_export.exporting.gate import Budgets, export, put
from numbre_export.exporting.rows import Measured, Row, table

pytestmark = pytest.mark.export

ONNX, FLOAT16, DYNAMIC, INT8 = KINDS[0], *KINDS[2:]
LOOSE = Budgets(accuracy=5)  # one of the hundred test digits is a whole point


@pytest.fixture(scope="module")
def exported(
    trained: Any, small_mnist: Mnist, run_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Row]]:
    folder = tmp_path_factory.mktemp("models")
    return folder, export(trained, small_mnist, folder, budgets=LOOSE, run=run_folder)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_file_is_measured_by_each_of_its_runtimes_and_kept(exported: tuple[Path, list[Row]]) -> None:
    folder, rows = exported
    assert [(row.file, row.runtime) for row in rows] == [
        ("numbre.onnx", "onnx"),
        ("numbre.onnx", "opencv"),
        ("numbre.float32.tflite", "tflite"),
        ("numbre.float16.tflite", "tflite"),
        ("numbre.dynamic.tflite", "tflite"),
        ("numbre.int8.tflite", "tflite"),
    ]
    assert names(folder) == sorted([*{row.file for row in rows}, SUMS])
    for row in rows:
        assert row.problem is None
        assert row.measured is not None
        assert row.measured.bytes == (folder / row.file).stat().st_size
        assert row.measured.accuracy > 0.8
        assert row.measured.agreement > 0.95
        assert row.measured.latency > 0
    exact = [row.measured for row in rows[:3] if row.measured]
    assert all(m.difference < 1e-5 and m.agreement == 1 and m.drop == 0 for m in exact)


def test_sums_are_those_of_the_files(exported: tuple[Path, list[Row]]) -> None:
    folder, _ = exported
    lines = (folder / SUMS).read_text().splitlines()
    assert lines == [
        f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}" for n in names(folder) if n != SUMS
    ]
    assert all(verify_sums(folder).values())


def test_the_card_tells_what_was_measured(exported: tuple[Path, list[Row]]) -> None:
    folder, rows = exported
    for row in rows:
        card = load_model(folder / row.file).card
        assert row.measured is not None
        assert card.metrics["mnist"]["n"] == 100
        assert card.metrics["mnist"]["accuracy"] == pytest.approx(row.measured.accuracy)
        assert card.parity["agreement"] == pytest.approx(row.measured.agreement)
        assert card.seed == 1


def test_over_budget_is_not_left_behind_and_the_others_are(
    exported: tuple[Path, list[Row]], trained: Any, small_mnist: Mnist, tmp_path: Path
) -> None:
    (tmp_path / "numbre.onnx").write_bytes((exported[0] / "numbre.onnx").read_bytes())  # of an earlier export
    rows = export(trained, small_mnist, tmp_path, kinds=(ONNX, FLOAT16), budgets=Budgets(float32=0.0))
    assert names(tmp_path) == [SUMS, "numbre.float16.tflite"]
    assert [row.problem is None for row in rows] == [False, False, True]
    assert "over the budget of 0" in str(rows[0].problem)
    assert (tmp_path / SUMS).read_text().endswith("  numbre.float16.tflite\n")


@pytest.mark.parametrize("kind", [DYNAMIC, INT8], ids=str)
def test_quantized_files_are_judged_by_accuracy(trained: Any, small_mnist: Mnist, tmp_path: Path, kind: Kind) -> None:
    rows = export(trained, small_mnist, tmp_path, kinds=(kind,), budgets=Budgets(accuracy=-100))
    assert "accuracy drop" in str(rows[0].problem)
    assert rows[0].measured is not None
    assert names(tmp_path) == []


def test_float16_is_judged_by_its_own_budget(trained: Any, small_mnist: Mnist, tmp_path: Path) -> None:
    rows = export(trained, small_mnist, tmp_path, kinds=(FLOAT16,), budgets=Budgets(float32=1, float16=1e-9))
    assert "over the budget of 1e-09" in str(rows[0].problem)


def test_an_input_other_than_the_card_s_is_refused(trained: Any, small_mnist: Mnist) -> None:
    content = convert(trained, INT8, calibration=calibration_digits(small_mnist.train, per_class=2) // 2)
    reference = evaluate(keras_classifier(trained), small_mnist.test)
    card = card_for(trained, INT8)
    rows, kept = gate._tried("numbre.int8.tflite", content, card, INT8, reference, Budgets(accuracy=100))
    assert str(rows[0].problem).startswith(
        "numbre.int8.tflite: its input's quantization_scale and quantization_zero_point are (0.498"
    )
    assert kept is None


@pytest.mark.parametrize("kind", [ONNX, INT8], ids=str)
@pytest.mark.parametrize(
    ("lie", "problem"),
    [
        ({"output": "logits"}, "its card's output is 'logits', but it gives probabilities"),
        ({"classes": (*"0123456789", "not a digit")}, "gives 10 outputs, its card names 11 classes"),
        ({"input": InputSpec(dtype="float32")}, "its card's input.dtype says float32"),
        ({"input": InputSpec(quantization_scale=0.5, quantization_zero_point=3)}, r"its card says \(0.5, 3\)"),
    ],
)
def test_a_file_whose_card_lies_is_not_kept(
    trained: Any, small_mnist: Mnist, kind: Kind, lie: dict[str, Any], problem: str
) -> None:
    content = convert(trained, kind, calibration=calibration_digits(small_mnist.train, per_class=2))
    reference = evaluate(keras_classifier(trained), small_mnist.test)
    card = replace(card_for(trained, kind), **lie)
    rows, kept = gate._tried(kind.file_name("numbre"), content, card, kind, reference, Budgets(1, 1, 100))
    assert kept is None
    assert re.search(problem, str(rows[0].problem))


def test_a_file_no_runtime_takes_is_a_row_with_the_error(trained: Any, small_mnist: Mnist) -> None:
    reference = evaluate(keras_classifier(trained), small_mnist.test)
    rows, kept = gate._tried("x.tflite", b"no model" * 99, card_for(trained, INT8), INT8, reference, LOOSE)
    assert rows[0].measured is None
    assert str(rows[0].problem).startswith("x.tflite: ")
    assert kept is None


def test_a_failed_conversion_is_a_row_and_the_other_formats_go_on(small_mnist: Mnist, tmp_path: Path) -> None:
    import keras

    class NoGraph(keras.layers.Layer):  # type: ignore[misc]
        """Works on values, not in a graph that is to be converted to ONNX."""

        def call(self, x: Any) -> Any:
            import tensorflow as tf

            return tf.py_function(lambda v: v, [x], tf.float32) + keras.ops.zeros_like(x)

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    ink = keras.Input((28, 28))
    flat = keras.layers.Flatten()(NoGraph()(ink))
    model = keras.Model(ink, keras.layers.Dense(10, activation="softmax")(flat), name="odd")
    rows = export(model, small_mnist, tmp_path / "models", kinds=(ONNX, KINDS[1]), budgets=LOOSE)
    assert [(row.file, row.measured) for row in rows] == [("odd.onnx", None), ("odd.float32.tflite", None)]
    assert all(row.problem for row in rows)
    assert not (tmp_path / "models").exists()


def test_an_export_that_ends_early_keeps_what_has_passed_and_its_sums(
    trained: Any, small_mnist: Mnist, tmp_path: Path
) -> None:
    def begin(name: str) -> None:
        if name.endswith(".float16.tflite"):
            raise NumbreError("interrupted")

    with pytest.raises(NumbreError, match="interrupted") as ended:
        export(trained, small_mnist, tmp_path, kinds=(ONNX, FLOAT16, INT8), begin=begin)
    assert ended.value.__notes__ == ["kept: numbre.onnx"]
    assert names(tmp_path) == [SUMS, "numbre.onnx"]
    assert verify_sums(tmp_path) == {"numbre.onnx": True}


def test_sums_keep_other_models_lines_and_drop_those_of_files_that_are_gone(
    trained: Any, small_mnist: Mnist, tmp_path: Path
) -> None:
    (tmp_path / "cnn.onnx").write_bytes(b"another model")
    old = "0" * 64
    (tmp_path / SUMS).write_text(f"{old}  cnn.onnx\n{old}  gone.onnx\n{old}  numbre.onnx\n")
    export(trained, small_mnist, tmp_path, kinds=(ONNX,))
    digest = hashlib.sha256((tmp_path / "numbre.onnx").read_bytes()).hexdigest()
    # The old line stays as it is: the file may have been damaged since it was made.
    assert (tmp_path / SUMS).read_text() == f"{old}  cnn.onnx\n{digest}  numbre.onnx\n"


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_file_that_is_replaced_never_has_a_wrong_line(tmp_path: Path, steps: int) -> None:
    for name in ("cnn.onnx", "numbre.onnx"):
        put(tmp_path / name, b"old")
    renamed = itertools.count(1)

    def interrupt(frame: object, event: str, function: Any) -> None:
        if event == "c_return" and function is os.replace and next(renamed) == steps:
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path / "numbre.onnx", b"new")
    finally:
        sys.setprofile(None)
    assert all(verify_sums(tmp_path).values())
    assert not list(tmp_path.glob(".*"))


def test_the_same_export_gives_the_same_bytes(
    exported: tuple[Path, list[Row]], trained: Any, small_mnist: Mnist, run_folder: Path, tmp_path: Path
) -> None:
    export(trained, small_mnist, tmp_path, kinds=(ONNX, INT8), budgets=LOOSE, run=run_folder)
    for name in ("numbre.onnx", "numbre.int8.tflite"):
        assert (tmp_path / name).read_bytes() == (exported[0] / name).read_bytes()


def test_the_budgets_are_those_we_promise() -> None:
    assert Budgets() == Budgets(float32=1e-4, float16=5e-3, accuracy=0.2)


@pytest.mark.parametrize(
    ("kind", "measured", "passes"),
    [
        (ONNX, {"difference": 1e-4}, True),
        (ONNX, {"difference": 1.01e-4}, False),
        (ONNX, {"difference": float("nan")}, False),
        (FLOAT16, {"difference": 5e-3}, True),
        (FLOAT16, {"difference": 5.1e-3}, False),
        (DYNAMIC, {"difference": 0.9, "drop": 100 * (0.9965 - 0.9945)}, True),
        (DYNAMIC, {"drop": 0.21}, False),
        (DYNAMIC, {"drop": -0.5}, True),
    ],
)
def test_budgets_hold_to_the_digit(kind: Kind, measured: dict[str, Any], passes: bool) -> None:
    good = Measured(bytes=1, accuracy=0.99, drop=0.0, agreement=1.0, difference=0.0, latency=1.0)
    problem = gate._problem(kind, replace(good, **measured), Budgets())
    assert (problem is None) == passes


def test_the_table_has_a_line_a_row_and_says_what_was_not_kept() -> None:
    measured = Measured(bytes=818440, accuracy=0.9965, drop=-0.01, agreement=0.9999, difference=3.2e-7, latency=40.4)
    rows = [Row("cnn.onnx", "onnx", measured), Row("cnn.int8.tflite", "tflite", None, "no such layer")]
    assert table(rows).splitlines() == [
        "file             runtime    bytes  accuracy   drop  agreement  difference  latency",
        "cnn.onnx         onnx     818,440    99.65%  -0.01     99.99%     3.2e-07    40 us  kept",
        "cnn.int8.tflite  tflite         -         -      -          -           -        -  NOT KEPT: no such layer",
    ]


def test_test_digits_are_scored_by_the_ten_digits_alone(held_out: Any) -> None:
    probabilities = np.zeros((len(held_out), 11), np.float32)
    probabilities[:, 10] = 0.9  # "not a digit" is no answer where there are only digits
    probabilities[np.arange(len(held_out)), held_out.labels] = 0.1
    found = evaluate(lambda images: probabilities[: len(images)], held_out)
    assert found.accuracy == 1.0
