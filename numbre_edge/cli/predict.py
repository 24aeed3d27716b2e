"""``numbre-edge predict``: pictures in, numbers out."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Annotated, Literal

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.engine import check_engine, check_paths, run_on_engine
from numbre_edge.cli.inputs import check_output, format_of
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
    ResultFormat,
    Roi,
    Rotate,
)
from numbre_edge.cli.signals import at_once
from numbre_edge.recognition import FINDER
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.paging import DPI

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

_FORMATS: dict[str, ResultFormat] = {
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
        ResultFormat | None,
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
        check_output(target)
        written = format or format_of(target, _FORMATS, "results")
    with at_once():
        from numbre_edge.batch import ReadOptions
        from numbre_edge.cli.resuming import is_whole
        from numbre_edge.cli.running import end, finish_of, run_here
        from numbre_edge.cli.selection import orientation, paging, parse_region
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
        end(tally, begun, console)
    elif resume and is_whole(target):
        console.say(f"{target} is there, and nothing of it is partial: nothing to go on with")
    else:
        with at_once():
            finish = finish_of(written, target)
            listed = list_sources(sources, recursive=recursive)
            check_output(target, listed.files)
            reader = open_reader()
        run_here(
            *(context, listed, reader, options),
            written=written, target=target, finish=finish, resume=resume, annotate=annotate, jobs=jobs,
        )  # fmt: skip
