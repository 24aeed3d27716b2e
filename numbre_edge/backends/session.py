"""What every inference runtime is to the rest of the package."""

from __future__ import annotations

from typing import Protocol

from numbre_edge.types import Floats, Pixels

Batch = Pixels | Floats


class Session(Protocol):
    """An inference runtime with one model loaded: arrays in, arrays out.

    Attributes:
        shape: of its one input, the batch first; None where a size is free.
        dtype: of that input, "uint8" or "float32"; whatever else it may be, as the runtime names it.
        quantization: scale and zero point of a quantized input; None of any other.
    """

    shape: tuple[int | None, ...]
    dtype: str
    quantization: tuple[float, int] | None

    def run(self, batch: Batch) -> Floats:
        """Return (N, C) float32, in memory of its own, of an input of this type and shape, N entries of it.

        Raises:
            BackendError: the runtime failed.
        """
        ...
