"""One Reader over many pictures: the run itself, which knows nothing of terminals and files to write."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import cv2
import numpy as np

from numbre_edge.batch.sharing import SHARING, Sharing, in_order
from numbre_edge.errors import NumbreError, UsageError, memory_errors, one_line
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
        keep_frames: whether outcomes hold their frames, for those who draw on them.
    """

    every: int = 1
    orientation: Orientation = UPRIGHT
    region: Region | None = None
    max_pixels: int = MAX_PIXELS
    paging: Paging = EVERY_PAGE
    keep_frames: bool = True


DEFAULTS = ReadOptions()
_OUR_OWN = ("/dev/fd/", "/dev/stdin", "/proc/")  # what stands for another file in another process


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one frame.

    Attributes:
        source: where it comes from.
        result: its readings, or the error that prevented them.
        frame: as it was read, for those who draw on it; None where it could not be, or is not kept.
        note: the frame's.
        pages: likewise.
    """

    source: Source
    result: Result
    frame: Frame | None = None
    note: str = ""
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
    jobs: int = 1,
    sharing: Sharing = SHARING,
) -> None:
    """Read every source, in order, and tell every listener, in order. Frames are let go as they are read.

    What cannot be read is an outcome like any other. An exception of a listener ends the run.

    Args:
        sources: to read.
        reader: to read them with; one that can be pickled, where there are several jobs.
        listeners: who hear the same, however many jobs there are.
        options: how each source is read.
        jobs: processes that read at once, this one among them. Only this one reads videos, each frame in its turn.
        sharing: when other processes are started, and what they are given.

    Raises:
        UsageError: fewer jobs than one.
        NumbreError: one of the processes ended before its work was done.
    """
    with closing(_read(sources, reader, options, jobs, sharing)) as read:
        for source, found in read:
            for listener in listeners:
                listener.begin(source)
            for outcome in found:
                for listener in listeners:
                    listener.take(outcome)
            for listener in listeners:
                listener.end(source)


def read_all(
    paths: Iterable[str | os.PathLike[str]],
    reader: FrameReader,
    *,
    options: ReadOptions = DEFAULTS,
    jobs: int = 1,
    sharing: Sharing = SHARING,
) -> Iterator[Result]:
    """Yield what became of each picture, and of each frame of a video, in order; arguments and errors as for ``run``.

    A file that cannot be read is a Result with its ``error``. Until the last is read, or the iterator closed, OpenCV
    works on one thread where there are several jobs.
    """
    sources = [Source(os.fspath(path)) for path in paths]
    with closing(_read(sources, reader, replace(options, keep_frames=False), jobs, sharing)) as read:
        for _, found in read:
            yield from (outcome.result for outcome in found)


def _read(
    sources: Iterable[Source], reader: FrameReader, options: ReadOptions, jobs: int, sharing: Sharing
) -> Generator[tuple[Source, Iterable[Outcome]], None, None]:
    if jobs < 1:
        raise UsageError(f"jobs must be at least 1, not {jobs}")
    if options.keep_frames:  # they take room
        sharing = replace(sharing, sources=1, ahead=1, most=1)
    return in_order(
        sources, partial(outcomes, reader=reader, options=options), jobs=jobs, weigh=_weight, sharing=sharing
    )


def _weight(source: Source) -> int | None:
    """Return the bytes of a picture file; None of what this process alone can read, and of what may have no end.

    What cannot be read is no work.
    """
    if source.error is not None:
        return 0
    if source.content is not None or source.is_video or source.is_pdf or source.name.startswith(_OUR_OWN):
        return None
    if source.entry is not None:
        return source.entry.size
    try:
        found = source.path.stat()
    except (OSError, ValueError):
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else None


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


@memory_errors()
def _grey(frame: Frame) -> Frame:
    """Return a frame as it is looked at: a third of the memory, where nobody asks for its colours."""
    if frame.reduced or frame.pixels.ndim == 2:
        return frame
    return replace(frame, pixels=np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY), np.uint8))


def _outcome(source: Source, frame: Frame, reader: FrameReader, options: ReadOptions) -> Outcome:
    region = options.region
    try:
        frame = options.orientation.applied(frame if options.keep_frames else _grey(frame))
        readings = tuple(reader.read_frame(frame, roi=region.box(frame) if region else None))
    except NumbreError as exc:
        return Outcome(source, Result(frame.source, frame.index, None, None, error=one_line(exc)))
    result = Result(frame.source, frame.index, frame.width, frame.height, readings)
    return Outcome(source, result, frame if options.keep_frames else None, frame.note, frame.pages)


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
        self.notes += outcome.note != ""
