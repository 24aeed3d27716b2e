"""Help that is there at once, and names values as people do: ``--every N``, not ``--every <int range> [x>=1]``.

It is written with typer's plain formatter: importing Rich takes as long as all the rest of ``--help``.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

from typer import BadParameter, style
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from numbre_edge.cli.values import unchecked_where_plain

_Listed = tuple[str, str, str]  # the panel that it stands in, what it is called, what it is


class Command(TyperCommand):
    """A command with plain help: ``cls=`` of ``Typer.command``."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.help = _flowing(self.help or "")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except BadParameter as exc:
            exc.message = _with_value(exc)
            raise

    def get_params(self, ctx: Any) -> list[Any]:
        return [_plain(parameter) for parameter in super().get_params(ctx)]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        _write_text(formatter, self.help or "")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_panels(formatter, _options(self.get_params(ctx), ctx))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write_text(formatter, self.epilog or "")


class Group(TyperGroup):
    """A group of commands with plain help: ``cls=`` of ``Typer``."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [_plain(parameter) for parameter in super().get_params(ctx)]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        _write_text(formatter, self.help or "")

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_panels(formatter, [*_options(self.get_params(ctx), ctx), *self.listed()])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write_text(formatter, self.epilog or "")

    def listed(self) -> Iterable[_Listed]:
        """Yield of each command its panel, its name and what it does."""
        for name, command in self.commands.items():
            yield "Commands", name, (command.help or "").partition("\n\n")[0]


_SHELLS = "for bash, zsh, fish, powershell or pwsh"
_OF_TYPER = {  # its own options, by name
    "install_completion": ("SHELL", f"Have the Tab key complete commands and options: install that {_SHELLS}."),
    "show_completion": ("SHELL", f"Print what that would install {_SHELLS}."),
}
_BOLD = re.compile(r"\[bold\](.*?)\[/bold\]")  # of Rich's markup all that the help texts use


def _options(parameters: Iterable[Any], ctx: Any) -> Iterator[_Listed]:
    for parameter in parameters:
        if record := parameter.get_help_record(ctx):
            usual = "Arguments" if isinstance(parameter, TyperArgument) else "Options"
            yield parameter.rich_help_panel or usual, *record


def _write_panels(formatter: Any, listed: Iterable[_Listed]) -> None:
    """Write names and what they are, those of a panel together, in the order in which the panels come up."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for panel, name, text in listed:
        panels.setdefault(panel, []).append((_styled(name, fg="cyan"), _shown(text)))
    for panel, rows in panels.items():
        with formatter.section(_styled(panel, bold=True)):
            formatter.write_dl(rows)


def _write_text(formatter: Any, text: str) -> None:
    """Write paragraphs; of one that begins with a heading each line is one."""
    for paragraph in inspect.cleandoc(text).split("\n\n") if text else []:
        formatter.write_paragraph()
        for line in paragraph.splitlines() if _BOLD.match(paragraph) else [paragraph]:
            formatter.write_text(_shown(line))


def _shown(text: str) -> str:
    return _BOLD.sub(lambda found: _styled(found[1], bold=True), text).replace("\\[", "[")


def _styled(text: str, **how: Any) -> str:
    """Return a text for a terminal; where there is none, typer takes its style away again."""
    return text if "NO_COLOR" in os.environ else style(text, **how)


def _flowing(text: str) -> str:
    """Return the paragraphs of a docstring, each one line: where that is broken is for the screen to say."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n"))


def _with_value(refused: BadParameter) -> str:
    """Return why a value is refused with that value, which pydantic leaves out: "'99' must be at most 1"."""
    message = refused.message.removeprefix("Value error, ")
    errors: list[Any] = getattr(refused.__cause__, "errors", list)()
    if not errors or not message.startswith("Input should be"):
        return message
    message = message.replace("less than or equal to", "at most").replace("greater than or equal to", "at least")
    return f"{str(errors[0]['input'])!r} {message.replace('Input should be', 'must be')}"


def _plain(parameter: Any) -> Any:
    """Return a parameter that is shown without the types and ranges of Python; the help text says what they mean.

    What is checked is kept elsewhere: these attributes are for display alone, but for how its value is converted.
    """
    unchecked_where_plain(parameter)
    if isinstance(parameter, TyperArgument):
        parameter.display_type_rich = lambda ctx: None  # type: ignore[method-assign]
    elif isinstance(parameter, TyperOption):
        parameter.min = parameter.max = None
        if parameter.name in _OF_TYPER:
            parameter.metavar, parameter.help = _OF_TYPER[parameter.name]
        elif parameter.metavar is None and parameter.type_descriptor.choices:
            parameter.metavar = "|".join(map(str, parameter.type_descriptor.choices))
        elif parameter.metavar is None:
            parameter.metavar = "" if parameter.is_flag else (parameter.name or "").upper()
    return parameter
