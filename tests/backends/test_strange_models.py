"""Models that are somebody else's, damaged, hostile or too large: run as their card says, or one clear error."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import open_backend
from numbre_edge.backends.memory import bounded
from numbre_edge.backends.registry import RUNTIMES, running
from numbre_edge.backends.session import first_line
from numbre_edge.errors import BackendError, ModelError, NumbreError
from numbre_edge.model import InputSpec, ModelCard
from tests.backends.models import CARDED, EVERY, HERE, LITE, TINY, card, needs_litert
from tests.conftest import RunPython

THEIRS = [
    pytest.param(HERE / "flat.onnx", "logits", id="(N, 784)"),
    pytest.param(HERE / "channels_first.onnx", "logits", id="(N, 1, 28, 28)"),
    pytest.param(HERE / "one_at_a_time.onnx", "logits", id="(1, 28, 28, 1)"),
    pytest.param(HERE / "channels_last.tflite", "probabilities", id="(N, 28, 28, 1) TFLite", marks=needs_litert),
]


class TestMemory:
    """A model of a few kilobytes can ask for all there is: a stranger's is tried within bounds, with a whole batch."""

    pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux bounds it")

    @pytest.mark.parametrize("name", running("onnx"))
    def test_more_than_half_a_gigabyte_is_refused(self, name: str) -> None:
        with pytest.raises(BackendError, match=r"greedy\.onnx: .*[Mm]emory"):
            open_backend(name, HERE / "greedy.onnx")

    def test_a_runtime_s_bad_alloc_is_said_to_be_memory(self) -> None:
        """Which allocation fails is chance, and so what it is told by."""
        told = first_line(RuntimeError("\n6 : Concat node: std::bad_alloc\nmore"))
        assert told == "out of memory: 6 : Concat node: std::bad_alloc"
        assert first_line(RuntimeError("a shape is wrong\nmore")) == "a shape is wrong"

    def test_afterwards_there_is_as_much_as_before(self) -> None:
        with bounded(2**24), pytest.raises(MemoryError):
            bytearray(2**28)
        assert len(bytearray(2**28)) == 2**28


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
        with pytest.raises(
            ModelError, match=r"double\.onnx: its input is \(N, 784\) .*double.*; expected uint8 or float"
        ):
            open_backend("onnx", HERE / "double.onnx", card=card(tmp_path))

    def test_texts_are_no_answer(self, tmp_path: Path) -> None:
        """Numpy makes numbers of texts that look like some."""
        with pytest.raises(
            ModelError, match=r"texts\.onnx: gives tensor\(string\); expected numbers, as tensor\(float"
        ):
            open_backend("onnx", HERE / "texts.onnx", card=card(tmp_path))

    def test_a_card_counts_for_the_shipped_model_too(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"gone\.json: cannot be read"):
            open_backend("auto", card=tmp_path / "gone.json")

    def test_a_card_with_other_classes_is_refused(self, tmp_path: Path) -> None:
        eleven = card(tmp_path, classes=(*"0123456789", "not a digit"))
        with pytest.raises(ModelError, match=r"flat\.onnx: gives 10 outputs, its card names 11 classes"):
            open_backend("onnx", HERE / "flat.onnx", card=eleven)

    def test_dark_ink_on_light_is_what_its_card_says(
        self, digits: NDArray[np.uint8], expected: NDArray[np.float32], tmp_path: Path
    ) -> None:
        """The flat model takes ``(255 - pixel) * -1/255 + 1``, which is ``pixel / 255``."""
        dark = InputSpec(dtype="float32", ink="0 on 255", scale=-1 / 255, offset=1.0)
        backend = open_backend("onnx", HERE / "flat.onnx", card=card(tmp_path, input=dark))
        np.testing.assert_allclose(backend.predict(digits), expected, atol=1e-5)

    @pytest.mark.parametrize(("name", "model"), CARDED)
    def test_a_card_with_another_shape_is_refused(self, name: str, model: Path, tmp_path: Path) -> None:
        flat = card(tmp_path, output="probabilities", input=InputSpec(shape=(784,)))
        message = (
            rf"{model.name}: its input is \(\w, 28, 28\) uint8, its card's input\.shape says \[784\]: make that \[28,"
        )
        with pytest.raises(ModelError, match=message):
            open_backend(name, model, card=flat)

    def test_a_card_with_another_type_of_input_is_refused(self, tmp_path: Path) -> None:
        """Fed pixels of 0 to 255 as they are, a model of floats is sure of everything."""
        with pytest.raises(
            ModelError, match=r"flat\.onnx: its input is .* float32, its card's input\.dtype says uint8"
        ):
            open_backend("onnx", HERE / "flat.onnx", card=card(tmp_path, input=InputSpec()))
        with pytest.raises(
            ModelError, match=r"tiny\.onnx: its input is .* uint8, its card's input\.dtype says float32"
        ):
            open_backend("onnx", TINY, card=card(tmp_path))

    @pytest.mark.parametrize(("name", "model"), [*CARDED, pytest.param("onnx", HERE / "flat.onnx", id="flat")])
    def test_a_card_with_another_output_is_refused(self, name: str, model: Path, tmp_path: Path) -> None:
        claimed, given = ("probabilities", "it gives values") if model.stem == "flat" else ("logits", "it gives prob")
        own = InputSpec(dtype="float32", scale=1 / 255) if model.stem == "flat" else InputSpec()
        with pytest.raises(ModelError, match=rf"{model.name}: its card's output is '{claimed}', but {given}"):
            open_backend(name, model, card=card(tmp_path, output=claimed, input=own))

    def test_a_card_with_another_quantization_of_the_input_is_refused(self, tmp_path: Path) -> None:
        other = InputSpec(quantization_scale=0.5, quantization_zero_point=3)
        with pytest.raises(ModelError, match=r"its input's quantization_scale .* are none; its card says \(0\.5, 3\)"):
            open_backend("onnx", TINY, card=card(tmp_path, output="probabilities", input=other))

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


def test_a_model_of_another_preprocessing_is_refused_by_all(tmp_path: Path) -> None:
    newer = tmp_path / "card.json"
    newer.write_text(ModelCard(name="newer", preprocessing=7).to_json())
    shutil.copy(TINY, tmp_path / "m.onnx")

    for name in ("onnx", "opencv", "auto"):
        with pytest.raises(ModelError, match="wants preprocessing version 7"):
            open_backend(name, tmp_path / "m.onnx", card=newer)


@pytest.mark.parametrize("backend", EVERY)
def test_whatever_became_of_a_model_no_runtime_dies_of_it(backend: str, run_python: RunPython, tmp_path: Path) -> None:
    """A hundred damaged copies, as a bad card in a Raspberry Pi makes them: each is refused, or answers."""
    model = TINY if RUNTIMES[backend].format == "onnx" else LITE
    run = run_python(
        "-c",
        "import random, sys\n"
        "from pathlib import Path\n"
        "from numbre_edge.backends import open_backend\n"
        "from numbre_edge.errors import NumbreError\n"
        f"content, card = Path({str(model)!r}).read_bytes(), Path('card.json')\n"
        f"card.write_text({ModelCard(name='any', preprocessing=1).to_json()!r})\n"
        "for seed in range(100):\n"
        "    chance, damaged = random.Random(seed), bytearray(content)\n"
        "    for _ in range(chance.choice([1, 2, 4])):\n"
        "        damaged[chance.randrange(len(damaged))] = chance.randrange(256)\n"
        f"    path = Path('damaged{model.suffix}')\n"
        "    path.write_bytes(damaged)\n"
        "    try:\n"
        f"        open_backend({backend!r}, path, card=card)\n"
        "    except NumbreError as exc:\n"
        "        assert '\\n' not in str(exc), exc\n"
        "print('alive')",
        cwd=tmp_path,
    )
    assert run.stdout == "alive\n", run.stderr


def test_opencv_shows_nothing_of_a_model_it_cannot_load(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its log has the names of a model's parts in it as they are, and they may give a terminal orders."""
    path = tmp_path / "m.onnx"
    path.write_bytes(TINY.read_bytes().replace(b"MatMul", b"Resize"))
    with pytest.raises(ModelError, match=r"m\.onnx: OpenCV cannot load it"):
        open_backend("opencv", path)
    assert capfd.readouterr() == ("", "")
