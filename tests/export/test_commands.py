"""``numbre-edge train``, ``evaluate`` and ``export``: what they write, what they say, how they end."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from typer.testing import CliRunner, Result

from numbre_edge.cli.app import app
from numbre_edge.errors import MissingExtra, ModelError, NumbreError, UsageError
from numbre_edge.model import CARD_KEY
from numbre_export.data.mnist import Digits, Mnist

RunPython = Callable[..., subprocess.CompletedProcess[str]]
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

    cv2.imwrite(str(tmp_path / "blank.png"), np.full((40, 60), 255, np.uint8))
    (tmp_path / "labels.csv").write_text("file,label\nnowhere.png,7\nblank.png,-\n")
    result = run("evaluate", models / "numbre.onnx", "--data", data, "--out", out, "--pictures", tmp_path)
    assert result.exit_code == 1, result.output  # one is not there
    pictures = ["confusion.png", "mistakes.png", "predictions.png"]
    assert sorted(path.name for path in out.iterdir()) == ["accuracy.md", *pictures, "report.json"]
    report = json.loads((out / "report.json").read_text())
    assert f"{report['digits']['accuracy']:.2%} of 100 held-out digits right" in result.stdout
    assert (report["pictures"][0]["errors"], report["pictures"][0]["exact"]) == (1, 0.5)
    assert re.search(r"/nowhere.png +7 +no such file", result.stdout)


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
        (("evaluate", "x.keras", "--backend", "onnx"), "leave out --card, --backend and --finder"),
        (("evaluate", "x.pt"), "x.pt: is not a model; evaluate takes .keras, .h5, .onnx, .tflite files"),
        (("evaluate", "--all"), "--all is for --thorough"),
        (("train", "--out", __file__), "is not a folder; name one with --out"),
        (("evaluate", "--out", __file__), "is not a folder; name one with --out"),
        (("export", "x.keras", "--out", __file__), "is not a folder; name one with --out"),
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


@pytest.fixture
def photos(tmp_path: Path, held_out: Digits) -> Path:
    """A folder of two labelled pictures, one of them labelled wrong."""
    folder = tmp_path / "photos"
    folder.mkdir()
    one = cv2.resize(held_out.images[held_out.labels == 1][0], (84, 84), interpolation=cv2.INTER_CUBIC)
    for name in ("right.png", "wrong.png"):
        cv2.imwrite(str(folder / name), np.pad(225 - (0.75 * one).astype(np.uint8), 30, constant_values=225))
    (folder / "labels.csv").write_text("file,label\nright.png,1\nwrong.png,4\n")
    return folder


def test_pictures_need_neither_mnist_nor_tensorflow_nor_matplotlib(
    run_python: RunPython, photos: Path, tmp_path: Path
) -> None:
    blocked = ("tensorflow", "keras", "matplotlib", "tf2onnx", "onnx")
    code = "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in blocked)
    code += f"from numbre_edge.cli.app import main\nmain({['evaluate', '--pictures', str(photos)]!r})"
    away = {"HOME": str(tmp_path), "KERAS_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    result = run_python("-c", code, cwd=tmp_path, env=away)
    assert (result.returncode, result.stderr) == (0, "written to evaluation\n")
    assert result.stdout.splitlines()[0] == "cnn.onnx: 1 of 2 pictures read right"
    assert re.search(r"photos/wrong.png +4 +1 +9\d", result.stdout.splitlines()[-1])
    assert sorted(path.name for path in (tmp_path / "evaluation").iterdir()) == [
        "accuracy.md",
        "report.json",
        "worst.png",
    ]


def test_a_picture_of_mistakes_does_not_outlive_them(photos: Path, tmp_path: Path) -> None:
    assert run("evaluate", "--pictures", photos, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "worst.png").exists()
    (photos / "labels.csv").write_text("file,label\nright.png,1\n")
    result = run("evaluate", "--pictures", photos, "--out", tmp_path / "out")
    assert "1 of 1 pictures read right" in result.stdout
    assert "Misread" not in result.stdout
    assert not (tmp_path / "out" / "worst.png").exists()


def test_a_picture_that_is_not_there_is_misread_and_told_by_the_exit_code(photos: Path, tmp_path: Path) -> None:
    with (photos / "labels.csv").open("a") as labels:
        labels.write("gone.png,4\n")

    result = run("evaluate", "--pictures", photos, "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert re.search(r"gone.png +4 +no such file", result.stdout)
    assert (tmp_path / "out" / "report.json").exists()


def test_a_model_without_a_card_is_evaluated_with_one_by_the_backend_asked_for(
    run_folder: Path, data: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    run("export", run_folder / "model.keras", "--data", data, "--out", models, "--format", "onnx")
    model = onnx.load(models / "numbre.onnx")
    card = json.loads(next(entry.value for entry in model.metadata_props if entry.key == CARD_KEY))
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "other.onnx")
    options = ("--data", data, "--out", tmp_path / "out")
    assert "--card" in refused(ModelError, "evaluate", tmp_path / "other.onnx", *options)
    (tmp_path / "card.json").write_text(json.dumps(card))
    for backend in ("onnx", "opencv"):
        again = (*options, "--card", tmp_path / "card.json", "--backend", backend)
        result = run("evaluate", tmp_path / "other.onnx", *again)
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("other.onnx: ")
    assert "backend tflite does not run" in refused(
        UsageError, "evaluate", models / "numbre.onnx", *options, "--backend", "tflite"
    )


def test_train_says_what_is_in_the_folder_before_it_loads_anything(run_folder: Path, data: Path) -> None:
    message = refused(UsageError, "train", "--arch", "numbre", "--data", "nowhere", "--out", run_folder)
    assert "holds a finished run" in message
    assert "--overwrite" in message


FULL = 300_000  # bytes that a file may have: less than a model


def limited(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program where no file can be larger than FULL."""
    resource = pytest.importorskip("resource", reason="POSIX limits")
    command = [sys.executable, "-m", "numbre_edge", *map(str, arguments)]
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (FULL, FULL))
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=False)


def test_training_onto_a_full_disk_is_one_line_and_the_earlier_run_is_as_it_was(
    run_folder: Path, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    before = {path.name: path.read_bytes() for path in run_folder.iterdir() if path.name != "samples.png"}
    options = ("--arch", "numbre", "--batch-size", 50, "--epochs", 1, "--data", data, "--out", folder, "--overwrite")
    result = limited("-q", "train", *options)
    assert result.returncode == 1
    assert result.stderr == (
        f"error: cannot write {folder / 'next.keras'}: file too large; "
        "the first epoch was not over; what an earlier run left is as it was\n"
    )
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "samples.png"}


def test_exporting_onto_a_full_disk_is_one_line_and_leaves_nothing_half(
    run_folder: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "models"
    small = ("--data", data, "--out", out, "--accuracy-budget", 5)
    assert run("export", run_folder / "model.keras", *small, "--quantize", "int8").exit_code == 0
    before = sorted(path.read_bytes() for path in out.iterdir())
    result = limited("-q", "export", run_folder / "model.keras", *small, "--format", "onnx")
    assert result.returncode == 1
    assert re.fullmatch(r"error: cannot write .*numbre\.onnx: file too large; kept: nothing\n", result.stderr)
    assert sorted(path.read_bytes() for path in out.iterdir()) == before


def test_ctrl_c_while_training_keeps_the_best_model(data: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "numbre_edge", "train", "--arch", "numbre", "--batch-size", 50, "--epochs", 9999)
    arguments = [str(word) for word in (*command, "--data", data, "--out", tmp_path / "run")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
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
