"""What is said on stderr, and how much of it."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer

from numbre_edge.errors import printable


class Console:
    """How talkative one run is: ``-v`` and ``-q``, before or after the command's name."""

    def __init__(self) -> None:
        self.verbose = False
        self.quiet = False

    def say(self, text: str) -> None:
        """Write a line to stderr unless ``-q``."""
        if not self.quiet:
            tell(text)

    def detail(self, text: str) -> None:
        """Write a line to stderr if ``-v``."""
        if self.verbose:
            tell(text)


def tell(text: str) -> None:
    """Write a line to stderr; where that is full or gone, nobody can be told."""
    with suppress(OSError):
        print(printable(text), file=sys.stderr)


def console_of(context: typer.Context) -> Console:
    """Return the one Console of this run."""
    return context.find_root().ensure_object(Console)


def plural(count: int, noun: str) -> str:
    """Return for example "1 number" or "2 numbers"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _be_verbose(context: typer.Context, value: bool) -> None:
    if value:
        console_of(context).verbose = True


def _be_quiet(context: typer.Context, value: bool) -> None:
    if value:
        console_of(context).quiet = True


Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", callback=_be_verbose, help="Say more on stderr.", show_default=False)
]
Quiet = Annotated[
    bool,
    typer.Option("-q", "--quiet", callback=_be_quiet, help="Say nothing but errors on stderr.", show_default=False),
]
