"""What every stream of frames has in common, whatever it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from numbre_edge.types import Frame, SourceEvent


class Stream(Protocol):
    """Frames that come one after the other. Entering opens it, leaving closes it and all that it started.

    Attributes:
        name: the source as the user wrote it.
        live: a camera, which gives only its newest frame and does not wait; else every frame is delivered.
        began: ``time.monotonic()`` at timestamp 0: a live frame is ``time.monotonic() - began - timestamp`` s old.
    """

    name: str
    live: bool
    began: float

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def events(self) -> Iterator[Frame | SourceEvent | None]:
        """Yield frames, changes of the source's state, and None where nothing came for a quarter of a second.

        Ends after the event ``ended``; a camera has no end. Thus whoever iterates can
        stop in time: at Ctrl-C, at the end of a duration.

        Raises:
            SourceError: there is nothing to read from, now or later: no such file, no such device.
        """
        ...
