"""Ctrl-C and its kin: at once where there is nothing to keep, between two frames where there is.

The program's first import: it brings next to nothing along.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from numbre_edge.errors import NumbreError

_Handler = Callable[[int, FrameType | None], object]
_STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(NumbreError):  # noqa: N818 - a wish, not a fault
    """A run that was asked to end before it was done."""

    def __init__(self, number: int) -> None:
        super().__init__("interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}")
        self.exit_code = 128 + number  # as a shell says it


class Stop:
    """Whether an end was asked for.

    Attributes:
        signal: the number of the signal that asked, or None.
    """

    def __init__(self) -> None:
        self.signal: int | None = None

    @property
    def asked(self) -> bool:
        return self.signal is not None

    def check(self) -> None:
        """Raise Interrupted if an end was asked for."""
        if self.signal is not None:
            raise Interrupted(self.signal)


@contextmanager
def stop_signals() -> Iterator[Stop]:
    """Turn Ctrl-C, SIGTERM and SIGHUP into a wish that the caller sees; a second Ctrl-C or SIGTERM ends at once.

    A closing terminal may send SIGHUP several times.

    Raises:
        Interrupted: Ctrl-C came twice.
    """
    from numbre_edge.atomic import end_at_once

    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.signal = number
        if number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else end_at_once)

    with _handled(ask, *_STOPPING):
        try:
            yield stop
        except KeyboardInterrupt:
            raise Interrupted(signal.SIGINT) from None


@contextmanager
def ending() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP be an error like any other: what was begun is left as it is after an error.

    Raises:
        Interrupted: one of them came.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise Interrupted(number)

    with _handled(end, *_STOPPING):
        yield


@contextmanager
def at_once() -> Iterator[None]:
    """Let Ctrl-C end the program on the spot, with 130 and not a word: while it imports, and nothing is begun.

    A KeyboardInterrupt in the middle of an import comes out as whatever the library makes of it. Nor is garbage looked
    for meanwhile: next to all that is made stays, and looking takes 4 % of the time to a first reading.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with _handled(lambda number, frame: os._exit(128 + number), signal.SIGINT):
            yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def _handled(handler: _Handler, *numbers: int) -> Iterator[None]:
    """Give signals to ``handler`` meanwhile; those that are ignored (``nohup``, ``&`` in a script) stay so."""
    before = {number: signal.getsignal(number) for number in numbers}
    mine = [number for number in numbers if before[number] != signal.SIG_IGN]
    for number in mine:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, before[number])
