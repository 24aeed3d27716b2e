"""What every inference runtime is to the rest of the package."""

from __future__ import annotations

from typing import Protocol

from numbre_edge.types import Floats, Pixels

Batch = Pixels | Floats


def first_line(exc: Exception) -> str:
    """Return what a runtime's exception says, without the rest of what it says; and that memory ran out, in words."""
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    line = lines[0] if lines else type(exc).__name__
    return f"out of memory: {line}" if "bad_alloc" in line else line  # C++'s own, which says no more than this


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
        """Return what it gives for a batch of that type and shape: float32, in memory of its own.

        Raises:
            BackendError: the runtime failed.
        """
        ...
