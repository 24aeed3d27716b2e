"""LiteRT, formerly TensorFlow Lite."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from numbre_edge.backends.session import Batch, first_line
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats


class _Greeting:
    """What LiteRT says to stderr when a process first uses it, and has no setting against (version 2.3)."""

    _TEXT = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = False

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Send stderr to a file meanwhile, and on from there all but this text: whoever writes what loses nothing."""
        with self._lock:
            if self._said:
                yield
                return
            try:
                stderr = os.dup(2)
            except OSError:  # closed: nobody reads it
                yield
                return
            with tempfile.TemporaryFile() as held:
                os.dup2(held.fileno(), 2)
                try:
                    yield
                finally:
                    os.dup2(stderr, 2)
                    os.close(stderr)
                    held.seek(0)
                    said = held.read()
                    self._said = self._TEXT in said
                    os.write(2, said.replace(self._TEXT, b""))


_greeting = _Greeting()


class TfliteSession:
    """A ``.tflite`` model on one CPU thread, for one thread at a time."""

    def __init__(self, model: Model) -> None:
        self._path = model.path
        try:
            with _greeting.held_back():
                self._interpreter = Interpreter(model_content=model.content, num_threads=1)
                self._interpreter.allocate_tensors()
            inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as exc:
            raise ModelError(f"{model.path}: LiteRT cannot load it: {first_line(exc)}") from exc
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
            raise BackendError(f"{self._path}: LiteRT failed: {first_line(exc)}") from exc
        if outputs.dtype != np.float32:
            scale, zero_point = self._output["quantization"]
            outputs = (outputs.astype(np.float32) - zero_point) * scale
        return np.asarray(outputs, np.float32)
