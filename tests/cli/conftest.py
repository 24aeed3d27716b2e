"""The command line run in this process, with a tiny real model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.cli.app import main

TINY_MODEL = Path(__file__).parent / "tiny.onnx"  # made by make_tiny_model.py


@dataclass(frozen=True)
class Outcome:
    """What a person at the terminal sees of one run."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def lines(out: str) -> list[dict[str, object]]:
    """Return the objects of JSON Lines."""
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``numbre-edge *arguments``."""

    def run(*arguments: str | Path) -> Outcome:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = exit_.value.code
        return Outcome(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def model() -> Path:
    return TINY_MODEL


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: NDArray[np.uint8]) -> Path:
    """A working directory with the folder photos/: a page that reads, and two that do not."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "photos"
    folder.mkdir()
    ok, encoded = cv2.imencode(".jpg", page)
    assert ok
    (folder / "good.jpg").write_bytes(encoded.tobytes())
    (folder / "cut.jpg").write_bytes(encoded.tobytes()[:1000])
    (folder / "zero.png").write_bytes(b"")
    (folder / "notes.txt").write_text("passed over")
    return folder
