"""28x28 patches -> probabilities, tiles of a page -> where digits stand, by whichever inference runtime is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

from numbre_edge.backends.registry import RUNTIMES, Runtime
from numbre_edge.errors import BackendError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from numbre_edge.model import Format, Model
    from numbre_edge.types import Floats, Pixels


class Backend(Protocol):
    """An inference runtime with one model loaded. Layout, batching, quantization and threads are its secret."""

    name: str
    model: Model

    def predict(self, pixels: Pixels) -> Floats:
        """Return (N, C) float32 probabilities, rows summing to 1, of (N, 28, 28) uint8 patches; any thread may ask."""
        ...


class NetworkBackend(Protocol):
    """An inference runtime with a finder, a refiner or a transcriber loaded."""

    name: str
    model: Model

    def answer(self, pixels: Pixels) -> Floats:
        """Return (N, C) float32, all that it says of N uint8 tiles or crops of its card's shape, N at least 1."""
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
        model: an ``.onnx`` or ``.tflite`` file, or the name of a shipped one, in the format that the backend runs
            where it is there in several; None takes the shipped default for the backend.
        card: the card of a model that has none inside; one given wins over one inside.
        runtimes: those to choose from.

    Raises:
        UsageError: no such backend, or one that does not run this format.
        BackendError: not installed, or broken.
        ModelError: the file or its card, or a runtime that refused it.
    """
    from numbre_edge.backends.checked import CheckedBackend
    from numbre_edge.model import default_model

    return CheckedBackend(*_loaded(name, model, card, default_model, runtimes))


def open_network(
    kind: str,
    name: str = "auto",
    model: Path | None = None,
    *,
    shipped: str | None = None,
    runtimes: Mapping[str, Runtime] = RUNTIMES,
) -> NetworkBackend:
    """Load a network of a kind into a runtime.

    ``kind`` is ``finder``, ``refiner`` or ``transcriber``. Without a ``model`` the shipped one is loaded, which is
    called so unless ``shipped`` says otherwise. Other arguments and errors as for :func:`open_backend`.
    """
    from numbre_edge.backends.checked import BATCH, TILES, CheckedNetwork
    from numbre_edge.model import shipped_network

    loaded = _loaded(name, model, None, partial(shipped_network, shipped or kind), runtimes)
    return CheckedNetwork(*loaded, kind=kind, at_once=TILES if kind == "finder" else BATCH)


def _loaded(
    name: str, model: Path | None, card: Path | None, default: Callable[[Format], Path], runtimes: Mapping[str, Runtime]
) -> tuple[Runtime, Model]:
    """Load a model, or what is shipped for the runtime, and choose the runtime of that name, or ``auto``."""
    from numbre_edge.model import find_model, load_model

    if name != "auto" and name not in runtimes:
        raise UsageError(f"no backend {name!r}; there are {', '.join(runtimes)} and auto")
    named = [runtimes[name]] if name != "auto" else [runtime for runtime in runtimes.values() if runtime.installed]
    loaded = None
    if model:
        loaded = load_model(find_model(model, [runtime.format for runtime in named]), card=card)
    suitable = [runtime for runtime in runtimes.values() if loaded is None or runtime.format == loaded.format]
    ready = [runtime for runtime in named if runtime in suitable]
    if not ready and name == "auto":
        raise BackendError(f"no runtime for this model is installed: {suitable[0].install}")
    if not ready:
        others = " or ".join(runtime.name for runtime in suitable)
        raise UsageError(f"backend {name} does not run {model}; use --backend {others}")
    if not ready[0].installed:
        raise BackendError(f"backend {name} is not installed: {ready[0].install}")
    return ready[0], loaded or load_model(default(ready[0].format), card=card)
