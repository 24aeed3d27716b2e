"""``numbre-edge models``: what is shipped, what a card says, whether files are as they were made."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest


@pytest.fixture
def shelf(tmp_path, model):
    """A folder with a model and its SHA256SUMS."""
    shutil.copy(model, tmp_path / "tiny.onnx")
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  tiny.onnx\n")
    return tmp_path


def test_show_prints_the_card_for_the_eye(run, model) -> None:
    done = run("models", "show", model)
    assert done.code == 0
    assert done.out.startswith(f"{model} (3,062 bytes)\n")
    assert "name                                  tiny\n" in done.out
    assert "    accuracy                          0.75\n" in done.out


def test_every_shipped_model_is_listed_with_its_accuracy(run) -> None:
    last = {line.split()[0]: line.split()[-1] for line in run("models").out.splitlines()[1:]}
    classifiers = {"cnn.onnx", "cnn.int8.tflite", "numbre.onnx", "numbre.int8.tflite"}
    names = ("finder", "refiner", "transcriber", "printed-finder", "printed-refiner")
    networks = {f"{name}{end}" for name in names for end in (".onnx", ".int8.tflite")}
    assert set(last) == classifiers | networks
    assert all(re.fullmatch(r"9\d\.\d\d%", last[name]) for name in classifiers)


def test_show_takes_the_name_of_a_shipped_one(run) -> None:
    assert "/numbre.onnx (" in run("models", "show", "numbre").out
    assert "/numbre.int8.tflite (" in run("models", "show", "numbre.int8").out


def test_show_does_to_the_terminal_what_no_card_wants(run, tmp_path, model) -> None:
    card = json.loads(run("models", "show", model, "--json").out) | {"data_credits": ["\x1b[2J", "me"]}
    path = tmp_path / "m.tflite"
    path.write_bytes((Path(__file__).parents[1] / "backends" / "channels_last.tflite").read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("card.json", json.dumps(card))
    out = run("models", "show", path).out
    assert "\x1b" not in out
    assert "'\\x1b[2J, me'" in out


def test_show_json_prints_it_for_a_script(run, model) -> None:
    done = run("models", "show", model, "--json")
    assert json.loads(done.out)["name"] == "tiny"


def test_show_of_an_unknown_model_names_the_shipped_ones(run) -> None:
    done = run("models", "show", "nonsense")
    assert done.code == 2
    assert done.err.startswith("error: nonsense: no such file, nor a shipped model (")


def test_verify_says_ok(run, shelf) -> None:
    done = run("models", "verify", shelf)
    assert (done.code, done.out) == (0, "tiny.onnx: ok\n")


def test_verify_finds_what_differs_and_what_is_missing(run, shelf) -> None:
    with (shelf / "SHA256SUMS").open("a") as sums:
        sums.write("0" * 64 + "  gone.tflite\n" + "0" * 64 + "  \x1b[2J.onnx\n")
    with (shelf / "tiny.onnx").open("ab") as file:
        file.write(b"\0")
    done = run("models", "verify", shelf)
    assert (done.code, done.out) == (1, "tiny.onnx: DIFFERS\ngone.tflite: MISSING\n\\x1b[2J.onnx: MISSING\n")


def test_verify_without_sums_is_an_error(run, tmp_path) -> None:
    assert run("models", "verify", tmp_path).code == 1
    assert run("models", "verify", tmp_path / "gone").code == 2
