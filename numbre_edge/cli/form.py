"""``numbre-edge form``: a form described once, its filled copies read into rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, plural, tell
from numbre_edge.cli.help import Command, Group
from numbre_edge.cli.inputs import besides, check_output, check_unnamed, pages_of
from numbre_edge.cli.options import BackendOption, CardFile, Dpi, FinderOption, MaxPixels, ModelFile, Pages
from numbre_edge.cli.signals import at_once, stop_signals
from numbre_edge.errors import NumbreError, UsageError, one_line, printable
from numbre_edge.recognition import CELL_FINDER
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.paging import DPI

app = typer.Typer(
    help="Read the fields of a form that is known: one row a picture.",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_READ = """
[bold]Examples[/bold]
numbre-edge form read votes.toml photos/
numbre-edge form read votes.toml photos/ --output votes.csv

[bold]Exit codes[/bold]
0 all read;
1 a picture is no copy of the form or could not be read, or a model or backend failed;
2 wrong usage, or the form's file is wrong;
130 ended by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP.
"""
FormFile = Annotated[Path, typer.Argument(metavar="FORM", help="The form's TOML file.", show_default=False)]


@app.command("read", cls=Command, epilog=_READ)
def read(
    context: typer.Context,
    form: FormFile,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="PICTURE", help="Pictures, PDFs, folders, ZIP archives or globs.", show_default=False),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the CSV to this file.", show_default=False),
    ] = None,
    sure: Annotated[
        float,
        typer.Option("--sure", metavar="P", min=0.0, max=1.0, help="Fields less sure than this need a person's look."),
    ] = 0.9,
    pages: Pages = None,
    dpi: Dpi = DPI,
    max_pixels: MaxPixels = MAX_PIXELS,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = CELL_FINDER,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read filled copies of a form: a CSV row a picture or page.

    Columns: source, and frame, a page's number from 0; each field, and how sure it is; needs_review, the fields that a
    person should look at; error.
    """
    console = console_of(context)
    with at_once():
        from numbre_edge.cli.progress import Bar
        from numbre_edge.cli.selection import paging
        from numbre_edge.forms import FormReader, load_form
        from numbre_edge.reader import Reader
        from numbre_edge.sinks.output import open_output
        from numbre_edge.sources.listing import list_sources
        from numbre_edge.types import numbered, readable

        described, wanted = load_form(form), paging(pages, dpi)
        listed = list_sources(sources)
        check_output(output, listed.files)
        reader = FormReader(described, Reader(model, card=card, backend=backend, finder=finder), sure=sure)
    names = [field.name for field in described.fields]
    read = failed = to_check = 0
    with (
        open_output(output) as stream,
        Bar(len(listed.files), shares_terminal=output is None, quiet=console.quiet) as bar,
        stop_signals() as stop,
    ):
        rows = csv.writer(stream, lineterminator="\n")
        shown = printable if stream.isatty() else str  # a file has names as they are
        cells = [cell for name in names for cell in (name, f"{name}_sure")]
        rows.writerow(["source", "frame", *cells, "needs_review", "error"])
        for source, page in pages_of(listed.files, bar, stop, max_pixels=max_pixels, paging=wanted):
            try:
                row = reader.read(readable(page))
                cells = [
                    cell for name in names for cell in (row.values[name].text, f"{row.values[name].confidence:.4f}")
                ]
                written = [*cells, " ".join(row.needs_review), ""]
                to_check += bool(row.needs_review)
            except NumbreError as exc:
                written = [*[""] * (2 * len(names) + 1), one_line(exc)]
                failed += 1
                with bar.aside(stderr=True):
                    tell(f"{numbered(source.name, page.index)}: {one_line(exc)}")
            with bar.aside():
                rows.writerow([shown(source.name), page.index, *written])
                stream.flush()
            read += 1
    console.say(
        f"{plural(read, 'picture')}, {to_check} to be looked at"
        + (f", {plural(failed, 'error')}" if failed else "")
        + besides(listed)
    )
    if failed:
        raise typer.Exit(1)


@app.command("new", cls=Command)
def new(
    context: typer.Context,
    reference: Annotated[
        Path, typer.Argument(metavar="PICTURE", help="A picture of the form, empty best.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="By default PICTURE's name with .toml, beside it.",
            show_default=False,
        ),
    ] = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Draft a form's TOML file from the boxes, combs and lines in its picture.

    Names are field_1 and so on: rename them, throw away what is none, and look at it with [bold]form check[/bold].
    """
    console = console_of(context)
    with at_once():
        from os.path import relpath

        from numbre_edge.atomic import write_file
        from numbre_edge.forms.draft import as_toml, drafted
        from numbre_edge.sources.pictures import as_frame

        target = output or reference.with_suffix(".toml")
        if target.exists():
            raise UsageError(f"{target}: is there already; name another with --output")
        if not target.parent.is_dir():
            raise UsageError(f"--output {target}: there is no folder {target.parent}; make it first")
        fields = drafted(as_frame(reference))
    if not fields:
        raise UsageError(f"{reference}: no boxes and no lines to write on; describe its fields by hand")
    write_file(target, as_toml(Path(relpath(reference, target.parent)).as_posix(), fields).encode())
    console.say(f"{plural(len(fields), 'field')}; wrote {target}")


@app.command("check", cls=Command)
def check(
    context: typer.Context,
    form: FormFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="By default FORM's name with -checked.png.", show_default=False
        ),
    ] = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Draw a form's fields into its reference picture, and say whether copies can be laid on it."""
    console = console_of(context)
    with at_once():
        import cv2

        from numbre_edge.atomic import write_file
        from numbre_edge.drawn import marked
        from numbre_edge.forms import load_form
        from numbre_edge.forms.drawing import draw_form
        from numbre_edge.forms.registration import Reference
        from numbre_edge.vision.page import Page

        described = load_form(form)
        Reference(Page(described.reference).grey)
        target = output or Path(f"{form.stem}-checked.png")
        if target.suffix.lower() != ".png":
            raise UsageError(f"--output {target}: is a PNG picture; give a name that ends in .png")
        if output is None:
            check_unnamed(target)
    _, encoded = cv2.imencode(".png", draw_form(described))
    write_file(target, marked(encoded.tobytes(), "explain"))
    console.say(f"{plural(len(described.fields), 'field')}; wrote {target}")
