"""What happens in a stream of frames, and who hears of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self

from numbre_edge.types import Box, Frame, Reading


def wall_clock() -> datetime:
    """Return the time of day, local and with its offset from UTC. It may jump: durations are for ``timestamp``."""
    return datetime.now().astimezone()


@dataclass(frozen=True)
class SourceEvent:
    """A stream of frames began, lost its camera, or came to its end.

    Attributes:
        state: ``open`` when frames come, again after a loss too; ``lost`` at each failure; ``ended`` once, at the end.
        source: as the user wrote it, passwords masked; of a folder's picture its path.
        timestamp: seconds since the stream began.
        detail: what went wrong and what happens now, in one line; "" where all is well.
        time: wall clock when that was.
    """

    state: Literal["open", "lost", "ended"]
    source: str
    timestamp: float
    detail: str = ""
    time: datetime = field(default_factory=wall_clock, compare=False)


@dataclass(frozen=True)
class NumberEvent:
    """Something happened to a number that is followed over frames.

    Attributes:
        event: it was first read for certain, its text became another, or it is no longer there.
        id: its own as long as it is followed, from 1.
        text: as voted; for ``vanished`` the last one.
        confidence: of that vote, 0 to 1.
        box: where it is, or last was, in frame pixels.
        frame: index of the frame that decided.
        timestamp: of that frame, seconds since the stream began.
        source: where the number stands: of a folder the picture's path, else the stream's name.
        time: wall clock when it was decided.
    """

    event: Literal["appeared", "changed", "vanished"]
    id: int
    text: str
    confidence: float
    box: Box
    frame: int
    timestamp: float
    source: str = ""
    time: datetime = field(default_factory=wall_clock, compare=False)


@dataclass(frozen=True)
class Tracked:
    """A number in view, or out of it for less than the tracker's patience.

    Attributes:
        id: its own as long as it is followed, from 1.
        text: as voted.
        confidence: of that vote, 0 to 1.
        box: where it is, or last was, in frame pixels.
    """

    id: int
    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Statistics:
    """How well the reading keeps up.

    Attributes:
        read: frames that were read.
        unchanged: frames that were not, since nothing had changed.
        dropped: frames of a camera that came while another was read.
        seconds: from the first frame to the last.
        fps: frames handled per second, of late; None before the second one.
        p50, p95: seconds from capture to the end of the reading, which half of the frames read of late, and 95 % of
            them, did not exceed; None for a file.
    """

    read: int = 0
    unchanged: int = 0
    dropped: int = 0
    seconds: float = 0.0
    fps: float | None = None
    p50: float | None = None
    p95: float | None = None

    @property
    def mean_fps(self) -> float | None:
        """Frames handled per second over the whole run; None before the second one."""
        return (self.read + self.unchanged - 1) / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True, eq=False)
class Seen:
    """What became of one frame.

    Attributes:
        readings: in reading order; None where it was not read, since nothing had changed.
        numbers: those that are followed, as voted.
        statistics: of the run so far.
    """

    frame: Frame
    readings: tuple[Reading, ...] | None
    numbers: tuple[Tracked, ...]
    statistics: Statistics


class Listener:
    """Hears what happens in a stream, as it happens. What a listener does not define, it does not care for.

    It is entered before the stream is opened, and left after the stream was closed.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Finish; ``error`` as for every context manager."""

    def event(self, event: NumberEvent | SourceEvent) -> None:
        """Hear of an event. Those of a frame come before the frame."""

    def frame(self, seen: Seen) -> None:
        """Hear what became of a frame."""

    def idle(self) -> None:
        """Hear that there is nothing to say: several times a second, while no frame comes."""

    def closed(self) -> bool:
        """Return whether the run shall end: asked after each frame, and while idle."""
        return False
