"""Whatever runtime and whoever's model: 28x28 patches in, probabilities out, or one clear error."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import BACKENDS, installed, open_backend
from numbre_edge.errors import BackendError, ModelError, NumbreError, UsageError
from numbre_edge.model import InputSpec, ModelCard

HERE = Path(__file__).parent  # its models are made by make_models.py
TINY = HERE.parent / "cli" / "tiny.onnx"
MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]

needs_litert = pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="needs numbre-edge[tflite]")
CARDED = [
    pytest.param("onnx", TINY, id="onnx"),
    pytest.param("opencv", TINY, id="opencv"),
    pytest.param("tflite", HERE / "tiny.tflite", id="tflite", marks=needs_litert),
]
THEIRS = [
    pytest.param(HERE / "flat.onnx", "logits", id="(N, 784)"),
    pytest.param(HERE / "channels_first.onnx", "logits", id="(N, 1, 28, 28)"),
    pytest.param(HERE / "one_at_a_time.onnx", "logits", id="(1, 28, 28, 1)"),
    pytest.param(HERE / "channels_last.tflite", "probabilities", id="(N, 28, 28, 1) TFLite", marks=needs_litert),
]


@pytest.fixture
def digits(mnist_sample: MnistSample) -> NDArray[np.uint8]:
    return mnist_sample[0]


@pytest.fixture
def expected(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the tiny model says of the digits, run by onnxruntime."""
    return open_backend("onnx", TINY).predict(digits)


def card(folder: Path, **changes: object) -> Path:
    """Write the card that a model of floats from 0 to 1 needs."""
    values = {"output": "logits", "input": InputSpec(dtype="float32", scale=1 / 255)} | changes
    path = folder / "card.json"
    path.write_text(ModelCard(name="theirs", preprocessing=1, **values).to_json())  # type: ignore[arg-type]
    return path


class TestPredict:
    @pytest.mark.parametrize(("name", "model"), CARDED)
    def test_rows_are_probabilities(self, name: str, model: Path, digits: NDArray[np.uint8]) -> None:
        rows = open_backend(name, model).predict(digits)

        assert (rows.shape, rows.dtype) == ((100, 10), np.float32)
        assert rows.min() >= 0
        np.testing.assert_allclose(rows.sum(1), 1, atol=1e-5)

    @pytest.mark.parametrize(("name", "model"), CARDED)
    def test_all_runtimes_agree(
        self, name: str, model: Path, digits: NDArray[np.uint8], expected: NDArray[np.float32]
    ) -> None:
        np.testing.assert_allclose(open_backend(name, model).predict(digits), expected, atol=1e-5)

    @pytest.mark.parametrize(("name", "model"), CARDED)
    def test_batches_of_any_size_one_after_another(self, name: str, model: Path, digits: NDArray[np.uint8]) -> None:
        backend = open_backend(name, model)
        together = backend.predict(digits)

        for size in (1, 7, 0, 100, 2):
            assert backend.predict(digits[:size]).shape == (size, 10)
            np.testing.assert_allclose(backend.predict(digits[:size]), together[:size], atol=1e-6)

    @pytest.mark.parametrize(("name", "model"), CARDED)
    def test_the_digits_given_stay_as_they_are(self, name: str, model: Path, digits: NDArray[np.uint8]) -> None:
        before = digits.copy()
        open_backend(name, model).predict(digits)

        np.testing.assert_array_equal(digits, before)


class TestSomebodyElsesModel:
    @pytest.mark.parametrize(("model", "output"), THEIRS)
    def test_a_card_is_all_it_needs(
        self, model: Path, output: str, digits: NDArray[np.uint8], expected: NDArray[np.float32], tmp_path: Path
    ) -> None:
        backend = open_backend("auto", model, card=card(tmp_path, output=output))

        np.testing.assert_allclose(backend.predict(digits), expected, atol=1e-5)

    def test_without_a_card_it_says_what_to_do(self) -> None:
        with pytest.raises(ModelError, match=r"flat\.onnx: has no card inside; describe the model with --card"):
            open_backend("auto", HERE / "flat.onnx")

    def test_an_input_that_holds_no_patch_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(
            ModelError, match=r"colour\.onnx: its input is .*3, 28, 28.*expected one that holds a 28x28"
        ):
            open_backend("onnx", HERE / "colour.onnx", card=card(tmp_path))

    def test_an_input_of_another_type_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"double\.onnx: expected one uint8 or float32 input, found .*double"):
            open_backend("onnx", HERE / "double.onnx", card=card(tmp_path))

    def test_a_card_with_other_classes_is_refused(self, tmp_path: Path) -> None:
        eleven = card(tmp_path, classes=(*"0123456789", "not a digit"))
        with pytest.raises(ModelError, match=r"flat\.onnx: gives 10 outputs, its card names 11 classes"):
            open_backend("onnx", HERE / "flat.onnx", card=eleven)

    def test_opencv_says_who_runs_it(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="use --backend onnx"):
            open_backend("opencv", HERE / "flat.onnx", card=card(tmp_path))


DAMAGE = {
    "cut short": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "text": lambda content: b"hello, this is no model at all" * 20,
    "zeros": lambda content: bytes(2000),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(("name", "model"), CARDED)
def test_a_damaged_file_is_one_clear_line(name: str, model: Path, damage: str, tmp_path: Path) -> None:
    broken = tmp_path / f"broken{model.suffix}"
    broken.write_bytes(DAMAGE[damage](model.read_bytes()))

    with pytest.raises(NumbreError) as error:
        open_backend(name, broken, card=card(tmp_path, input=InputSpec()))

    assert str(error.value).startswith(f"{broken}: ")
    assert "\n" not in str(error.value)


class TestChoice:
    def test_auto_takes_the_first_installed_that_runs_the_format(self) -> None:
        assert BACKENDS == ("onnx", "tflite", "opencv")
        assert open_backend("auto", TINY).name == "onnx"

    @needs_litert
    def test_auto_takes_litert_for_its_format(self) -> None:
        assert open_backend("auto", HERE / "tiny.tflite").name == "tflite"

    def test_without_onnxruntime_auto_takes_opencv(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("numbre_edge.backends.find_spec", lambda name: name == "cv2" or None)
        assert installed() == ["opencv"]
        assert open_backend("auto", TINY).name == "opencv"

    def test_a_runtime_that_is_missing_is_never_replaced_silently(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("numbre_edge.backends.find_spec", lambda name: name == "cv2" or None)
        with pytest.raises(BackendError, match="backend onnx is not installed: pip install onnxruntime"):
            open_backend("onnx", TINY)
        with pytest.raises(BackendError, match=r"no runtime .* is installed: pip install 'numbre-edge\[tflite\]'"):
            open_backend("auto", HERE / "tiny.tflite")

    @pytest.mark.parametrize(
        ("name", "model", "use"), [("tflite", TINY, "onnx or opencv"), ("onnx", HERE / "tiny.tflite", "tflite")]
    )
    def test_a_runtime_for_another_format_is_wrong_usage(self, name: str, model: Path, use: str) -> None:
        with pytest.raises(UsageError, match=f"backend {name} does not run .*; use --backend {use}"):
            open_backend(name, model)

    def test_an_unknown_one_is_wrong_usage(self) -> None:
        with pytest.raises(UsageError, match="no backend 'magic'"):
            open_backend("magic", TINY)


def test_a_model_of_another_preprocessing_is_refused_by_all(tmp_path: Path) -> None:
    newer = tmp_path / "card.json"
    newer.write_text(ModelCard(name="newer", preprocessing=7).to_json())
    shutil.copy(TINY, tmp_path / "m.onnx")

    for name in ("onnx", "opencv", "auto"):
        with pytest.raises(ModelError, match="wants preprocessing version 7"):
            open_backend(name, tmp_path / "m.onnx", card=newer)
