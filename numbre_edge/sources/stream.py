"""What every stream of frames has in common, whatever it comes from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import Literal, Self

from numbre_edge.events import SourceEvent
from numbre_edge.types import Frame

Kind = Literal["camera", "network", "folder", "video"]


class Stream(ABC):
    """Frames that come one after the other. Entering opens it, leaving closes it and all that it started.

    Attributes:
        kind: what it comes from: a camera of this machine, an address, a folder that pictures arrive in, a video file.
        name: the source as the user wrote it, passwords masked.
        began: ``time.monotonic()`` at timestamp 0: a live frame is ``time.monotonic() - began - timestamp`` s old.
    """

    kind: Kind
    name: str
    began: float

    @property
    def live(self) -> bool:
        """Whether it gives only its newest frame and does not wait; else every frame is delivered."""
        return self.kind in ("camera", "network")

    @property
    def separate(self) -> bool:
        """Whether each frame is a picture of its own, from a file of its own."""
        return self.kind == "folder"

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    def events(self) -> Iterator[Frame | SourceEvent | None]:
        """Yield frames, changes of the source's state, and None where nothing came for a quarter of a second.

        Ends after the event ``ended``; a camera has no end. Thus whoever iterates can
        stop in time: at Ctrl-C, at the end of a duration.

        Raises:
            SourceError: there is nothing to read from, now or later: no such file, no such device.
        """
