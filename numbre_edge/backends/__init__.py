"""28x28 patches -> probabilities, tiles of a page -> where digits stand, by whichever inference runtime is there."""

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


class FinderBackend(Protocol):
    """An inference runtime with a finder loaded."""

    name: str
    model: Model

    def answer(self, tiles: Pixels) -> Floats:
        """Return (N, C) float32, all that the finder says of N uint8 tiles of its card's shape, N at least 1."""
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

    loaded = load_model(model, card=card) if model else None
    runtime = _runtime(name, loaded, runtimes)
    return CheckedBackend(runtime, loaded or load_model(default_model(runtime.format)))


def open_finder(
    name: str = "auto", model: Path | None = None, *, runtimes: Mapping[str, Runtime] = RUNTIMES
) -> FinderBackend:
    """Load a finder into a runtime; arguments and errors as for :func:`open_backend`."""
    from numbre_edge.backends.checked import CheckedFinder
    from numbre_edge.model import default_finder, load_model

    loaded = load_model(model) if model else None
    runtime = _runtime(name, loaded, runtimes)
    return CheckedFinder(runtime, loaded or load_model(default_finder(runtime.format)))


def _runtime(name: str, model: Model | None, runtimes: Mapping[str, Runtime]) -> Runtime:
    """Choose the runtime of that name, or ``auto``, for a model, or for one shipped with each."""
    if name != "auto" and name not in runtimes:
        raise UsageError(f"no backend {name!r}; there are {', '.join(runtimes)} and auto")
    suitable = [runtime for runtime in runtimes.values() if model is None or runtime.format == model.format]
    if name == "auto":
        ready = [runtime for runtime in suitable if runtime.installed]
        if not ready:
            raise BackendError(f"no runtime for this model is installed: {suitable[0].install}")
        return ready[0]
    runtime = runtimes[name]
    if model is not None and runtime not in suitable:
        others = " or ".join(other.name for other in suitable)
        raise UsageError(f"backend {name} does not run {model.path}; use --backend {others}")
    if not runtime.installed:
        raise BackendError(f"backend {name} is not installed: {runtime.install}")
    return runtime
