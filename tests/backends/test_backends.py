"""Whatever the runtime: opened by name, or the first there is; 28x28 patches in, probabilities out."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import Backend, open_backend, open_network
from numbre_edge.backends.checked import BATCH
from numbre_edge.backends.registry import RUNTIMES, Runtime, running
from numbre_edge.errors import BackendError, ModelError, UsageError
from numbre_edge.model import InputSpec
from tests.backends.models import CARDED, EVERY, HERE, LITE, TINY, card, needs_litert
from tests.conftest import RunPython

ONLY_OPENCV: dict[str, Runtime] = {
    name: runtime if name == "opencv" else replace(runtime, module="not_installed")
    for name, runtime in RUNTIMES.items()
}


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


@dataclass
class Scripted:
    """A runtime that answers with the column of a patch's brightest pixel, eight patches at a time."""

    quantization: tuple[float, int] | None = None
    shape: tuple[int | None, ...] = (8, 28, 28)
    dtype: str = "uint8"
    inside: int = 0
    sizes: list[int] = field(default_factory=list)

    def run(self, batch: NDArray[np.generic]) -> NDArray[np.float32]:
        self.inside += 1
        assert self.inside == 1, "two threads at once"
        time.sleep(0)  # lets others in
        self.sizes.append(len(batch))
        self.inside -= 1
        return np.eye(10, dtype=np.float32)[batch.reshape(len(batch), -1).argmax(1) % 10]


class TestSeam:
    """What a session need not care about."""

    @pytest.fixture
    def session(self) -> Scripted:
        return Scripted()

    @pytest.fixture
    def backend(self, session: Scripted) -> Backend:
        scripted = Runtime("scripted", "sys", "scripted", "onnx", lambda model: session)
        return open_backend("scripted", TINY, runtimes={"scripted": scripted})

    def test_batches_of_a_fixed_size_are_filled_up(self, session: Scripted, backend: Backend) -> None:
        pixels = np.zeros((19, 28, 28), np.uint8)
        pixels[np.arange(19), 0, np.arange(19)] = 255

        assert backend.predict(pixels).argmax(1).tolist() == [column % 10 for column in range(19)]
        assert set(session.sizes) == {8}

    def test_a_fixed_batch_that_takes_all_memory_is_refused(self) -> None:
        huge = Runtime("huge", "sys", "huge", "onnx", lambda model: Scripted(shape=(10**9, 28, 28)))
        with pytest.raises(ModelError, match=r"its input is \(1000000000, 28, 28\) uint8, too many at once"):
            open_backend("huge", TINY, runtimes={"huge": huge})

    def test_threads_come_one_after_another(self, backend: Backend) -> None:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(backend.predict, [np.zeros((20, 28, 28), np.uint8)] * 100))

    @pytest.mark.parametrize("answer", [np.zeros((7, 10)), np.full((8, 10), np.nan), np.zeros(()), np.zeros((8, 0))])
    def test_an_answer_that_is_none_is_an_error(self, answer: NDArray[np.float32], session: Scripted) -> None:
        session.run = lambda batch: answer  # type: ignore[method-assign]
        scripted = Runtime("scripted", "sys", "scripted", "onnx", lambda model: session)
        with pytest.raises(BackendError, match=r"tiny\.onnx: scripted gave no usable answer \(shape "):
            open_backend("scripted", TINY, runtimes={"scripted": scripted})

    @staticmethod
    def opened(answer: NDArray[np.float32], folder: Path, **changes: object) -> Backend:
        session = Scripted()
        session.run = lambda batch: answer  # type: ignore[method-assign]
        scripted = Runtime("scripted", "sys", "scripted", "onnx", lambda model: session)
        uint8 = card(folder, input=InputSpec(), **changes)
        return open_backend("scripted", TINY, card=uint8, runtimes={"scripted": scripted})

    def test_nothing_is_no_probability_of_however_many_classes(self, tmp_path: Path) -> None:
        """Of three hundred, each as near as one of 256 levels is, the sum may be anything."""
        many = (*"0123456789", *(f"other {number}" for number in range(290)))
        with pytest.raises(ModelError, match="'probabilities', but it gives values from 0 to 0 in rows that sum to 0"):
            self.opened(np.zeros((8, 300), np.float32), tmp_path, classes=many, output="probabilities")

    def test_logits_may_be_as_large_as_numbers_are(self, tmp_path: Path) -> None:
        answer = np.full((8, 10), -3e38, np.float32)
        answer[:, 4] = 3e38
        rows = self.opened(answer, tmp_path).predict(np.zeros((8, 28, 28), np.uint8))
        np.testing.assert_array_equal(rows, [[0, 0, 0, 0, 1, 0, 0, 0, 0, 0]] * 8)


class TestManyPatches:
    @pytest.mark.parametrize("name", EVERY)
    def test_they_are_what_each_is_alone(self, name: str, digits: NDArray[np.uint8]) -> None:
        """The last batch is smaller than the others, and none writes into the answers of another."""
        backend = open_backend(name)
        many = np.concatenate([digits, digits[::-1], digits])[: 2 * BATCH + 21]
        alone = np.concatenate([backend.predict(digit[None]) for digit in many])

        if name == "tflite":  # integers
            np.testing.assert_array_equal(backend.predict(many), alone)
        else:
            np.testing.assert_allclose(backend.predict(many), alone, atol=1e-5)

    @pytest.mark.parametrize("name", EVERY)
    @pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads its peak memory from there")
    def test_they_need_no_more_memory_than_a_few(self, name: str, run_python: RunPython) -> None:
        """At once, 2,000 took 300 MB more in onnxruntime, 120 in OpenCV."""
        run = run_python(
            "-c",
            "import re, numpy as np\n"
            "from numbre_edge.backends import open_backend\n"
            "def peak(): return int(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1]) / 1024\n"
            f"backend = open_backend({name!r})\n"
            "pixels = np.full((2000, 28, 28), 9, np.uint8)\n"
            "before = peak()\n"
            "backend.predict(pixels)\n"
            "print(peak() - before)",
        )
        assert float(run.stdout) < 40, run.stderr  # MB


@pytest.mark.parametrize("name", EVERY)
def test_threads_may_share_one(name: str, digits: NDArray[np.uint8]) -> None:
    backend = open_backend(name)
    batches = [digits[at : at + size] for at in range(0, 90, 6) for size in (1, 4, 7)]
    alone = [backend.predict(batch).argmax(1).tolist() for batch in batches]

    with ThreadPoolExecutor(4) as threads:
        shared = list(threads.map(lambda batch: backend.predict(batch).argmax(1).tolist(), batches * 8))

    assert shared == alone * 8


class TestChoice:
    def test_auto_takes_the_first_installed_that_runs_the_format(self) -> None:
        assert tuple(RUNTIMES) == ("onnx", "tflite", "opencv")
        assert (running("onnx"), running("tflite")) == (("onnx", "opencv"), ("tflite",))
        assert open_backend("auto", TINY).name == "onnx"

    @needs_litert
    def test_auto_takes_litert_for_its_format(self) -> None:
        assert open_backend("auto", LITE).name == "tflite"

    def test_without_onnxruntime_auto_takes_opencv(self) -> None:
        assert open_backend("auto", TINY, runtimes=ONLY_OPENCV).name == "opencv"

    def test_a_runtime_that_is_missing_is_never_replaced_silently(self) -> None:
        with pytest.raises(BackendError, match="backend onnx is not installed: pip install onnxruntime"):
            open_backend("onnx", TINY, runtimes=ONLY_OPENCV)
        with pytest.raises(BackendError, match=r"no runtime .* is installed: pip install 'numbre-edge\[tflite\]'"):
            open_backend("auto", LITE, runtimes=ONLY_OPENCV)

    @needs_litert
    def test_a_shipped_model_s_name_takes_the_backend_s_format(self) -> None:
        assert open_backend("auto", Path("numbre")).model.path.name == "numbre.onnx"
        assert open_backend("tflite", Path("numbre")).model.path.name == "numbre.int8.tflite"

    def test_a_model_that_is_not_there_is_wrong_usage(self) -> None:
        with pytest.raises(UsageError, match=r"gone\.onnx: no such file, nor a shipped model"):
            open_backend("auto", Path("gone.onnx"))

    @pytest.mark.parametrize("source", ["raise ImportError('libonnx.so: cannot open\\nshared object')", ""])
    def test_a_runtime_that_is_installed_but_broken_says_so(
        self, source: str, tmp_path: Path, run_python: RunPython
    ) -> None:
        (tmp_path / "onnxruntime.py").write_text(source)
        run = run_python(
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
            "from numbre_edge.backends import open_backend\n"
            "from numbre_edge.errors import BackendError\n"
            "try:\n    open_backend('onnx')\nexcept BackendError as exc:\n    print(exc)",
        )
        assert run.stdout.startswith("backend onnx is broken: importing onnxruntime fails: "), run.stderr
        assert run.stdout.endswith("; numbre-edge doctor says what mends it\n")

    @pytest.mark.parametrize(("name", "model", "use"), [("tflite", TINY, "onnx or opencv"), ("onnx", LITE, "tflite")])
    def test_a_runtime_for_another_format_is_wrong_usage(self, name: str, model: Path, use: str) -> None:
        with pytest.raises(UsageError, match=f"backend {name} does not run .*; use --backend {use}"):
            open_backend(name, model)

    def test_an_unknown_one_is_wrong_usage(self) -> None:
        with pytest.raises(UsageError, match="no backend 'magic'"):
            open_backend("magic", TINY)


@pytest.mark.parametrize("name", running("onnx"))
def test_a_finder_answers_for_each_cell_of_any_number_of_tiles(name: str) -> None:
    tiles = np.random.default_rng(0).integers(0, 256, (19, 32, 32), np.uint8)

    cells = open_network("finder", name, HERE / "finder.onnx").answer(tiles).reshape(19, 8, 8, -1)

    brightness = tiles.reshape(19, 8, 4, 8, 4).mean((2, 4))
    assert np.allclose(cells, brightness[..., np.newaxis], atol=1e-3)


def test_a_finder_is_no_classifier_nor_the_other_way_round() -> None:
    with pytest.raises(ModelError, match=r"finder.onnx: is a finder; expected a classifier"):
        open_backend("onnx", HERE / "finder.onnx")
    with pytest.raises(ModelError, match=r"tiny.onnx: is a classifier; expected a finder"):
        open_network("finder", "onnx", TINY)


@needs_litert
def test_litert_does_not_greet_and_nobody_else_is_silenced(run_python: RunPython) -> None:
    run = run_python(
        "-c",
        "import os, sys, threading\n"
        "done = threading.Event()\n"
        "def talk():\n"
        "    for number in range(10 ** 9):\n"
        "        os.write(2, b'%d\\n' % number)\n"
        "        if done.is_set() or number > 10 ** 5: break\n"
        "talker = threading.Thread(target=talk)\n"
        "from numbre_edge.backends import open_backend\n"
        "talker.start()\n"
        "open_backend('tflite')\n"
        "done.set(); talker.join()\n"
        "os.write(2, b'end')",
    )
    *numbers, end = run.stderr.splitlines()
    assert (sorted(map(int, numbers)), end) == ([*range(len(numbers))], "end")
