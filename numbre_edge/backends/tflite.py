"""LiteRT, formerly TensorFlow Lite."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from numbre_edge.backends.session import Batch, first_line
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats

_PATIENCE = 1.0  # seconds


class _Greeting:
    """What LiteRT says to stderr when a process first uses it, and has no setting against (version 2.3)."""

    _TEXT = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = False

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Send stderr through a pipe meanwhile, and on from there all but this text: whoever writes loses nothing.

        What others write at its end may come a line later than what they write next.
        """
        with self._lock:
            if self._said:
                yield
                return
            try:
                stderr, out = os.dup(2), os.dup(2)
            except OSError:  # closed: nobody reads it
                yield
                return
            read, write = os.pipe()
            # Only the last writer's end ends a pipe: a write that is under way at the end still arrives.
            passing = threading.Thread(target=self._pass_on, args=(read, out), daemon=True)
            passing.start()
            try:
                os.dup2(write, 2)
                os.close(write)
                yield
            finally:
                os.dup2(stderr, 2)
                os.close(stderr)
                passing.join(_PATIENCE)  # a child that was started meanwhile keeps the pipe open

    def _pass_on(self, read: int, out: int) -> None:
        with open(read, "rb") as lines, open(out, "wb") as stderr:
            for line in lines:
                if line == self._TEXT:
                    self._said = True
                    continue
                with suppress(OSError):  # nobody reads it any more: what writes to the pipe must not wait for ever
                    stderr.write(line)
                    stderr.flush()


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
