"""Which models are measured in which runtimes, and what becomes of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.bench.suite import Setting, outcome, settings
from numbre_edge.bench.trial import Times, Trial
from numbre_edge.doctor.probe import ProcessError
from numbre_edge.errors import BackendError, UsageError
from numbre_edge.model import MODELS

HERE = {name: replace(runtime, module="json") for name, runtime in RUNTIMES.items()}  # all are installed
WITHOUT_TFLITE = HERE | {"tflite": replace(RUNTIMES["tflite"], module="no_such_module")}
ONNX = Setting(MODELS / "cnn.onnx", HERE["onnx"], "both")
TIMES = Times(2.0, 3.0)
TRIAL = Trial(4, "a.png", ("b.png: empty",), 20, {"find": TIMES}, TIMES, TIMES, TIMES, 3.0, 4.0, 100.0, 10**8, 1.0, 0.5)


def names(models: list[str]) -> list[str]:
    return [setting.name for setting in settings(models, "both", HERE)[0]]


def test_by_default_each_backend_reads_with_what_it_ships() -> None:
    assert names([]) == ["cnn.onnx in onnx", "cnn.int8.tflite in tflite", "cnn.onnx in opencv"]


def test_a_name_is_a_model_in_every_format() -> None:
    assert names(["numbre"]) == ["numbre.onnx in onnx", "numbre.int8.tflite in tflite", "numbre.onnx in opencv"]


def test_a_file_is_read_where_it_can_be() -> None:
    assert names([str(MODELS / "numbre.int8.tflite"), "cnn.int8.tflite"]) == [
        "numbre.int8.tflite in tflite",
        "cnn.int8.tflite in tflite",
    ]


def test_a_picture_is_no_model_and_given_as_its_folder(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.touch()
    with pytest.raises(
        UsageError, match=r"a\.jpg: is no model in \.onnx or \.tflite, and no folder; pictures are given"
    ):
        settings([str(picture)], "both", HERE)


def test_what_is_not_installed_is_said_with_what_installs_it() -> None:
    found, missing = settings([], "both", WITHOUT_TFLITE)

    assert [setting.runtime.name for setting in found] == ["onnx", "opencv"]
    assert missing == {"tflite": "pip install 'numbre-edge[tflite]'"}


def test_a_model_that_nothing_here_runs_is_an_error() -> None:
    with pytest.raises(BackendError, match=r"no installed runtime runs cnn\.int8\.tflite: pip install"):
        settings(["cnn.int8.tflite"], "both", WITHOUT_TFLITE)
    with pytest.raises(UsageError, match="no such file, nor a shipped model"):
        settings(["cn"], "both", HERE)


def test_files_are_those_that_are_read_with() -> None:
    assert list(ONNX.sizes) == ["cnn.onnx", "finder.onnx", "refiner.onnx", "transcriber.onnx"]
    assert list(replace(ONNX, finder="components").sizes) == ["cnn.onnx"]
    assert ONNX.sizes["cnn.onnx"] == (MODELS / "cnn.onnx").stat().st_size


def answering(answer: dict[str, Any], asked: list[tuple[str, ...]]) -> Callable[..., dict[str, Any]]:
    def ask(*arguments: str, timeout: float = 0.0) -> dict[str, Any]:
        asked.append(arguments)
        return answer

    return ask


def test_a_setting_is_tried_in_a_process_of_its_own_and_started_anew_several_times(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []
    ask, clock = answering(asdict(TRIAL), asked), (n * n for n in map(float, count())).__next__

    result = outcome(ONNX, tmp_path, repeat=3, ask=ask, clock=clock)

    assert result.trial == TRIAL
    assert (result.start, result.imports) == (7.0, 9.0)  # squares' differences: 1 and 3, 7 and 9, 13 and 15
    assert json.loads(asked[0][-1]) == {
        "model": str(ONNX.model),
        "backend": "onnx",
        "finder": "both",
        "folder": str(tmp_path),
        "repeat": 3,
    }
    assert [arguments[-1] for arguments in asked[1:3]] == [
        "a.png",
        "import numpy, cv2, json; print('{}')",
    ]
    assert len(asked) == 1 + 2 * 3


def test_a_setting_that_fails_is_an_outcome(tmp_path: Path) -> None:
    def die(*arguments: str, timeout: float = 0.0) -> dict[str, Any]:
        raise ProcessError("dies of SIGILL")

    refused = outcome(ONNX, tmp_path, repeat=1, ask=answering({"error": "no card"}, []))
    dead = outcome(ONNX, tmp_path, repeat=1, ask=die)

    assert (refused.error, refused.trial, dead.error) == ("no card", None, "dies of SIGILL")
