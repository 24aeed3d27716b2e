"""A stream watched: frames read where something changed, and numbers followed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from numbre_edge.errors import UsageError
from numbre_edge.events import NumberEvent, Seen, SourceEvent, Tracked
from numbre_edge.live.meter import Meter
from numbre_edge.sources.stream import Stream
from numbre_edge.sources.view import UPRIGHT, Orientation, Region
from numbre_edge.tracking import Tracker
from numbre_edge.types import Box, Frame, Pixels, Reading
from numbre_edge.vision.change import ChangeDetector

# A still picture is read again while the tracker says something else, but no longer than for both of these:
# what is not decided by then will not be.
_LOOKS = 30  # frames
_LOOKING = 3.0  # seconds


class Follower(Protocol):
    """What is needed of a StreamReader."""

    def read_frame(self, frame: Frame, *, roi: Box | None = None, thorough: bool = True) -> list[Reading]:
        """Return the numbers in a frame, looked for everywhere or only where they were."""
        ...


class Detector(Protocol):
    """What is needed of a ChangeDetector."""

    def changed(self, pixels: Pixels) -> bool:
        """Return whether these pixels differ from the last ones that did."""
        ...


def watch(
    stream: Stream,
    reader: Follower,
    tracker: Tracker,
    *,
    orientation: Orientation = UPRIGHT,
    region: Region | None = None,
    new_detector: Callable[[], Detector] = ChangeDetector,
) -> Generator[Seen | NumberEvent | SourceEvent | None]:
    """Yield what happens in a stream: the events of a frame, then the frame; None where there is nothing to say.

    Whoever wants to stop can do so after each frame and each None, of which there are several a second.

    A frame is read where something changed since the last one that was read, or
    where the tracker has yet to make up its mind about that one. While something moves, known
    numbers are followed; once nothing does, others are looked for.

    Args:
        stream: entered by the caller, who leaves it too. Where its frames are separate pictures, an event ``open``
            with the file's name comes before those of its numbers, and what was followed in the one before is gone.
        reader: reads a frame.
        tracker: where frames are separate, one that needs no confirmation and has no patience.
        orientation: how each frame is set right, before all else.
        region: the part of each frame to read; what changes elsewhere does not matter.
        new_detector: makes what knows whether something changed.

    Raises:
        SourceError: there is nothing to read from, now or later.
        UsageError: ``region`` lies outside the first frame. Of a later one, of another size, an event says
            so, and it is passed over.
        BackendError: the inference runtime failed.
    """
    meter = Meter(stream)
    detector = new_detector()
    look = _Look()
    source = stream.name
    refused: tuple[int, int] | None = None  # width and height of frames outside of which the region lies
    for item in stream.events():
        if not isinstance(item, Frame):
            if isinstance(item, SourceEvent) and item.state == "lost":
                meter.interrupted()
            yield item
            continue
        meter.arrived(item)
        frame = orientation.applied(item)
        if stream.separate:
            gone = tracker.update([], frame=frame.index, timestamp=frame.timestamp)
            yield from _placed(gone, source)
            yield SourceEvent("open", frame.source, frame.timestamp, frame.note)
            detector, refused = new_detector(), None
        source = frame.source
        roi = region.box(frame) if region else None
        part = _part(frame.pixels, roi)
        if not part.size and meter.frames > 1:
            if refused != (frame.width, frame.height):
                refused = (frame.width, frame.height)
                yield SourceEvent("open", source, frame.timestamp, f"passed over: {_outside(frame, roi)}")
            yield None
            continue
        if not part.size:
            raise UsageError(_outside(frame, roi))
        moving = detector.changed(part)
        if moving:
            look.begin(frame)
        if look.over(frame):
            yield from _placed(tracker.unchanged(frame=frame.index, timestamp=frame.timestamp), source)
            meter.passed_over()
            yield Seen(frame, None, tracker.current, meter.statistics())
            continue
        readings = tuple(reader.read_frame(frame, roi=roi, thorough=not moving))
        meter.was_read(frame)
        yield from _placed(tracker.update(readings, frame=frame.index, timestamp=frame.timestamp), source)
        look.read(agreed=not moving and _agree(readings, tracker.current))
        yield Seen(frame, readings, tracker.current, meter.statistics())


def _placed(events: Sequence[NumberEvent], source: str) -> list[NumberEvent]:
    """Return the events with where their numbers stand."""
    return [replace(event, source=source) for event in events]


def _part(pixels: Pixels, roi: Box | None) -> Pixels:
    return pixels if roi is None else pixels[roi.y : roi.bottom, roi.x : roi.right]


def _outside(frame: Frame, roi: Box | None) -> str:
    region = "" if roi is None else f"{roi.x},{roi.y},{roi.width},{roi.height} "
    return f"region {region}lies outside the {frame.width}x{frame.height} picture"


@dataclass
class _Look:
    """Whether to read on where nothing changes any more."""

    agreed: bool = True
    frames: int = 0
    since: float = 0.0  # seconds since the stream began

    def begin(self, frame: Frame) -> None:
        self.agreed, self.frames, self.since = False, 0, frame.timestamp

    def read(self, *, agreed: bool) -> None:
        self.agreed = agreed
        self.frames += 1

    def over(self, frame: Frame) -> bool:
        return self.agreed or (self.frames >= _LOOKS and frame.timestamp - self.since >= _LOOKING)


def _agree(readings: Sequence[Reading], numbers: Sequence[Tracked]) -> bool:
    """Return whether what was read is what the tracker says, in the same places: another look brings nothing new."""
    read = sorted((reading.text, reading.box) for reading in readings)
    return read == sorted((number.text, number.box) for number in numbers)
