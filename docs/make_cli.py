"""Write docs/cli.md, the command reference, from the commands themselves.

    python docs/make_cli.py

A test compares the file with what this writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

PAGE = Path(__file__).with_name("cli.md")
_HEAD = """\
# Command line

<!-- Written by docs/make_cli.py from the commands' own help; edit that. -->

`numbre-edge` and `python -m numbre_edge` are the same program. Results go to stdout, everything else to stderr.
"""


def reference(app: typer.Typer, name: str) -> str:
    """Return the Markdown reference of every command of ``app``, called ``name`` on the command line."""
    command = typer.main.get_command(app)
    with command.make_context(name, [], resilient_parsing=True) as context:
        return "\n".join([_HEAD, *_sections(command, name, context)])


def _sections(command: TyperCommand | TyperGroup, path: str, context: typer.Context) -> Iterator[str]:
    yield f"{'#' * min(1 + len(path.split()), 4)} `{path}`\n"
    yield f"{_markdown(command.help or '')}\n"
    yield f"```\n{' '.join([path, *command.collect_usage_pieces(context)])}\n```\n"
    records = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    if records:
        yield "| | |\n|---|---|"
        yield "".join(f"| `{_cell(what)}` | {_cell(_markdown(text))} |\n" for what, text in records)
    if command.epilog:
        yield _epilog(command.epilog)
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            yield from _sections(command.commands[name], f"{path} {name}", context)


def _epilog(text: str) -> str:
    """Return an epilog's paragraphs; the lines below "Examples" as code."""
    parts = []
    for paragraph in text.strip().split("\n\n"):
        title, _, rest = paragraph.partition("\n")
        if title == "[bold]Examples[/bold]":
            parts.append(f"**Examples**\n\n```\n{rest}\n```\n")
        else:
            parts.append("\n\n".join(_markdown(part) for part in (title, rest) if part) + "\n")
    return "\n".join(parts)


def _markdown(text: str) -> str:
    """Return help text, which may hold Rich's markup, as Markdown."""
    text = re.sub(r"\[/?bold\]", "**", text.strip())
    return text.replace("\\[", "[")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    from numbre_edge.cli.app import app

    PAGE.write_text(reference(app, "numbre-edge"), encoding="utf-8")
