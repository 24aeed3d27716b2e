"""One Reader over many pictures: the run itself, which knows nothing of terminals and files to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from numbre_edge.errors import NumbreError, one_line
from numbre_edge.reader import FrameReader
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.files import Source, attempts
from numbre_edge.sources.paging import EVERY_PAGE, Paging
from numbre_edge.sources.view import UPRIGHT, Orientation, Region
from numbre_edge.types import Frame, Result, Unreadable


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How each source is read.

    Attributes:
        every: of a video, every so many-th frame.
        orientation: how each frame is set right first.
        region: the part of each frame to read then; None for all of it.
        max_pixels: that a picture may have.
        paging: which pages of a file are read.
    """

    every: int = 1
    orientation: Orientation = UPRIGHT
    region: Region | None = None
    max_pixels: int = MAX_PIXELS
    paging: Paging = EVERY_PAGE


DEFAULTS = ReadOptions()


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one frame.

    Attributes:
        source: where it comes from.
        result: its readings, or the error that prevented them.
        frame: as it was read, for those who draw on it; None where it could not be.
        pages: the frame's.
    """

    source: Source
    result: Result
    frame: Frame | None = None
    pages: int = 1


class Listener(Protocol):
    """Follows a run: for each source ``begin``, ``take`` for each of its frames, ``end``. All may do nothing."""

    def begin(self, source: Source) -> None:
        """A source is about to be read."""
        return

    def take(self, outcome: Outcome) -> None:
        """One of its frames was read, or could not be."""
        return

    def end(self, source: Source) -> None:
        """Nothing more comes from it."""
        return


def run(
    sources: Iterable[Source],
    reader: FrameReader,
    listeners: Sequence[Listener],
    *,
    options: ReadOptions = DEFAULTS,
) -> None:
    """Read every source, in order, and tell every listener, in order. Frames are let go as they are read.

    What cannot be read is an outcome like any other. An exception of a listener ends the run.
    """
    for source in sources:
        for listener in listeners:
            listener.begin(source)
        for outcome in outcomes(source, reader, options=options):
            for listener in listeners:
                listener.take(outcome)
        for listener in listeners:
            listener.end(source)


def outcomes(
    source: Source,
    reader: FrameReader,
    *,
    options: ReadOptions = DEFAULTS,
) -> Iterator[Outcome]:
    """Yield what became of each frame of one source.

    An error is an outcome of its own: the next frame or source may be well.
    """
    for frame in attempts(source, every=options.every, max_pixels=options.max_pixels, paging=options.paging):
        if isinstance(frame, Unreadable):
            yield Outcome(source, Result(frame.source, frame.index, None, None, error=frame.error))
        else:
            yield _outcome(source, frame, reader, options)


def _outcome(source: Source, frame: Frame, reader: FrameReader, options: ReadOptions) -> Outcome:
    region = options.region
    try:
        frame = options.orientation.applied(frame)
        readings = tuple(reader.read_frame(frame, roi=region.box(frame) if region else None))
    except NumbreError as exc:
        return Outcome(source, Result(frame.source, frame.index, None, None, error=one_line(exc)))
    result = Result(frame.source, frame.index, frame.width, frame.height, readings)
    return Outcome(source, result, frame, frame.pages)


@dataclass
class Tally(Listener):
    """Counts what a run did.

    Attributes:
        frames: pictures, pages, and frames of videos, with those that could not be read.
        numbers: read in them.
        errors: frames and sources that could not be read.
        notes: frames of which there is something to know.
    """

    frames: int = 0
    numbers: int = 0
    errors: int = 0
    notes: int = 0

    def take(self, outcome: Outcome) -> None:
        self.frames += 1
        self.numbers += len(outcome.result.readings)
        self.errors += outcome.result.error is not None
        self.notes += outcome.frame is not None and outcome.frame.note != ""
