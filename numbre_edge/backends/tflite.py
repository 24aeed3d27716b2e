"""LiteRT, formerly TensorFlow Lite."""

from __future__ import annotations

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from numbre_edge.backends.session import Batch
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats


class TfliteSession:
    """A ``.tflite`` model on one CPU thread, for one thread at a time."""

    def __init__(self, model: Model) -> None:
        self._path = model.path
        try:
            self._interpreter = Interpreter(model_content=model.content, num_threads=1)
            self._interpreter.allocate_tensors()
            inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as exc:
            raise ModelError(f"{model.path}: LiteRT cannot load it: {str(exc).splitlines()[0]}") from exc
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelError(f"{model.path}: has {len(inputs)} inputs and {len(outputs)} outputs; expected one of each")
        self._input, self._output = inputs[0], outputs[0]
        self._batch = int(self._input["shape"][0])
        self.shape = tuple(int(size) if size > 0 else None for size in self._input["shape_signature"])
        self.dtype = np.dtype(self._input["dtype"]).name
        scale, zero_point = self._input["quantization"]  # 0 and 0 where there is none
        self.quantization = (float(scale), int(zero_point)) if scale else None

    def run(self, batch: Batch) -> Floats:
        try:
            if len(batch) != self._batch:
                self._interpreter.resize_tensor_input(self._input["index"], batch.shape)
                self._interpreter.allocate_tensors()
                self._batch = len(batch)
            self._interpreter.set_tensor(self._input["index"], batch)
            self._interpreter.invoke()
            outputs = self._interpreter.get_tensor(self._output["index"])
        except (ValueError, RuntimeError) as exc:
            raise BackendError(f"{self._path}: LiteRT failed: {str(exc).splitlines()[0]}") from exc
        if outputs.dtype != np.float32:
            scale, zero_point = self._output["quantization"]
            outputs = (outputs.astype(np.float32) - zero_point) * scale
        return np.asarray(outputs, np.float32).reshape(len(batch), -1)
