"""A run of ``predict`` on this machine: what it writes, what it says, and how it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from numbre_edge.atomic import partial
from numbre_edge.batch import Tally, run
from numbre_edge.batch.sharing import default_jobs
from numbre_edge.cli.console import Console, console_of, plural
from numbre_edge.cli.inputs import besides
from numbre_edge.cli.progress import Bar
from numbre_edge.cli.resuming import Keeper, settings_of
from numbre_edge.cli.signals import Stop, stop_signals
from numbre_edge.errors import UsageError
from numbre_edge.sinks.growing import open_growing

if TYPE_CHECKING:
    from typing import TextIO

    from numbre_edge.batch import Outcome, ReadOptions
    from numbre_edge.cli.options import ResultFormat
    from numbre_edge.events import Tracked
    from numbre_edge.reader import Reader
    from numbre_edge.sinks import Sink
    from numbre_edge.sinks.annotate import AnnotatedFolder
    from numbre_edge.sources.files import Source
    from numbre_edge.sources.listing import Sources
    from numbre_edge.types import Reading


def finish_of(format: ResultFormat, output: Path | None) -> Callable[[Path, Path], None]:
    """Return what makes the file of one that is whole but partial by its name."""
    if format != "parquet":
        return os.replace
    from numbre_edge.sinks.parquet import check_parquet, convert

    if output is None or (output.exists() and not output.is_file()):
        raise UsageError("--format parquet needs --output FILE: it is written at the end")
    check_parquet()
    return convert


def run_here(
    context: typer.Context,
    listed: Sources,
    reader: Reader,
    options: ReadOptions,
    *,
    written: ResultFormat,
    target: Path | None,
    finish: Callable[[Path, Path], None],
    resume: bool,
    annotate: Path | None,
    jobs: int | None,
) -> None:
    """Read all files on this machine, write what is read, and say what was done."""
    console = console_of(context)
    paths = [source.path for source in listed.files if source.error is None]
    console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
    for file in listed.passed_over:
        console.detail(f"{file.name}: passed over: {file.why}")
    for inner in listed.left_out:
        console.detail(f"{inner.name}: left out: a folder within a folder")
    folder = _annotated(annotate, paths) if annotate is not None else None
    bar = Bar(len(listed.files), shares_terminal=target is None and sys.stdout.isatty(), quiet=console.quiet)
    begun = time.monotonic()
    tally = Tally()
    try:
        with stop_signals() as stop, open_growing(target, resume=resume, finish=finish) as (stream, journal), bar:
            listeners = [_Outputs(_sink(written, stream, paths), folder, bar, console), tally]
            left: Iterable[Source] = listed.files
            if journal is not None:
                keeper = Keeper(journal, tally, folder)
                done = keeper.go_on(settings_of(context, format=written, reader=reader), listed.files)
                left = keeper.stamped(listed.files[done:])
                listeners.append(keeper)
                if done:
                    console.say(f"{done} of {plural(len(listed.files), 'file')} done already")
                    bar.step(done)
            run(left, reader, [*listeners, _Stopping(stop)], options=options, jobs=jobs or default_jobs())
    except BaseException as exc:
        if tally.frames:
            exc.add_note(_until_then(tally, target, annotate))
        raise
    end(tally, begun, console, besides(listed))


def end(tally: Tally, begun: float, console: Console, also: str = "") -> None:
    """Say what was done since ``begun``, and ``also`` what was not; exit 1 where something could not be read."""
    console.say(f"{_counts(tally)} in {time.monotonic() - begun:.1f} s{also}")
    if tally.errors:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Outputs:
    """Where a run's outcomes go, with a bar that makes way for them."""

    sink: Sink
    folder: AnnotatedFolder[Reading | Tracked] | None
    bar: Bar
    console: Console

    def begin(self, source: Source) -> None:
        self.bar.show(source.name)

    def take(self, outcome: Outcome) -> None:
        result, frame = outcome.result, outcome.frame
        if self.folder and frame is not None:  # first: a row stands for all that is done of its frame
            self.folder.write(frame, result.readings, numbered=outcome.source.is_video or outcome.pages > 1)
        with self.bar.aside():
            self.sink.write(result)
        if outcome.note:
            with self.bar.aside(stderr=True):
                self.console.say(f"{result.source}: {outcome.note}")
        if outcome.pages > result.frame + 1:
            self.bar.show(f"{result.source}, page {result.frame + 2} of {outcome.pages}")

    def end(self, source: Source) -> None:
        self.bar.step()


@dataclass(frozen=True)
class _Stopping:
    """Ends the run between two frames when an end is asked for: last of the listeners, so that all know the frame."""

    stop: Stop

    def begin(self, source: Source) -> None:
        self.stop.check()

    def take(self, outcome: Outcome) -> None:
        self.stop.check()

    def end(self, source: Source) -> None:
        return


def _counts(tally: Tally) -> str:
    """Return for example "24 pictures, 31 numbers, 1 error, 2 read in part"."""
    parts = [plural(tally.frames, "picture"), plural(tally.numbers, "number")]
    if tally.errors:
        parts.append(plural(tally.errors, "error"))
    if tally.notes:
        parts.append(f"{tally.notes} read in part")
    return ", ".join(parts)


def _until_then(tally: Tally, output: Path | None, annotate: Path | None) -> str:
    """Return for example "812 pictures, 1002 numbers until then, kept in n.csv.partial; --resume goes on with it"."""
    growing = [partial(output)] if output is not None and partial(output).is_file() else []
    kept = growing + ([annotate] if annotate and tally.frames > tally.errors else [])
    return (
        f"{_counts(tally)} until then"
        + (f", kept in {' and '.join(map(str, kept))}" if kept else "")
        + ("; --resume goes on with it" if growing else "")
    )


def _annotated(annotate: Path, paths: list[Path]) -> AnnotatedFolder[Reading | Tracked]:
    from numbre_edge.sinks.annotate import AnnotatedFolder, draw

    return AnnotatedFolder(annotate, sources=paths, draw=draw)


def _sink(format: ResultFormat, stream: TextIO, paths: list[Path]) -> Sink:
    if format in ("jsonl", "parquet"):
        from numbre_edge.sinks.jsonl import JsonLines

        return JsonLines(stream)
    if format == "csv":
        from numbre_edge.sinks.csv import Csv

        return Csv(stream)
    from numbre_edge.sinks.table import ScreenTable, Table

    return (ScreenTable if stream.isatty() else Table)(stream, sources=map(str, paths))
