"""The shipped finder, in whatever runtime, reads what a person reads at a glance."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.errors import UsageError
from numbre_edge.model import FORMATS, shipped_network
from numbre_edge.reader import Reader

SAMPLES = Path(__file__).parents[2] / "samples"
# By the networks alone: in float32 a 4 beside the number, at 30 %; in int8 a 7 twice. Both ways read all.
MISREAD = {"onnx": ("jpeg-noise.jpg",), "opencv": ("jpeg-noise.jpg",), "tflite": ("page-of-numbers.jpg",)}
EXPECTED = {
    Path(row["source"]).name: row["texts"]
    for row in map(json.loads, (SAMPLES / "expected.jsonl").read_text().splitlines())
}
EVERY = [
    pytest.param(name, marks=[pytest.mark.skipif(find_spec(runtime.module) is None, reason=runtime.install)])
    for name, runtime in RUNTIMES.items()
]


@pytest.mark.parametrize("backend", EVERY)
def test_samples_are_read(backend: str) -> None:
    reader = Reader(finder="learned", backend=backend)
    names = [name for name in EXPECTED if name not in MISREAD.get(backend, ())]

    read = {name: [reading.text for reading in reader.read(SAMPLES / name)] for name in names}

    assert read == {name: texts for name, texts in EXPECTED.items() if name in read}


@pytest.mark.parametrize("backend", EVERY)
def test_digits_of_displays_counters_and_print_are_read(backend: str) -> None:
    reader = Reader(finder="printed", backend=backend)
    lines = map(json.loads, (SAMPLES / "printed" / "expected.jsonl").read_text(encoding="utf-8").splitlines())
    wanted = {line["source"]: digits_of(line["texts"]) for line in lines}

    assert {
        name: digits_of(reading.text for reading in reader.read(SAMPLES.parent / name)) for name in wanted
    } == wanted


def digits_of(texts: Iterable[str]) -> str:
    return "".join(re.findall(r"\d", "".join(texts)))


@pytest.mark.parametrize("finder", ["finder", "printed-finder"])
def test_the_files_are_small(finder: str) -> None:
    sizes = {kind: shipped_network(finder, kind).stat().st_size for kind in FORMATS}

    assert sizes["onnx"] <= 1_500_000
    assert sizes["tflite"] <= 450_000


def test_a_finder_of_another_name_is_refused() -> None:
    known = "components, learned, transcribed, both, printed"
    with pytest.raises(UsageError, match=f"no finder 'rules'; there are {known}"):
        Reader(finder="rules")
