"""``numbre-edge predict``: pictures in, numbers out."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, plural
from numbre_edge.cli.options import BackendOption, CardFile, MinConfidence, ModelFile, parse_roi
from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from typing import TextIO

    from numbre_edge.batch import Outcome, Tally
    from numbre_edge.cli.progress import Bar
    from numbre_edge.sinks import Sink
    from numbre_edge.sinks.annotate import AnnotatedFolder
    from numbre_edge.sources.files import Source

FormatName = Literal["table", "jsonl", "csv"]

EPILOG = """
[bold]Examples[/bold]
numbre-edge predict samples/
numbre-edge predict photos/ --recursive --format csv --output numbers.csv
numbre-edge predict card.jpg --annotate drawn/
numbre-edge predict clip.mp4 --every 30 --roi 100,50,400,120 --format jsonl
find . -name '*.png' | numbre-edge predict - --format jsonl

[bold]Exit codes[/bold]
0 all read; 1 a picture could not be read, or a model or backend failed; 2 wrong usage.
"""

_OUTPUT = "Output"
_SELECTION = "What is read"


def predict(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Pictures, folders, globs or videos; - takes paths from stdin, one a line.",
            show_default=False,
        ),
    ],
    format: Annotated[
        FormatName, typer.Option("--format", help="How results are written.", rich_help_panel=_OUTPUT)
    ] = "table",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="Write results to this file, not to stdout.", rich_help_panel=_OUTPUT
        ),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="DIR",
            help="Write each picture there too, readings drawn in.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Look into folders within folders.", rich_help_panel=_SELECTION)
    ] = False,
    roi: Annotated[
        str | None,
        typer.Option(
            "--roi", metavar="X,Y,W,H", help="Read only this part of each picture (pixels).", rich_help_panel=_SELECTION
        ),
    ] = None,
    every: Annotated[
        int,
        typer.Option(
            "--every", metavar="N", min=1, help="Read every N-th frame of a video.", rich_help_panel=_SELECTION
        ),
    ] = 1,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    min_confidence: MinConfidence = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read the numbers in pictures and videos."""
    region = parse_roi(roi) if roi is not None else None

    from numbre_edge.sources.listing import list_sources

    listed = list_sources(sources, recursive=recursive)
    paths = [source.path for source in listed.files]
    _check_output(output, paths)

    from numbre_edge.batch import ReadOptions, Tally, run
    from numbre_edge.cli.progress import Bar
    from numbre_edge.reader import Reader
    from numbre_edge.sinks.annotate import AnnotatedFolder
    from numbre_edge.sinks.output import open_output

    folder = AnnotatedFolder(annotate, sources=paths) if annotate else None
    reader = Reader(model, card=card, backend=backend, min_confidence=min_confidence)
    console = console_of(context)
    console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
    begun = time.monotonic()
    tally = Tally()
    bar = Bar(len(paths), shares_terminal=output is None and sys.stdout.isatty(), quiet=console.quiet)
    with open_output(output) as stream, bar:
        with bar.aside():
            sink = _sink(format, stream, paths)
        run(listed.files, reader, [_Outputs(sink, folder, bar), tally], options=ReadOptions(every=every, roi=region))
    console.say(summary(tally, time.monotonic() - begun))
    if tally.errors:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Outputs:
    """Where a run's outcomes go, with a bar that makes way for them."""

    sink: Sink
    folder: AnnotatedFolder | None
    bar: Bar

    def begin(self, source: Source) -> None:
        self.bar.show(source.name)

    def take(self, outcome: Outcome) -> None:
        with self.bar.aside():
            self.sink.write(outcome.result)
        if self.folder and outcome.frame:
            from numbre_edge.sources.files import Source

            video = Source(outcome.frame.source).is_video
            self.folder.write(outcome.frame, outcome.result.readings, numbered=video)

    def end(self, source: Source) -> None:
        self.bar.step()


def summary(tally: Tally, seconds: float) -> str:
    """Return for example "24 pictures, 31 numbers, 1 error in 0.8 s"."""
    parts = [plural(tally.frames, "picture"), plural(tally.numbers, "number")]
    if tally.errors:
        parts.append(plural(tally.errors, "error"))
    return f"{', '.join(parts)} in {seconds:.1f} s"


def _sink(format: FormatName, stream: TextIO, paths: list[Path]) -> Sink:
    if format == "jsonl":
        from numbre_edge.sinks.jsonl import JsonLines

        return JsonLines(stream)
    if format == "csv":
        from numbre_edge.sinks.csv import Csv

        return Csv(stream)
    from numbre_edge.sinks.table import Table

    return Table(stream, sources=map(str, paths))


def _check_output(output: Path | None, paths: list[Path]) -> None:
    """Refuse before any work what would fail after all of it."""
    if output is None:
        return
    if output.is_dir():
        raise UsageError(f"--output {output}: is a folder; give a file name in it")
    if not output.parent.is_dir():
        raise UsageError(f"--output {output}: there is no folder {output.parent}; make it first")
    if output.resolve() in {path.resolve() for path in paths}:
        raise UsageError(f"--output {output}: would overwrite a picture to be read; choose another name")
