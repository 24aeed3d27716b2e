"""Reads handwritten numbers, offline, on small machines.

>>> from numbre_edge import Reader
>>> [reading.text for reading in Reader().read("samples/plain-number.jpg")]  # doctest: +SKIP
['4071']
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing's own takes 8 ms to import, in which Ctrl-C is not yet handled
if TYPE_CHECKING:
    from typing import Any

    from numbre_edge.errors import NumbreError
    from numbre_edge.reader import Reader
    from numbre_edge.types import Digit, Frame, Reading

__version__ = "0.1.0"
__all__ = ["Digit", "Frame", "NumbreError", "Reader", "Reading", "__version__"]

_HOMES = {"Digit": "types", "Frame": "types", "Reading": "types", "Reader": "reader", "NumbreError": "errors"}


def __getattr__(name: str) -> Any:  # PEP 562: `numbre-edge --help` must not wait for OpenCV
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
