"""SHA256SUMS says whether models are as they were made."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from numbre_edge import model as models
from numbre_edge.errors import ModelError
from numbre_edge.model import load_model, read_sums, verify_sums

TINY = Path(__file__).parents[1] / "cli" / "tiny.onnx"


class TestSums:
    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Path:
        (tmp_path / "cnn.onnx").write_bytes(TINY.read_bytes())
        digest = hashlib.sha256(TINY.read_bytes()).hexdigest()
        (tmp_path / "SHA256SUMS").write_text(f"{digest}  cnn.onnx\n{digest} *gone.tflite\n\n")
        return tmp_path

    def test_the_list_is_that_of_sha256sum(self, shelf: Path) -> None:
        assert set(read_sums(shelf)) == {"cnn.onnx", "gone.tflite"}
        assert read_sums(shelf / "elsewhere") == {}

    def test_every_listed_file_is_checked(self, shelf: Path) -> None:
        assert verify_sums(shelf) == {"cnn.onnx": True, "gone.tflite": False}
        with (shelf / "cnn.onnx").open("ab") as file:
            file.write(b"\0")
        assert verify_sums(shelf) == {"cnn.onnx": False, "gone.tflite": False}

    def test_a_shipped_model_is_checked_when_it_is_loaded(self, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(models, "MODELS", shelf)
        assert load_model(shelf / "cnn.onnx").card.name == "tiny"
        with (shelf / "cnn.onnx").open("r+b") as file:
            file.seek(500)
            file.write(b"\xff")
        with pytest.raises(ModelError, match=r"cnn\.onnx: is not the file that was shipped .* reinstall numbre-edge"):
            load_model(shelf / "cnn.onnx")

    def test_what_is_no_such_list_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "SHA256SUMS").write_text("nothing\n")
        with pytest.raises(ModelError, match=r"SHA256SUMS: expected lines of a digest and a file name"):
            read_sums(tmp_path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "SHA256SUMS")
        with pytest.raises(ModelError, match="SHA256SUMS: is no file but a pipe"):
            verify_sums(tmp_path)
