"""onnxruntime."""

from __future__ import annotations

import os

import numpy as np

from numbre_edge.backends.layout import arranged
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats, Pixels

# Version 1.29 and later write a device id below HOME when imported, unless told not to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_TYPES: dict[str, np.dtype[np.uint8] | np.dtype[np.float32]] = {
    "tensor(uint8)": np.dtype(np.uint8),
    "tensor(float)": np.dtype(np.float32),
}


class OnnxBackend:
    """An ``.onnx`` model on one CPU thread."""

    name = "onnx"

    def __init__(self, model: Model) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.model = model
        try:
            self._session = onnxruntime.InferenceSession(model.content, options, providers=["CPUExecutionProvider"])
        except Exception as exc:  # onnxruntime's exceptions share no base but this
            raise ModelError(f"{model.path}: onnxruntime cannot load it: {_first_line(exc)}") from exc
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _TYPES:
            raise ModelError(f"{model.path}: expected one uint8 or float32 input, found {[i.type for i in inputs]}")
        self._input = inputs[0]

    def predict(self, pixels: Pixels) -> Floats:
        batch = arranged(pixels, self._input.shape, _TYPES[self._input.type], self.model)
        step = self._input.shape[0] if isinstance(self._input.shape[0], int) else len(batch)
        try:
            outputs = [
                self._session.run(None, {self._input.name: batch[i : i + step]})[0] for i in range(0, len(batch), step)
            ]
        except Exception as exc:
            raise BackendError(f"{self.model.path}: onnxruntime failed: {_first_line(exc)}") from exc
        return np.concatenate(outputs).reshape(len(pixels), -1)


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]
