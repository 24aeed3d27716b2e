"""The tiny models that tests open, by each runtime that takes them, and a card for those without one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.model import InputSpec, ModelCard

HERE = Path(__file__).parent  # its models are made by make_models.py
TINY = HERE.parent / "cli" / "tiny.onnx"  # made by make_tiny_model.py there
LITE = HERE / "tiny.tflite"
MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]

needs_litert = pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="needs numbre-edge[tflite]")
EVERY = [pytest.param(name, marks=needs_litert if name == "tflite" else ()) for name in RUNTIMES]
CARDED = [
    pytest.param("onnx", TINY, id="onnx"),
    pytest.param("opencv", TINY, id="opencv"),
    pytest.param("tflite", LITE, id="tflite", marks=needs_litert),
]


def card(folder: Path, **changes: object) -> Path:
    """Write the card that a model of floats from 0 to 1 needs."""
    values = {"output": "logits", "input": InputSpec(dtype="float32", scale=1 / 255)} | changes
    path = folder / "card.json"
    path.write_text(ModelCard(name="theirs", preprocessing=1, **values).to_json())  # type: ignore[arg-type]
    return path
