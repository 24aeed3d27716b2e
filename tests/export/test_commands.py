"""``numbre-edge train``, ``evaluate`` and ``export``: what they write, what they say, how they end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from numbre_edge.cli.app import app
from numbre_edge.errors import MissingExtra, ModelError, NumbreError, UsageError
from numbre_export.data.mnist import Mnist

pytestmark = pytest.mark.export


@pytest.fixture(scope="module")
def data(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small MNIST as a user would hand it over."""
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    train, test = small_mnist.train, small_mnist.test
    np.savez(path, x_train=train.images, y_train=train.labels, x_test=test.images, y_test=test.labels)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refused(kind: type[NumbreError], *arguments: object) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_export_then_evaluate(run_folder: Path, data: Path, tmp_path: Path) -> None:
    models, out = tmp_path / "models", tmp_path / "evaluation"
    options = ("--data", data, "--out", models, "--quantize", "none", "--quantize", "int8", "--accuracy-budget", 5)
    result = run("export", run_folder / "model.keras", *options)
    assert result.exit_code == 0, result.output
    names = ["numbre.float32.tflite", "numbre.int8.tflite", "numbre.onnx"]
    assert sorted(path.name for path in models.iterdir()) == ["SHA256SUMS", *names]
    assert all(f"\n{name} " in result.stdout for name in names)

    (tmp_path / "labels.csv").write_text("file,label\nnowhere.png,7\n")
    result = run("evaluate", models / "numbre.onnx", "--data", data, "--out", out, "--pictures", tmp_path)
    assert result.exit_code == 0, result.output
    pictures = ["confusion.png", "mistakes.png", "predictions.png"]
    assert sorted(path.name for path in out.iterdir()) == ["accuracy.md", *pictures, "report.json"]
    report = json.loads((out / "report.json").read_text())
    assert f"{report['digits']['accuracy']:.2%} of 100 held-out digits right" in result.stdout
    assert (report["pictures"][0]["errors"], report["pictures"][0]["exact"]) == (1, 0)


def test_over_budget_is_exit_1_and_says_which(run_folder: Path, data: Path, tmp_path: Path) -> None:
    options = ("--data", data, "--out", tmp_path, "--format", "onnx", "--float32-budget", 0)
    result = run("export", run_folder / "model.keras", *options)
    assert result.exit_code == 1
    assert "NOT KEPT: difference" in result.stdout
    assert "not kept: numbre.onnx" in result.stderr
    assert not (tmp_path / "numbre.onnx").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "--article"), "add --arch numbre"),
        (("export", "x.keras", "--format", "onnx", "--quantize", "int8"), "add --quantize none, or --format tflite"),
        (("evaluate", "x.keras", "--pictures", "."), "numbre-edge export x.keras first"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(UsageError, *arguments)


def test_no_such_model(data: Path) -> None:
    assert "no such model" in refused(ModelError, "export", "nowhere.keras", "--data", data)
    assert "nowhere.keras: no such model" in refused(ModelError, "evaluate", "nowhere.keras", "--data", data)


@pytest.mark.parametrize("command", [("train",), ("export", "x.keras"), ("evaluate", "x.keras")], ids=lambda c: c[0])
def test_without_the_extra_the_commands_say_what_to_install(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numbre_edge.cli.workshop.find_spec", lambda name: None)
    assert "pip install 'numbre-edge[export]'" in refused(MissingExtra, *command)


def test_ctrl_c_while_training_keeps_the_best_model(data: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "numbre_edge", "train", "--arch", "numbre", "--batch-size", 50, "--epochs", 9999)
    arguments = [str(word) for word in (*command, "--data", data, "--out", tmp_path / "run")]
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # where a shell runs the tests in the background
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=listening
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            if line.startswith("Epoch 2/"):
                process.send_signal(signal.SIGINT)
                break
        said = process.stderr.read()
        assert (process.wait(60), process.stdout.read()) == (130, "")
    assert said.splitlines()[-1] == (
        f"interrupted; the best model so far is kept at {tmp_path / 'run' / 'model.keras'}; "
        "go on with the same command and --resume"
    )
    assert (tmp_path / "run" / "model.keras").exists()
    assert (tmp_path / "run" / "checkpoint.keras").exists()
