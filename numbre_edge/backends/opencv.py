"""OpenCV's own inference engine, for machines with nothing else."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats, Pixels


class OpenCVBackend:
    """An ``.onnx`` model in ``cv2.dnn``."""

    name = "opencv"

    def __init__(self, model: Model) -> None:
        self.model = model
        if model.card.input.dtype != "uint8":
            raise ModelError(f"{model.path}: the opencv backend runs exported uint8 models only; use --backend onnx")
        try:
            self._net = cv2.dnn.readNetFromONNX(np.frombuffer(model.content, np.uint8))
        except cv2.error as exc:
            raise ModelError(f"{model.path}: OpenCV cannot load it: {exc.err}") from exc

    def predict(self, pixels: Pixels) -> Floats:
        try:
            self._net.setInput(pixels)
            outputs = self._net.forward()
        except cv2.error as exc:
            raise BackendError(f"{self.model.path}: OpenCV {cv2.__version__} failed: {exc.err}") from exc
        return np.asarray(outputs, np.float32).reshape(len(pixels), -1)
