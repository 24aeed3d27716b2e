"""A stream watched: frames read where something changed, numbers followed, and how well the reading keeps up."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from numbre_edge.errors import UsageError
from numbre_edge.sources.stream import Stream
from numbre_edge.tracking import Tracked, Tracker
from numbre_edge.types import Box, Frame, NumberEvent, Pixels, Reading, SourceEvent
from numbre_edge.vision.change import ChangeDetector

_WINDOW = 300  # frames that the figures look back on: 10 s at 30 frames per second
# A still picture is read again while the tracker says something else, but no longer than for both of these:
# what is not decided by then will not be.
_LOOKS = 30  # frames
_LOOKING = 3.0  # seconds


class FrameReader(Protocol):
    """What is needed of a Reader."""

    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        """Return the numbers in a frame."""
        ...


class Detector(Protocol):
    """What is needed of a ChangeDetector."""

    def changed(self, pixels: Pixels) -> bool:
        """Return whether these pixels differ from the last ones that did."""
        ...


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


def watch(
    stream: Stream,
    reader: FrameReader,
    tracker: Tracker,
    *,
    roi: Box | None = None,
    separate: bool = False,
    new_detector: Callable[[], Detector] = ChangeDetector,
) -> Generator[Seen | NumberEvent | SourceEvent | None]:
    """Yield what happens in a stream: the events of a frame, then the frame; None where there is nothing to say.

    Whoever wants to stop can do so after each frame and each None, of which there are several a second.

    A frame is read where something changed since the last one that was read, or
    where the tracker has yet to make up its mind about that one.

    Args:
        stream: entered by the caller, who leaves it too.
        reader: reads a frame.
        tracker: where frames are separate, one that needs no confirmation and has no patience.
        roi: the part of each frame to read; what changes elsewhere does not matter.
        separate: frames are pictures of their own, from files of their own. An event ``open`` with the file's
            name comes before those of its numbers, and what was followed in the picture before is gone.
        new_detector: makes what knows whether something changed.

    Raises:
        SourceError: there is nothing to read from, now or later.
        UsageError: ``roi`` lies outside the first frame. Of a later one, of another size, an event says
            so, and it is passed over.
        BackendError: the inference runtime failed.
    """
    meter = _Meter(stream)
    detector = new_detector()
    look = _Look()
    refused: tuple[int, int] | None = None  # width and height of frames outside of which roi lies
    for item in stream.events():
        if not isinstance(item, Frame):
            if isinstance(item, SourceEvent) and item.state == "lost":
                meter.interrupted()
            yield item
            continue
        frame = item
        meter.arrived(frame)
        if separate:
            yield from tracker.update([], frame=frame.index, timestamp=frame.timestamp)
            yield SourceEvent("open", frame.source, frame.timestamp)
            detector, refused = new_detector(), None
        part = _part(frame.pixels, roi)
        if not part.size and meter.frames > 1:
            if refused != (frame.width, frame.height):
                refused = (frame.width, frame.height)
                yield SourceEvent("open", frame.source, frame.timestamp, f"passed over: {_outside(frame, roi)}")
            yield None
            continue
        if not part.size:
            raise UsageError(_outside(frame, roi))
        if detector.changed(part):
            look.begin(frame)
        if look.over(frame):
            yield from tracker.unchanged(frame=frame.index, timestamp=frame.timestamp)
            meter.passed_over()
            yield Seen(frame, None, tuple(tracker.current), meter.statistics())
            continue
        readings = tuple(reader.read_frame(frame, roi=roi))
        meter.was_read(frame)
        yield from tracker.update(readings, frame=frame.index, timestamp=frame.timestamp)
        numbers = tuple(tracker.current)
        look.read(agreed=_agree(readings, numbers))
        yield Seen(frame, readings, numbers, meter.statistics())


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


class _Meter:
    """Counts frames and times their reading."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._read = self._unchanged = self._dropped = 0
        self.frames = 0  # that came
        self._newest = 0  # index of a frame
        self._first = 0.0  # time.monotonic() of the first frame
        self._times: deque[float] = deque(maxlen=_WINDOW)  # the same of the last ones
        self._ages: deque[float] = deque(maxlen=_WINDOW)  # seconds, at the end of their reading

    def arrived(self, frame: Frame) -> None:
        now = time.monotonic()
        if not self.frames:
            self._first = now
        elif self._stream.live:
            self._dropped += max(0, frame.index - self._newest - 1)
        self.frames += 1
        self._times.append(now)
        self._newest = frame.index

    def interrupted(self) -> None:
        """Forget the pace: the time without a camera is not the reading's."""
        self._times.clear()

    def passed_over(self) -> None:
        self._unchanged += 1

    def was_read(self, frame: Frame) -> None:
        self._read += 1
        if self._stream.live:
            self._ages.append(time.monotonic() - self._stream.began - frame.timestamp)

    def statistics(self) -> Statistics:
        latest = self._times[-1]
        span = latest - self._times[0]
        ages = sorted(self._ages)
        return Statistics(
            read=self._read,
            unchanged=self._unchanged,
            dropped=self._dropped,
            seconds=latest - self._first,
            fps=(len(self._times) - 1) / span if span > 0 else None,
            p50=_percentile(ages, 0.50),
            p95=_percentile(ages, 0.95),
        )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the least of the values, in order, that ``share`` of them do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
