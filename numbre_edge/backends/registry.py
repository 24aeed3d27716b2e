"""The inference runtimes that there is a backend for: one list, which all others are made of.

Nothing here imports a runtime, or numpy: ``--help`` and the doctor read it where these are broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numbre_edge.backends.session import Session
    from numbre_edge.model import Format, Model


@dataclass(frozen=True)
class Runtime:
    """An inference runtime.

    Attributes:
        name: of its backend.
        module: what it is imported as.
        package: what pip calls it.
        format: of the models that it runs.
        load: gives it a model; raises ModelError where it cannot take it.
        extra: of numbre-edge, which brings the package; None where it comes with numbre-edge.
        concurrent: whether threads may run one session at the same time.
    """

    name: str
    module: str
    package: str
    format: Format
    load: Callable[[Model], Session]
    extra: str | None = None
    concurrent: bool = False

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None

    @property
    def install(self) -> str:
        """The command that installs it."""
        return f"pip install 'numbre-edge[{self.extra}]'" if self.extra else f"pip install {self.package}"


def _onnx(model: Model) -> Session:
    from numbre_edge.backends.onnx import OnnxSession

    return OnnxSession(model)


def _tflite(model: Model) -> Session:
    from numbre_edge.backends.tflite import TfliteSession

    return TfliteSession(model)


def _opencv(model: Model) -> Session:
    from numbre_edge.backends.opencv import OpenCVSession

    return OpenCVSession(model)


# By the names of their backends, in the order that ``auto`` tries them.
RUNTIMES: Mapping[str, Runtime] = {
    runtime.name: runtime
    for runtime in (
        Runtime("onnx", "onnxruntime", "onnxruntime", "onnx", _onnx, concurrent=True),
        Runtime("tflite", "ai_edge_litert", "ai-edge-litert", "tflite", _tflite, extra="tflite"),
        Runtime("opencv", "cv2", "opencv-python-headless", "onnx", _opencv),
    )
}


def running(kind: Format) -> tuple[str, ...]:
    """Return the backends that run a format's models."""
    return tuple(name for name, runtime in RUNTIMES.items() if runtime.format == kind)
