"""``numbre-edge doctor``: is everything here that reading needs, and what mends it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, plural
from numbre_edge.errors import NumbreError, printable

if TYPE_CHECKING:
    from numbre_edge.doctor.check import Check

EPILOG = """
[bold]Examples[/bold]
numbre-edge doctor
numbre-edge doctor --json

[bold]Exit codes[/bold]
0 no problem (there may be warnings); 1 a problem.
"""

_STATUS_WIDTH, _NAME_WIDTH = 7, 20  # characters
_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def doctor(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, for scripts and bug reports.")
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Check the machine, the packages, the models and the cameras, and say what mends each fault.

    Nothing is changed, and nothing is sent.
    """
    try:
        from numbre_edge.doctor.examination import examine
    except ModuleNotFoundError as exc:  # one of the few packages that the doctor itself needs
        raise NumbreError(f"{exc}; pip install {exc.name}") from exc

    checks = []
    for check in examine():
        checks.append(check)
        if not as_json:  # one by one: a slow machine takes its time for the rest
            show(check) if sys.stdout.isatty() else print(line(check), flush=True)
    problems = sum(check.status == "problem" for check in checks)
    warnings = sum(check.status == "warning" for check in checks)
    if as_json:
        print(json.dumps({"checks": [asdict(check) for check in checks], "ok": not problems}, indent=1))
    console_of(context).say(
        f"{plural(len(checks), 'check')}, {plural(warnings, 'warning')}, {plural(problems, 'problem')}"
    )
    if problems:
        raise typer.Exit(1)


def line(check: Check) -> str:
    """Return a check as one line, or two where there is something to mend."""
    first, *rest = _told(check)
    lines = [f"{check.status:<{_STATUS_WIDTH}}  {check.name:<{_NAME_WIDTH}}  {first}"]
    return "\n".join(lines + [f"{'':<{_STATUS_WIDTH}}  {'':<{_NAME_WIDTH}}  {text}" for text in rest])


def show(check: Check) -> None:
    """Print a check to a terminal of any width, in columns."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    row = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    row.add_column(width=_STATUS_WIDTH)
    row.add_column(width=min(_NAME_WIDTH, console.width // 4), overflow="fold")
    row.add_column(overflow="fold")
    row.add_row(Text(check.status, style=_STYLES[check.status]), Text(check.name), Text("\n".join(_told(check))))
    console.print(row)


def _told(check: Check) -> list[str]:
    """Return what was found, and in a line of its own what mends it."""
    found = printable(check.found)  # a camera may call itself anything
    if check.remedy is None:
        return [found]
    if check.status == "ok":
        return [f"{found}: {check.remedy}"]
    return [found, f"mend it: {check.remedy}"]
