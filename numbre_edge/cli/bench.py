"""``numbre-edge bench``: how fast this machine reads, and how far that is from what is possible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.inputs import check_output
from numbre_edge.cli.options import FinderOption
from numbre_edge.cli.progress import Bar
from numbre_edge.cli.signals import at_once, ending
from numbre_edge.errors import UsageError
from numbre_edge.recognition import FINDER

EPILOG = """
[bold]Examples[/bold]
numbre-edge bench
numbre-edge bench photos/ --repeat 3
numbre-edge bench cnn numbre photos/ --output bench.json
numbre-edge bench my-model.int8.tflite --finder components

[bold]Exit codes[/bold]
0 all measured; 1 a model or a backend failed, or no picture could be read; 2 wrong usage.
"""

_PAGES = 4  # drawn where there are no pictures
_DRAWN = f"{_PAGES} pages of 1280x720 with 20 digits, drawn for this"


def bench(
    context: typer.Context,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]... [FOLDER]",
            help="Models, by file or shipped name, and a folder of pictures; with a labels.csv (file,label) how much "
            "is read right too. By default what each backend reads with, and pages that are drawn.",
            show_default=False,
        ),
    ] = None,
    repeat: Annotated[
        int,
        typer.Option(
            "--repeat",
            metavar="N",
            min=1,
            help="Read each picture so often, after a first time, and start anew as often.",
        ),
    ] = 5,
    finder: FinderOption = FINDER,
    format: Annotated[
        Literal["markdown", "json"] | None,
        typer.Option(
            "--format", "-f", help="By default JSON for a FILE that ends in .json, else Markdown.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to this file, not to stdout.", show_default=False),
    ] = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Measure speed, memory, start and accuracy on this machine, each model in each backend that is installed.

    Every stage of a reading is timed: decode the file, find digits, cut them out, classify them, read numbers from
    that. Beside it stands what no reader could do without: loading the same files, a threshold and connected
    components, the imports.
    """
    console = console_of(context)
    models, folder = _parted(inputs or [])
    check_output(output)
    with at_once():
        from numbre_edge.atomic import write_file
        from numbre_edge.bench.machine import about, strain
        from numbre_edge.bench.pictures import pictures_in
        from numbre_edge.bench.report import Report, as_json, as_markdown
        from numbre_edge.bench.suite import outcome, settings

        wanted, missing = settings(models, finder)
    with ending():
        before, outcomes = strain(), []
        with _pictures(folder) as place:
            pictures_in(place)  # a wrong folder is said before the work
            with Bar(len(wanted), shares_terminal=False, quiet=console.quiet) as bar:
                for setting in wanted:
                    bar.show(setting.name)
                    outcomes.append(outcome(setting, place, repeat=repeat))
                    bar.step()
        report = Report(
            about(), before, strain(), str(folder or _DRAWN), folder is None, finder, tuple(outcomes), missing
        )
        written = format or ("json" if output and output.suffix.lower() == ".json" else "markdown")
        text = as_json(report) if written == "json" else as_markdown(report)
        if output is None:
            print(text)
        else:
            write_file(output, f"{text}\n".encode())
    if any(outcome.error or (outcome.trial and outcome.trial.errors) for outcome in outcomes):
        raise typer.Exit(1)


def _parted(inputs: list[str]) -> tuple[list[str], Path | None]:
    """Return the models and the folder."""
    folders = [given for given in inputs if Path(given).is_dir()]
    if len(folders) > 1:
        raise UsageError(f"{' and '.join(folders)}: one folder at a time")
    return [given for given in inputs if given not in folders], Path(folders[0]) if folders else None


@contextmanager
def _pictures(folder: Path | None) -> Iterator[Path]:
    """Yield a folder of pictures: the one that is given, or one of drawn pages for the while."""
    if folder is not None:
        yield folder
        return
    from numbre_edge.bench.pages import write_pages

    with TemporaryDirectory(prefix="numbre-edge-") as drawn:
        write_pages(Path(drawn), _PAGES)
        yield Path(drawn)
