"""A model in a runtime that answers as its card says, in bounded memory, to any thread; or an error."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from numbre_edge.backends.layout import Layout
from numbre_edge.backends.memory import bounded
from numbre_edge.backends.registry import Runtime
from numbre_edge.backends.session import Session, first_line
from numbre_edge.errors import BackendError, ModelError
from numbre_edge.model import Model
from numbre_edge.types import Floats, Pixels

# Patches given to a runtime at once. Memory grows with it, by 0.15 MB a patch in onnxruntime; time per patch does not
# fall any more from 16 on (the shipped cnn on one x86-64 core: 332 us for 1, 298 for 8, 294 for 64, 296 for 1024 in
# onnxruntime; 717, 374, 336 and 383 in OpenCV; 70, 64, 63 and 64 in LiteRT).
BATCH = 64
# A finder's tiles given to a runtime at once. Time per tile is the same for 1 to 8 (3.2 ms in onnxruntime on one x86-64
# core), while 1, 2, 4 and 8 take 11, 14, 21 and 42 MB.
TILES = 2
_STEP = 1 / 256  # of a quantized probability
_NOT_NEARLY = 0.5  # that a row of probabilities is away from 1
_ROOM = 2**29  # bytes that a stranger's model may take; the shipped ones take 10 to 30 million with a whole batch


class Running:
    """A model of a kind, loaded into a runtime, for any thread.

    Args:
        runtime: to run the model in.
        model: of the runtime's format.
        kind: that its card must say it is.
        at_once: inputs given to the runtime at once.

    Raises:
        BackendError: the runtime is broken.
        ModelError: the runtime cannot run the model, or it is of another kind.
    """

    def __init__(self, runtime: Runtime, model: Model, *, kind: str, at_once: int) -> None:
        if model.card.kind != kind:
            raise ModelError(f"{model.path}: is a {model.card.kind}; expected a {kind}")
        self.name, self.model = runtime.name, model
        self._turn: AbstractContextManager[object] = nullcontext() if runtime.concurrent else threading.Lock()
        with nullcontext() if model.shipped else bounded(_ROOM):
            self._session = _loaded(runtime, model)
            self._layout = Layout(model, self._session)
            self._step = self._layout.batch or at_once
            if not model.shipped:  # how much memory it takes depends on nothing but how many there are
                self.outputs(np.zeros((self._step, *model.card.size), np.uint8))

    def outputs(self, pixels: Pixels) -> Floats:
        """Return what the model gives for (N, ...) uint8, N at least 1, whatever it is: (N, C) float32, finite."""
        return np.concatenate([self._run(pixels[at : at + self._step]) for at in range(0, len(pixels), self._step)])

    def _run(self, pixels: Pixels) -> Floats:
        """Return what it gives for at most a batch of them."""
        batch = self._layout.arranged(pixels)
        with self._turn:
            outputs = self._session.run(batch)
        if outputs.shape[:1] != (len(batch),) or not outputs.size or not np.isfinite(outputs).all():
            raise BackendError(f"{self.model.path}: {self.name} gave no usable answer (shape {outputs.shape})")
        return outputs.reshape(len(batch), -1)[: len(pixels)]


class CheckedNetwork(Running):
    """What makes a ``Session`` a ``NetworkBackend``; raises as :class:`Running` does."""

    def answer(self, pixels: Pixels) -> Floats:
        return self.outputs(pixels)


class CheckedBackend(Running):
    """What makes a ``Session`` a ``Backend``; raises as :class:`Running` does, and ModelError for one whose answers
    are not what its card says.
    """

    def __init__(self, runtime: Runtime, model: Model) -> None:
        super().__init__(runtime, model, kind="classifier", at_once=BATCH)
        if not model.shipped:  # of what came along the sum was checked, and it was tried
            outputs = self.outputs(_probe())
            self._check_card(outputs)
            self._probabilities(outputs)

    def predict(self, pixels: Pixels) -> Floats:
        if not len(pixels):
            return np.zeros((0, len(self.model.card.classes)), np.float32)
        return self._probabilities(self.outputs(pixels))

    def _check_card(self, outputs: Floats) -> None:
        """Check that answers to the probe are what the card says they are."""
        path, card = self.model.path, self.model.card
        if outputs.shape[1] != len(card.classes):
            raise ModelError(f"{path}: gives {outputs.shape[1]} outputs, its card names {len(card.classes)} classes")
        if card.output == "logits" and _are_probabilities(outputs):
            raise ModelError(f"{path}: its card's output is 'logits', but it gives probabilities: make it that")

    def _probabilities(self, outputs: Floats) -> Floats:
        if self.model.card.output == "logits":
            outputs = np.exp(outputs.astype(np.float64) - outputs.max(1, keepdims=True))
        elif not _are_probabilities(outputs):
            sums = outputs.sum(1, dtype=np.float64)
            raise ModelError(
                f"{self.model.path}: its card's output is 'probabilities', but it gives values from "
                f"{outputs.min():.3g} to {outputs.max():.3g} in rows that sum to {sums.min():.3g} to {sums.max():.3g}; "
                "if its last layer is no softmax, make it 'logits'"
            )
        positive = np.maximum(outputs, 0)
        return np.asarray(positive / positive.sum(1, keepdims=True), np.float32)


def _are_probabilities(outputs: Floats) -> bool:
    """Whether rows are probabilities, each as near as one of 256 levels is."""
    off = np.abs(outputs.sum(1, dtype=np.float64) - 1).max()
    return bool(outputs.min() >= -_STEP and off <= min(outputs.shape[1] * _STEP, _NOT_NEARLY))


def _loaded(runtime: Runtime, model: Model) -> Session:
    try:
        return runtime.load(model)
    except ImportError as exc:
        raise BackendError(
            f"backend {runtime.name} is broken: importing {runtime.module} fails: {first_line(exc)}; "
            "numbre-edge doctor says what mends it"
        ) from exc


def _probe() -> Pixels:
    """Return (3, 28, 28) uint8: an empty patch, and one upright and one level stroke.

    Logits pass for probabilities only if they sum to 1 for all three.
    """
    patches = np.zeros((3, 28, 28), np.uint8)
    patches[1, 4:24, 12:16] = patches[2, 12:16, 4:24] = 255
    return patches
