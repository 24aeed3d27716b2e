"""``numbre-edge doctor``: is everything here that reading needs, and what mends it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, plural
from numbre_edge.errors import NumbreError

if TYPE_CHECKING:
    from numbre_edge.doctor.check import Check

EPILOG = """
[bold]Examples[/bold]
numbre-edge doctor
numbre-edge doctor --json

[bold]Exit codes[/bold]
0 no problem (there may be warnings); 1 a problem.
"""

_NAME_WIDTH = 20  # characters


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
        if not as_json:
            print(line(check), flush=True)  # a slow machine takes its time for the rest
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
    text = f"{check.status:<7}  {check.name:<{_NAME_WIDTH}}  {check.found}"
    if check.remedy is None:
        return text
    if check.status == "ok":
        return f"{text}: {check.remedy}"
    return f"{text}\n{'':<7}  {'':<{_NAME_WIDTH}}  mend it: {check.remedy}"
