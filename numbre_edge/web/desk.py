"""One worker that reads pictures, one after the other, and few who wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from starlette.exceptions import HTTPException

from numbre_edge.web.metrics import Metrics

PLACES = 8  # pictures that are read, wait or are being sent: 8 x 32 MB at most
_T = TypeVar("_T")


class Desk:
    """Takes pictures as long as there is a place, and reads them in their order.

    Args:
        metrics: told how long each took.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._taken = 0
        self._worker = ThreadPoolExecutor(1, "reader of pictures")

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place, before a body is received.

        Raises:
            HTTPException: 429, there is none.
        """
        if self._taken >= PLACES:
            raise HTTPException(
                429, f"busy: {PLACES} pictures are being read already; try again in a second", {"Retry-After": "1"}
            )
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def do(self, work: Callable[[], _T]) -> _T:
        """Have the worker do this, after all that it has to do."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._timed, work)

    def close(self) -> None:
        """Let go of the worker; what waits is not done any more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[], _T]) -> _T:
        since = time.monotonic()
        try:
            return work()
        finally:
            self._metrics.read(time.monotonic() - since)
