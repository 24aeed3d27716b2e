"""onnxruntime."""

from __future__ import annotations

import os

# Version 1.29 and later write a device id below HOME when imported, unless told not to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
from onnxruntime import InferenceSession, SessionOptions

from numbre_edge.backends.session import Batch, first_line
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats

_TYPES = {"tensor(uint8)": "uint8", "tensor(float)": "float32"}
_GIVEN = ("tensor(float)", "tensor(double)", "tensor(float16)")


class OnnxSession:
    """An ``.onnx`` model on one CPU thread; several threads may run it at once, each on its own."""

    quantization: tuple[float, int] | None = None

    def __init__(self, model: Model) -> None:
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what fails is told by its exception
        self._path = model.path
        try:
            # Without "fallback": it tries the same again, and says so on stdout.
            self._session = InferenceSession(
                model.content, options, providers=["CPUExecutionProvider"], enable_fallback=False
            )
            (taken,), (given,) = self._session.get_inputs(), self._session.get_outputs()
        except Exception as exc:  # onnxruntime's exceptions share no base but this
            raise ModelError(f"{model.path}: onnxruntime cannot load it: {first_line(exc)}") from exc
        if given.type not in _GIVEN:
            raise ModelError(f"{model.path}: gives {given.type}; expected numbers, as tensor(float)")
        self._input = taken.name
        self.shape = tuple(size if isinstance(size, int) else None for size in taken.shape)
        self.dtype = _TYPES.get(taken.type, taken.type)

    def run(self, batch: Batch) -> Floats:
        try:
            outputs = self._session.run(None, {self._input: batch})[0]
        except Exception as exc:
            raise BackendError(f"{self._path}: onnxruntime failed: {first_line(exc)}") from exc
        return np.asarray(outputs, np.float32)
