"""OpenCV's own inference engine, for machines with nothing else."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.backends.session import Batch, first_line
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.model.onnx import read_onnx
from numbre_edge.quiet import quiet_opencv
from numbre_edge.types import Floats


class OpenCVSession:
    """An ``.onnx`` model in ``cv2.dnn``, for one thread at a time."""

    quantization: tuple[float, int] | None = None

    def __init__(self, model: Model) -> None:
        self._path = model.path
        file = read_onnx(model.content, str(model.path))
        self.shape, self.dtype = file.shape, file.dtype
        if self.dtype != "uint8":
            raise ModelError(f"{model.path}: the opencv backend runs exported uint8 models only; use --backend onnx")
        try:
            with quiet_opencv():  # its log shows names of the model's as they are
                self._net = cv2.dnn.readNetFromONNX(np.frombuffer(model.content, np.uint8))
        except cv2.error as exc:
            raise ModelError(f"{model.path}: OpenCV cannot load it: {first_line(exc)}") from exc

    def run(self, batch: Batch) -> Floats:
        try:
            with quiet_opencv():
                self._net.setInput(batch)
                outputs = self._net.forward()
        except cv2.error as exc:
            raise BackendError(f"{self._path}: OpenCV {cv2.__version__} failed: {first_line(exc)}") from exc
        return np.asarray(outputs, np.float32)
