"""``numbre-edge table``: pictures in, rows and columns out."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, plural, tell
from numbre_edge.cli.inputs import besides, check_output, format_of, pages_of
from numbre_edge.cli.options import (
    BackendOption,
    CardFile,
    Decimal,
    Dpi,
    FinderOption,
    Flip,
    MaxPixels,
    MinConfidence,
    ModelFile,
    Pages,
    Rotate,
)
from numbre_edge.cli.signals import at_once, stop_signals
from numbre_edge.errors import NumbreError, UsageError, one_line
from numbre_edge.recognition import CELL_FINDER
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.paging import DPI

if TYPE_CHECKING:
    from typing import TextIO

    from numbre_edge.tables.formats import Writer

FormatName = Literal["csv", "json", "md", "xlsx"]

EPILOG = """
[bold]Examples[/bold]
numbre-edge table marks.jpg
numbre-edge table scans/ --output marks.xlsx
numbre-edge table marks.jpg --words "(text)" --annotate drawn/
numbre-edge table marks.jpg --format json

[bold]Exit codes[/bold]
0 each picture has a table;
1 a picture has none or could not be read, or a model or backend failed;
2 wrong usage;
130 ended by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.
"""

_FORMATS: dict[str, FormatName] = {".csv": "csv", ".json": "json", ".md": "md", ".xlsx": "xlsx", "": "csv"}
_OUTPUT = "Output"


def table(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="PICTURE", help="Pictures, PDFs, folders, ZIP archives or globs.", show_default=False),
    ],
    format: Annotated[
        FormatName | None,
        typer.Option(
            "--format",
            "-f",
            help="How tables are written. By default as FILE's name ends: .csv, .json, .md, .xlsx; else as CSV.",
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
            help="Write tables to this file.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    words: Annotated[
        str,
        typer.Option(
            "--words",
            metavar="TEXT",
            help="What stands in a cell where something is written that is no number.",
            rich_help_panel=_OUTPUT,
        ),
    ] = "",
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="DIR",
            help="Write each picture there too, with the cells found drawn in.",
            show_default=False,
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    rotate: Rotate = None,
    flip: Flip = None,
    pages: Pages = None,
    dpi: Dpi = DPI,
    max_pixels: MaxPixels = MAX_PIXELS,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = CELL_FINDER,
    min_confidence: MinConfidence = None,
    decimal: Decimal = "auto",
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read tables of handwritten numbers: ruled, boxed, or in rows and columns without lines.

    A row of boxes with one digit each is one number. Of several tables in a picture the largest comes first.
    """
    console = console_of(context)
    written = format or format_of(output, _FORMATS, "tables")
    with at_once():
        from numbre_edge.cli.progress import Bar
        from numbre_edge.cli.selection import orientation, paging
        from numbre_edge.reader import Reader
        from numbre_edge.sinks.annotate import AnnotatedFolder
        from numbre_edge.sinks.output import open_output
        from numbre_edge.sources.listing import list_sources
        from numbre_edge.tables.drawing import draw_tables
        from numbre_edge.tables.reading import read_tables
        from numbre_edge.types import numbered, readable

        way_up, wanted = orientation(rotate, flip), paging(pages, dpi)
        listed = list_sources(sources)
        paths = [source.path for source in listed.files if source.error is None]
        check_output(output, listed.files)
        if written == "xlsx" and output is None:
            raise UsageError("--format xlsx: a workbook is a file; give --output FILE.xlsx")
        reader = Reader(
            model, card=card, backend=backend, finder=finder, min_confidence=min_confidence, decimal=decimal
        )
    folder = AnnotatedFolder(annotate, sources=paths, draw=draw_tables) if annotate is not None else None
    read = failed = found = 0
    with (
        open_output(output if written != "xlsx" else None) as stream,
        closing(_writer(written, stream, output, words)) as writer,
        Bar(len(listed.files), shares_terminal=output is None, quiet=console.quiet) as bar,
        stop_signals() as stop,
    ):
        for source, page in pages_of(listed.files, bar, stop, max_pixels=max_pixels, paging=wanted):
            try:
                frame = way_up.applied(readable(page))
                tables = read_tables(reader, frame)
                error = None if tables else "no table"
            except NumbreError as exc:
                tables, error = [], one_line(exc)
            with bar.aside():
                writer.write(source.name, tables, error, frame=page.index)
            if error is not None:
                failed += 1
                with bar.aside(stderr=True):
                    tell(f"{numbered(source.name, page.index)}: {error}")
            elif folder is not None:
                folder.write(frame, tables, numbered=frame.pages > 1)
            read += 1
            found += len(tables)
    console.say(f"{plural(read, 'picture')}, {plural(found, 'table')}{besides(listed)}")
    if failed:
        raise typer.Exit(1)


def _writer(format: FormatName, stream: TextIO, output: Path | None, words: str) -> Writer:
    if format == "xlsx":
        from numbre_edge.tables.xlsx import Workbook

        assert output is not None
        return Workbook(output, words)
    from numbre_edge.tables.formats import Csv, Json, Markdown

    if format == "json":
        return Json(stream)
    return Csv(stream, words) if format == "csv" else Markdown(stream, words)
