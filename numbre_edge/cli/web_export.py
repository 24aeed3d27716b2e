"""``numbre-edge web-export``: the page without a server, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.signals import at_once

EPILOG = """
[bold]Examples[/bold]
npm install --prefix web-runtime onnxruntime-web@1.22.0
numbre-edge web-export site
python3 -m http.server --directory site

[bold]Exit codes[/bold]
0 written;
1 it cannot be written;
2 wrong usage, or onnxruntime-web is not there.
"""


def web_export(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Where to write the page: a new folder, an empty one, or one that holds such a page.",
            show_default=False,
        ),
    ],
    runtime: Annotated[
        Path,
        typer.Option(
            "--runtime", metavar="DIR", help="The folder dist of onnxruntime-web, as npm installs it: see the examples."
        ),
    ] = Path("web-runtime/node_modules/onnxruntime-web/dist"),
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Write a page that reads photos and drawings in the browser alone, for any server of files.

    It needs no other machine: the networks run in the browser. Pictures never leave it.
    """
    with at_once():
        from numbre_edge.web.alone import export
    size = export(folder, runtime)
    console_of(context).say(f"{size / 1e6:.1f} MB; to look at it: python3 -m http.server --directory {folder}")
