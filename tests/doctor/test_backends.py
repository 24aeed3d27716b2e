"""The doctor looks at the models and has every backend read a digit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from numbre_edge.backends.registry import RUNTIMES, Runtime
from numbre_edge.doctor.backends import check_backends, check_models, try_backend
from numbre_edge.doctor.check import Check
from numbre_edge.doctor.probe import ProcessError

BACK = "the command that brings them back"
SEVEN = {"model": "cnn.onnx", "digit": 7, "milliseconds": 0.41}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    (tmp_path / "a.onnx").write_bytes(b"weights")
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(b'weights').hexdigest()}  a.onnx\n")
    return tmp_path


def test_models_as_they_were_made_are_ok(shelf: Path) -> None:
    assert list(check_models(BACK, shelf)) == [Check("models", "ok", "1 files, all as they were made")]


def test_a_damaged_model_is_named(shelf: Path) -> None:
    (shelf / "a.onnx").write_bytes(b"weight")

    assert list(check_models(BACK, shelf)) == [
        Check("models", "problem", "not as they were made: a.onnx differs", BACK)
    ]


def test_a_missing_model_is_named(shelf: Path) -> None:
    (shelf / "a.onnx").unlink()

    (check,) = check_models(BACK, shelf)

    assert (check.status, check.found) == ("problem", "not as they were made: a.onnx is missing")


def test_models_without_checksums_are_a_problem(shelf: Path) -> None:
    (shelf / "SHA256SUMS").write_text("")

    (check,) = check_models(BACK, shelf)

    assert (check.status, check.remedy) == ("problem", BACK)


def test_the_shipped_models_are_as_they_were_made() -> None:
    assert [check.status for check in check_models(BACK)] == ["ok"]


def test_every_backend_is_looked_at() -> None:
    assert tuple(judge({})) == tuple(RUNTIMES)


@pytest.mark.parametrize("name", RUNTIMES)
def test_a_backend_that_is_installed_reads_the_digit(name: str) -> None:
    if not RUNTIMES[name].installed:
        pytest.skip(f"{RUNTIMES[name].module} is not installed")

    answer = try_backend(name)

    assert answer["digit"] == 7
    assert answer["milliseconds"] > 0


def judge(
    answers: Mapping[str, Any],
    remedies: Mapping[str, str] | None = None,
    runtimes: Mapping[str, Runtime] = RUNTIMES,
) -> dict[str, Check]:
    """Return the checks by backend where each backend answers, or raises, what is here; a seven by default."""

    def answer(name: str) -> dict[str, Any]:
        given = answers.get(name, SEVEN)
        if isinstance(given, Exception):
            raise given
        return dict(given)

    checks = check_backends(remedies or {}, answer, runtimes=runtimes)
    return {check.name.removeprefix("backend "): check for check in checks}


def test_a_backend_that_reads_right_is_ok_and_timed() -> None:
    assert judge({})["onnx"] == Check("backend onnx", "ok", "reads a 7 with cnn.onnx, 0.41 ms a digit")


def test_a_backend_killed_by_a_signal_is_a_problem_and_the_others_go_on() -> None:
    checks = judge({"onnx": ProcessError("dies of SIGSEGV")})

    assert checks["onnx"].status == "problem"
    assert checks["onnx"].found == "reading a digit dies of SIGSEGV"
    assert checks["onnx"].remedy == "read with another one: --backend tflite or opencv"
    assert checks["opencv"].status == "ok"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (SEVEN | {"digit": 1}, "reads a 7 as 1 with cnn.onnx"),
        ({"error": "cnn.onnx: its checksum differs"}, "cnn.onnx: its checksum differs"),
    ],
)
def test_a_wrong_answer_is_a_problem(answer: dict[str, Any], found: str) -> None:
    check = judge({"opencv": answer})["opencv"]

    assert (check.status, check.found) == ("problem", found)


@pytest.mark.parametrize("ill", ["onnxruntime", "numpy", "models"])
def test_what_is_known_to_be_ill_is_mended_first(ill: str) -> None:
    check = judge({"onnx": ProcessError("fails: ImportError")}, {ill: "mend that", "opencv": "mend this"})["onnx"]

    assert check.remedy == "mend that"


def test_an_optional_backend_may_be_missing() -> None:
    absent = {name: replace(runtime, module="not_installed") for name, runtime in RUNTIMES.items()}

    checks = judge({"onnx": ProcessError("fails: No module named 'onnxruntime'")}, runtimes=absent)

    assert checks["tflite"] == Check(
        "backend tflite", "ok", "not installed (optional)", "pip install 'numbre-edge[tflite]'"
    )
    assert checks["onnx"].status == "problem"
