"""``numbre-edge bench``, as a person at the terminal meets it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

import numbre_edge.bench.suite
from numbre_edge.bench.pages import page, write_pages

Run = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cv2.imwrite(str(tmp_path / "a.png"), page(0)[0][:200, :600])
    return tmp_path


def test_a_model_and_a_folder_are_measured_in_processes_of_their_own(run: Run, model: Path, folder: Path) -> None:
    found = folder / "bench.json"

    done = run("bench", model, folder, "--repeat", "1", "--finder", "components", "--output", found)

    report = json.loads(found.read_text())
    assert (done.code, done.out) == (0, "")
    assert [outcome["backend"] for outcome in report["outcomes"]] == ["onnx", "opencv"]
    for outcome in report["outcomes"]:
        assert outcome["error"] is None
        assert outcome["start"] > outcome["trial"]["whole"]["p50"] / 1000
        assert outcome["trial"]["pictures"] == 1
        assert outcome["trial"]["memory"] is None or outcome["trial"]["memory"] > 10**7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cn"], "error: cn: no such file, nor a shipped model"),
        (["samples", "docs"], "error: samples and docs: one folder at a time"),
        (["docs"], "error: docs: no pictures in this folder"),
        (["--output", "no/such/bench.md"], "error: --output no/such/bench.md: there is no folder no/such"),
        (["--repeat", "0"], "'0' must be at least 1"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_said_before_any_work(run: Run, arguments: list[str], said: str) -> None:
    done = run("bench", *arguments)

    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "interrupted\n"), (signal.SIGTERM, 143, "ended by SIGTERM\n")],
)
def test_a_signal_ends_it_and_the_process_that_measures(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int, said: str
) -> None:
    measuring: list[subprocess.Popen[bytes]] = []

    class Measuring(subprocess.Popen[bytes]):
        def communicate(self, input: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
            measuring.append(self)
            signal.raise_signal(number)
            return super().communicate(input, timeout)

    monkeypatch.setattr(subprocess, "Popen", Measuring)

    done = run("bench", folder)

    assert (done.code, done.out, done.err) == (code, "", said)
    assert [process.returncode for process in measuring] == [-signal.SIGKILL]


def test_what_could_not_be_read_makes_the_exit_code(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(setting: Any, *arguments: object, **options: object) -> numbre_edge.bench.suite.Outcome:
        return numbre_edge.bench.suite.Outcome(setting.model.name, setting.runtime.name, {}, error="dies of SIGILL")

    write_pages(tmp_path, 1)
    monkeypatch.setattr(numbre_edge.bench.suite, "outcome", fail)

    done = run("bench", "cnn.onnx", tmp_path)

    assert done.code == 1
    assert "cnn.onnx in onnx failed: dies of SIGILL." in done.out
