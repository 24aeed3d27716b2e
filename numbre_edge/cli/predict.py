"""``numbre-edge predict``: pictures in, numbers out."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.atomic import partial
from numbre_edge.cli.console import Console, Quiet, Verbose, console_of, plural
from numbre_edge.cli.inputs import check_output, named, within
from numbre_edge.cli.options import (
    BackendOption,
    CardFile,
    Decimal,
    DigitsOnly,
    FinderOption,
    Flip,
    MaxPixels,
    MinConfidence,
    ModelFile,
    Roi,
    Rotate,
    orientation,
    parse_region,
)
from numbre_edge.cli.signals import Stop, at_once, stop_signals
from numbre_edge.errors import UsageError
from numbre_edge.recognition import FINDER
from numbre_edge.sources.content import MAX_PIXELS

if TYPE_CHECKING:
    from typing import TextIO

    from numbre_edge.batch import Outcome, Tally
    from numbre_edge.cli.progress import Bar
    from numbre_edge.events import Tracked
    from numbre_edge.sinks import Sink
    from numbre_edge.sinks.annotate import AnnotatedFolder
    from numbre_edge.sources.files import Source
    from numbre_edge.types import Reading

FormatName = Literal["table", "jsonl", "csv"]

EPILOG = """
[bold]Examples[/bold]
numbre-edge predict samples/
numbre-edge predict photos/ --recursive --output numbers.csv
numbre-edge predict card.jpg --annotate drawn/
numbre-edge predict clip.mp4 --every 30 --roi 100,50,400,120 --format jsonl
find . -name '*.png' | numbre-edge predict - --format jsonl

[bold]Exit codes[/bold]
0 all read;
1 a picture could not be read, or a model or backend failed;
2 wrong usage;
130 ended by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP: what was read until then stays in FILE.partial.
"""

_FORMATS: dict[str, FormatName] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".txt": "table", "": "table"}
_STDOUT = Path("-")
_OUTPUT = "Output"
_SELECTION = "What is read"


def predict(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Pictures, folders, globs or videos; - takes a picture, or paths one a line, from stdin.",
            show_default=False,
        ),
    ],
    format: Annotated[
        FormatName | None,
        typer.Option(
            "--format",
            "-f",
            help="How results are written. By default as FILE's name ends: .jsonl, .ndjson, .csv, .txt; else a table.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write results to this file; - is stdout.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
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
    roi: Roi = None,
    rotate: Rotate = None,
    flip: Flip = None,
    every: Annotated[
        int,
        typer.Option(
            "--every", metavar="N", min=1, help="Read every N-th frame of a video.", rich_help_panel=_SELECTION
        ),
    ] = 1,
    max_pixels: MaxPixels = MAX_PIXELS,
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
    """Read the numbers in pictures and videos."""
    console = console_of(context)
    target = None if output == _STDOUT else output
    written = format or _format_of(target)
    with at_once():
        from numbre_edge.batch import ReadOptions, Tally, run
        from numbre_edge.cli.progress import Bar
        from numbre_edge.reader import Reader
        from numbre_edge.sinks.output import open_output
        from numbre_edge.sources.listing import list_sources

        options = ReadOptions(
            every=every, orientation=orientation(rotate, flip), region=parse_region(roi), max_pixels=max_pixels
        )
        listed = list_sources(sources, recursive=recursive)
        paths = [source.path for source in listed.files if source.error is None]
        check_output(target, paths)
        reader = Reader(
            model,
            card=card,
            backend=backend,
            finder=finder,
            min_confidence=min_confidence,
            decimal=decimal,
            digits_only=digits_only,
        )
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
        with open_output(target) as stream, bar, stop_signals() as stop:
            outputs = _Outputs(_sink(written, stream, paths), folder, bar, console)
            run(listed.files, reader, [outputs, tally, _Stopping(stop)], options=options)
    except BaseException as exc:
        if tally.frames:
            exc.add_note(_until_then(tally, target, annotate))
        raise
    console.say(
        f"{_counts(tally)} in {time.monotonic() - begun:.1f} s{named(listed.passed_over)}{within(listed.left_out)}"
    )
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
            self.folder.write(frame, result.readings, numbered=outcome.source.is_video)
        with self.bar.aside():
            self.sink.write(result)
        if frame is not None and frame.note:
            with self.bar.aside(stderr=True):
                self.console.say(f"{result.source}: {frame.note}")

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
    """Return for example "812 pictures, 1002 numbers until then, kept in numbers.csv.partial"."""
    kept = [partial(output)] if output is not None and partial(output).is_file() else []
    kept += [annotate] if annotate and tally.frames > tally.errors else []
    return f"{_counts(tally)} until then" + (f", kept in {' and '.join(map(str, kept))}" if kept else "")


def _format_of(output: Path | None) -> FormatName:
    """Return the format that a file's name says."""
    suffix = output.suffix.lower() if output is not None else ""
    if suffix not in _FORMATS:
        raise UsageError(
            f"--output {output}: {suffix} names no format of results; give --format, "
            "or a name that ends in .jsonl, .ndjson, .csv or .txt"
        )
    return _FORMATS[suffix]


def _annotated(annotate: Path, paths: list[Path]) -> AnnotatedFolder[Reading | Tracked]:
    from numbre_edge.sinks.annotate import AnnotatedFolder, draw

    return AnnotatedFolder(annotate, sources=paths, draw=draw)


def _sink(format: FormatName, stream: TextIO, paths: list[Path]) -> Sink:
    if format == "jsonl":
        from numbre_edge.sinks.jsonl import JsonLines

        return JsonLines(stream)
    if format == "csv":
        from numbre_edge.sinks.csv import Csv

        return Csv(stream)
    from numbre_edge.sinks.table import ScreenTable, Table

    return (ScreenTable if stream.isatty() else Table)(stream, sources=map(str, paths))
