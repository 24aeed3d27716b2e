"""OpenCV's own inference engine, for machines with nothing else."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.backends.session import Batch
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats


class OpenCVSession:
    """An ``.onnx`` model in ``cv2.dnn``, for one thread at a time."""

    dtype = "uint8"
    quantization: tuple[float, int] | None = None

    def __init__(self, model: Model) -> None:
        self._path = model.path
        self.shape: tuple[int | None, ...] = (None, *model.card.input.shape)  # OpenCV does not tell
        if model.card.input.dtype != "uint8":
            raise ModelError(f"{model.path}: the opencv backend runs exported uint8 models only; use --backend onnx")
        try:
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(model.content, np.uint8))
        except cv2.error as exc:
            raise ModelError(f"{model.path}: OpenCV cannot load it: {exc.err}") from exc

    def run(self, batch: Batch) -> Floats:
        try:
            self._net.setInput(batch)
            outputs = self._net.forward()
        except cv2.error as exc:
            raise BackendError(f"{self._path}: OpenCV {cv2.__version__} failed: {exc.err}") from exc
        # A copy: what forward gives is the network's own memory, which the next batch is written into.
        return np.array(outputs, np.float32).reshape(len(batch), -1)
