"""28x28 patches -> probabilities, by whichever inference runtime is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from numbre_edge.backends.registry import RUNTIMES, Runtime
from numbre_edge.errors import BackendError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from numbre_edge.model import Model
    from numbre_edge.types import Floats, Pixels


class Backend(Protocol):
    """An inference runtime with one model loaded. Layout, batching, quantization and threads are its secret."""

    name: str
    model: Model

    def predict(self, pixels: Pixels) -> Floats:
        """Return (N, C) float32 probabilities, rows summing to 1, of (N, 28, 28) uint8 patches; any thread may ask."""
        ...


def open_backend(
    name: str = "auto",
    model: Path | None = None,
    *,
    card: Path | None = None,
    runtimes: Mapping[str, Runtime] = RUNTIMES,
) -> Backend:
    """Load ``model`` into a runtime.

    Args:
        name: one of ``runtimes``, or ``auto``: the first installed that runs the model's format.
        model: an ``.onnx`` or ``.tflite`` file; None takes the shipped default for the backend.
        card: the card of a model that has none inside.
        runtimes: those to choose from.

    Raises:
        UsageError: no such backend, or one that does not run this format.
        BackendError: not installed, or broken.
        ModelError: the file or its card, or a runtime that refused it.
    """
    from numbre_edge.backends.checked import CheckedBackend
    from numbre_edge.model import default_model, load_model

    if name != "auto" and name not in runtimes:
        raise UsageError(f"no backend {name!r}; there are {', '.join(runtimes)} and auto")
    loaded = load_model(model, card=card) if model else None
    suitable = [runtime for runtime in runtimes.values() if loaded is None or runtime.format == loaded.format]
    if name == "auto":
        ready = [runtime for runtime in suitable if runtime.installed]
        if not ready:
            raise BackendError(f"no runtime for this model is installed: {suitable[0].install}")
        runtime = ready[0]
    else:
        runtime = runtimes[name]
        if runtime not in suitable:
            others = " or ".join(other.name for other in suitable)
            raise UsageError(f"backend {name} does not run {model}; use --backend {others}")
        if not runtime.installed:
            raise BackendError(f"backend {name} is not installed: {runtime.install}")
    return CheckedBackend(runtime, loaded or load_model(default_model(runtime.format)))
