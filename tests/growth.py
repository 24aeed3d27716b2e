"""How the time of some work grows with its size: a ratio, which a slow or busy machine changes little."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Size = TypeVar("Size")


def growth(work: Callable[[Size], object], less: Size, more: Size) -> float:
    """Return how many times as long ``work`` takes for ``more``, by the least processor time of several tries each."""
    times = [(_once(work, less), _once(work, more)) for _ in range(5)]
    return min(long for _, long in times) / min(short for short, _ in times)


def _once(work: Callable[[Size], object], size: Size) -> float:
    begun = time.process_time()
    work(size)
    return time.process_time() - begun
