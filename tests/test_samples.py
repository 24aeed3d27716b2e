"""The pictures in samples/ read as what was written on them, whatever runs the model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge import Reader
from numbre_edge.backends.registry import RUNTIMES

ROOT = Path(__file__).parents[1]
EXPECTED = {
    line["source"]: line["texts"]
    for line in map(json.loads, (ROOT / "samples" / "expected.jsonl").read_text(encoding="utf-8").splitlines())
}
MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@pytest.fixture(scope="module", params=RUNTIMES)
def reader(request: pytest.FixtureRequest) -> Reader:
    """Each backend with its shipped default: float32 for onnx and opencv, int8 for tflite."""
    return Reader(backend=request.param)


@pytest.mark.parametrize("picture", EXPECTED)
def test_a_sample_reads_as_it_was_written(reader: Reader, picture: str) -> None:
    assert [reading.text for reading in reader.read(ROOT / picture)] == EXPECTED[picture]


def test_every_sample_has_its_expectation() -> None:
    pictures = {f"samples/{path.name}" for path in (ROOT / "samples").iterdir() if path.suffix in (".jpg", ".png")}

    assert pictures == set(EXPECTED)


def test_backends_with_the_same_weights_give_the_same_probabilities(mnist_sample: MnistSample) -> None:
    digits, _ = mnist_sample

    onnx, opencv = (Reader(backend=name).backend.predict(digits) for name in ("onnx", "opencv"))

    np.testing.assert_allclose(opencv, onnx, atol=1e-4)


def test_quantized_weights_read_the_same_digits(mnist_sample: MnistSample) -> None:
    digits, _ = mnist_sample

    onnx, tflite = (Reader(backend=name).backend.predict(digits) for name in ("onnx", "tflite"))

    np.testing.assert_array_equal(tflite.argmax(1), onnx.argmax(1))


@pytest.mark.parametrize("backend", RUNTIMES)
def test_a_digit_reads_the_same_alone_and_among_others(backend: str, mnist_sample: MnistSample) -> None:
    digits, _ = mnist_sample
    loaded = Reader(backend=backend).backend

    together = loaded.predict(digits)
    alone = np.concatenate([loaded.predict(digit[np.newaxis]) for digit in digits[::10]])

    np.testing.assert_allclose(alone, together[::10], atol=1e-5)
