"""``numbre-edge predict``: pictures in, numbers out."""

from __future__ import annotations

import functools
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.atomic import partial
from numbre_edge.cli.console import Console, Quiet, Verbose, console_of, plural
from numbre_edge.cli.engine import check_engine, check_paths, run_on_engine
from numbre_edge.cli.inputs import check_output, named, within
from numbre_edge.cli.options import (
    AllFrames,
    BackendOption,
    CardFile,
    Decimal,
    DigitsOnly,
    Dpi,
    FinderOption,
    Flip,
    MaxPixels,
    MinConfidence,
    ModelFile,
    Pages,
    Roi,
    Rotate,
    orientation,
    paging,
    parse_region,
)
from numbre_edge.cli.signals import Stop, at_once, stop_signals
from numbre_edge.errors import UsageError
from numbre_edge.recognition import FINDER
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.paging import DPI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from numbre_edge.batch import Outcome, ReadOptions, Tally
    from numbre_edge.cli.progress import Bar
    from numbre_edge.events import Tracked
    from numbre_edge.reader import Reader
    from numbre_edge.sinks import Sink
    from numbre_edge.sinks.annotate import AnnotatedFolder
    from numbre_edge.sources.files import Source
    from numbre_edge.sources.listing import Sources
    from numbre_edge.types import Reading

FormatName = Literal["table", "jsonl", "csv", "parquet"]

EPILOG = """
[bold]Examples[/bold]
numbre-edge predict samples/
numbre-edge predict photos/ --recursive --output numbers.csv
numbre-edge predict photos/ --recursive --output numbers.csv --resume
numbre-edge predict card.jpg --annotate drawn/
numbre-edge predict scan.pdf --pages 2-5,8-
numbre-edge predict clip.mp4 --every 30 --roi 100,50,400,120 --format jsonl
find . -name '*.png' | numbre-edge predict - --format jsonl

[bold]Exit codes[/bold]
0 all read;
1 a picture could not be read, or a model or backend failed;
2 wrong usage;
130 ended by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP: what was read until then stays in FILE.partial, and
--resume goes on with it.
"""

_FORMATS: dict[str, FormatName] = {
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    ".csv": "csv",
    ".parquet": "parquet",
    **dict.fromkeys((".txt", ""), "table"),
}
_STDOUT = "-"
_OUTPUT = "Output"
_SELECTION = "What is read"


def predict(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Pictures, PDFs, folders, ZIP archives, globs or videos; - takes a picture, or paths one a line, from "
            "stdin.",
            show_default=False,
        ),
    ],
    format: Annotated[
        FormatName | None,
        typer.Option(
            "--format",
            "-f",
            help="How results are written. By default as FILE's name ends: .jsonl, .ndjson, .csv, .parquet, .txt; "
            "else a table.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write results to this file; - is stdout.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on where a run with this FILE was cut short; what is whole stays as it is.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="DIR",
            help="Write each picture there too, with its readings drawn in; folders stay as they are.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into folders within folders.", rich_help_panel=_SELECTION)
    ] = False,
    engine: Annotated[
        Literal["ray"] | None,
        typer.Option(
            "--engine",
            help="Read on a cluster, pictures on s3://, gs:// and the like too, into one Parquet file.",
            show_default=False,
        ),
    ] = None,
    roi: Roi = None,
    rotate: Rotate = None,
    flip: Flip = None,
    every: Annotated[
        int,
        typer.Option(
            "--every", metavar="N", min=1, help="Read every N-th frame of a video.", rich_help_panel=_SELECTION
        ),
    ] = 1,
    pages: Pages = None,
    dpi: Dpi = DPI,
    all_frames: AllFrames = False,
    max_pixels: MaxPixels = MAX_PIXELS,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            min=1,
            max=256,
            help="Processes that read at once. By default as many as there are cores and memory for, 4 at most; "
            "where little is to be read, one is enough.",
            show_default=False,
        ),
    ] = None,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = FINDER,
    min_confidence: MinConfidence = None,
    decimal: Decimal = "auto",
    digits_only: DigitsOnly = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read the numbers in pictures, pages and videos."""
    console = console_of(context)
    target = Path(output) if output is not None and output != _STDOUT else None
    if engine is not None:
        senseless = {
            "--annotate": annotate is not None,
            "--every": every != 1,
            "--jobs": jobs is not None,
            "--resume": resume,
        }
        check_engine(sources, output, senseless | {f"--format {format}": format not in (None, "parquet")})
    else:
        check_paths(sources, output)
        check_output(target, [])
        written = format or _format_of(target)
    with at_once():
        from numbre_edge.batch import ReadOptions
        from numbre_edge.cli.resuming import is_whole
        from numbre_edge.reader import Reader
        from numbre_edge.sources.listing import list_sources

        options = ReadOptions(
            every=every,
            orientation=orientation(rotate, flip),
            region=parse_region(roi),
            max_pixels=max_pixels,
            paging=paging(pages, dpi, all_frames=all_frames),
            keep_frames=annotate is not None,
        )
        open_reader = functools.partial(
            Reader,
            model,
            card=card,
            backend=backend,
            finder=finder,
            min_confidence=min_confidence,
            decimal=decimal,
            digits_only=digits_only,
        )
    begun = time.monotonic()
    if engine is not None and output is not None:
        tally = run_on_engine(sources, output, open_reader, recursive=recursive, options=options, console=console)
        _end(f"{_counts(tally)} in {time.monotonic() - begun:.1f} s", tally, console)
    elif resume and is_whole(target):
        console.say(f"{target} is there, and nothing of it is partial: nothing to go on with")
    else:
        with at_once():
            finish = _finish(written, target)
            listed = list_sources(sources, recursive=recursive)
            check_output(target, [source.file for source in listed.files if source.error is None])
            reader = open_reader()
        _run(
            *(context, listed, reader, options),
            written=written, target=target, finish=finish, resume=resume, annotate=annotate, jobs=jobs,
        )  # fmt: skip


def _run(
    context: typer.Context,
    listed: Sources,
    reader: Reader,
    options: ReadOptions,
    *,
    written: FormatName,
    target: Path | None,
    finish: Callable[[Path, Path], None],
    resume: bool,
    annotate: Path | None,
    jobs: int | None,
) -> None:
    """Read all files on this machine, write what is read, and say what was done."""
    with at_once():
        from numbre_edge.batch import Tally, run
        from numbre_edge.batch.sharing import default_jobs
        from numbre_edge.cli.progress import Bar
        from numbre_edge.cli.resuming import Keeper, settings_of
        from numbre_edge.sinks.journal import open_growing
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
    seconds = time.monotonic() - begun
    _end(f"{_counts(tally)} in {seconds:.1f} s{named(listed.passed_over)}{within(listed.left_out)}", tally, console)


def _end(text: str, tally: Tally, console: Console) -> None:
    """Say what was done; exit 1 where something could not be read."""
    console.say(text)
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


def _format_of(output: Path | None) -> FormatName:
    """Return the format that a file's name says."""
    suffix = output.suffix.lower() if output is not None else ""
    if suffix not in _FORMATS:
        raise UsageError(
            f"--output {output}: {suffix} names no format of results; give --format, "
            "or a name that ends in .jsonl, .ndjson, .csv, .parquet or .txt"
        )
    return _FORMATS[suffix]


def _finish(format: FormatName, output: Path | None) -> Callable[[Path, Path], None]:
    """Return what makes the file of one that is whole but partial by its name."""
    if format != "parquet":
        return os.replace
    from numbre_edge.sinks.parquet import check_parquet, convert

    if output is None or (output.exists() and not output.is_file()):
        raise UsageError("--format parquet needs --output FILE: it is written at the end")
    check_parquet()
    return convert


def _annotated(annotate: Path, paths: list[Path]) -> AnnotatedFolder[Reading | Tracked]:
    from numbre_edge.sinks.annotate import AnnotatedFolder, draw

    return AnnotatedFolder(annotate, sources=paths, draw=draw)


def _sink(format: FormatName, stream: TextIO, paths: list[Path]) -> Sink:
    if format in ("jsonl", "parquet"):
        from numbre_edge.sinks.jsonl import JsonLines

        return JsonLines(stream)
    if format == "csv":
        from numbre_edge.sinks.csv import Csv

        return Csv(stream)
    from numbre_edge.sinks.table import ScreenTable, Table

    return (ScreenTable if stream.isatty() else Table)(stream, sources=map(str, paths))
