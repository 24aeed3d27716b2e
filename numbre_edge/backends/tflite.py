"""LiteRT, formerly TensorFlow Lite."""

from __future__ import annotations

import numpy as np

from numbre_edge.backends.layout import arranged
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats, Pixels


class TfliteBackend:
    """A ``.tflite`` model on one CPU thread."""

    name = "tflite"

    def __init__(self, model: Model) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.model = model
        try:
            self._interpreter = Interpreter(model_content=model.content, num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as exc:
            raise ModelError(f"{model.path}: LiteRT cannot load it: {str(exc).splitlines()[0]}") from exc
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        self._batch = int(self._input["shape"][0])

    def predict(self, pixels: Pixels) -> Floats:
        shape = [int(size) for size in self._input["shape"]]
        batch = arranged(pixels, shape, np.dtype(self._input["dtype"]), self.model)
        try:
            if len(batch) != self._batch:
                self._interpreter.resize_tensor_input(self._input["index"], batch.shape)
                self._interpreter.allocate_tensors()
                self._batch = len(batch)
            self._interpreter.set_tensor(self._input["index"], batch)
            self._interpreter.invoke()
            outputs = self._interpreter.get_tensor(self._output["index"])
        except (ValueError, RuntimeError) as exc:
            raise BackendError(f"{self.model.path}: LiteRT failed: {str(exc).splitlines()[0]}") from exc
        if outputs.dtype != np.float32:
            scale, zero_point = self._output["quantization"]
            outputs = (outputs.astype(np.float32) - zero_point) * scale
        return np.asarray(outputs, np.float32).reshape(len(pixels), -1)
