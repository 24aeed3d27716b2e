"""28x28 patches -> probabilities, by whichever inference runtime is there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from numbre_edge.errors import BackendError, ModelError, UsageError
from numbre_edge.model import Format, Model, default_model, load_model
from numbre_edge.types import Floats, Pixels

BACKENDS = ("onnx", "tflite", "opencv")
_MODULES = {"onnx": "onnxruntime", "tflite": "ai_edge_litert", "opencv": "cv2"}
_INSTALL = {"onnx": "onnxruntime", "tflite": "'numbre-edge[tflite]'", "opencv": "opencv-python-headless"}
_FORMATS: dict[str, Format] = {"onnx": "onnx", "tflite": "tflite", "opencv": "onnx"}


class Backend(Protocol):
    """An inference runtime with one model loaded. Layout, batching and quantization are its secret."""

    name: str
    model: Model

    def predict(self, pixels: Pixels) -> Floats:
        """Return (N, C) float32 probabilities, rows summing to 1, of (N, 28, 28) uint8 patches."""
        ...


def installed() -> list[str]:
    """Return the backends whose packages are installed, in the order ``auto`` tries them."""
    return [name for name in BACKENDS if find_spec(_MODULES[name])]


def open_backend(name: str = "auto", model: Path | None = None, *, card: Path | None = None) -> Backend:
    """Load ``model`` into a runtime.

    Args:
        name: one of BACKENDS, or ``auto``: the first installed that runs the model's format.
        model: an ``.onnx`` or ``.tflite`` file; None takes the shipped default for the backend.
        card: the card of a model that has none inside.

    Raises:
        UsageError: no such backend, or one that does not run this format.
        BackendError: not installed, or the runtime refused the model.
        ModelError: the file or its card.
    """
    if name != "auto" and name not in BACKENDS:
        raise UsageError(f"no backend {name!r}; there are {', '.join(BACKENDS)} and auto")
    loaded = load_model(model, card=card) if model else None
    suitable = [b for b in BACKENDS if loaded is None or _FORMATS[b] == loaded.format]
    if name == "auto":
        ready = [b for b in suitable if b in installed()]
        if not ready:
            raise BackendError(f"no runtime for this model is installed: pip install {_INSTALL[suitable[0]]}")
        name = ready[0]
    elif name not in suitable:
        raise UsageError(f"backend {name} does not run {model}; use --backend {' or '.join(suitable)}")
    elif name not in installed():
        raise BackendError(f"backend {name} is not installed: pip install {_INSTALL[name]}")
    return _open(name, loaded or load_model(default_model(_FORMATS[name])))


def _open(name: str, model: Model) -> Backend:
    backend: Backend
    if name == "onnx":
        from numbre_edge.backends.onnx import OnnxBackend

        backend = OnnxBackend(model)
    elif name == "tflite":
        from numbre_edge.backends.tflite import TfliteBackend

        backend = TfliteBackend(model)
    else:
        from numbre_edge.backends.opencv import OpenCVBackend

        backend = OpenCVBackend(model)
    return _Checked(backend)


class _Checked:
    """A backend whose answers are what the card says, or an error."""

    def __init__(self, backend: Backend) -> None:
        import numpy as np

        self._backend = backend
        self.name, self.model = backend.name, backend.model
        classes = self.predict(np.zeros((1, 28, 28), np.uint8)).shape[1]
        if classes != len(self.model.card.classes):
            raise ModelError(
                f"{self.model.path}: gives {classes} outputs, its card names {len(self.model.card.classes)} classes"
            )

    def predict(self, pixels: Pixels) -> Floats:
        import numpy as np

        if not len(pixels):
            return np.zeros((0, len(self.model.card.classes)), np.float32)
        outputs = self._backend.predict(pixels)
        if outputs.ndim != 2 or len(outputs) != len(pixels) or not np.isfinite(outputs).all():
            raise BackendError(f"{self.model.path}: {self.name} gave no usable answer (shape {outputs.shape})")
        if self.model.card.output == "logits":
            outputs = np.exp(outputs - outputs.max(1, keepdims=True))
        # Quantized probabilities are multiples of 1/256: their sum is only nearly 1.
        return np.asarray(outputs / outputs.sum(1, keepdims=True), np.float32)
