"""Help that names values as people do: ``--every N``, not ``--every <int range> [x>=1]``."""

from __future__ import annotations

import inspect
from typing import Any

from typer import BadParameter
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


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


class Group(TyperGroup):
    """A group of commands with plain help: ``cls=`` of ``Typer``."""

    def get_params(self, ctx: Any) -> list[Any]:
        return [_plain(parameter) for parameter in super().get_params(ctx)]


_SHELLS = "for bash, zsh, fish, powershell or pwsh"
_OF_TYPER = {  # its own options, by name
    "install_completion": ("SHELL", f"Have the Tab key complete commands and options: install that {_SHELLS}."),
    "show_completion": ("SHELL", f"Print what that would install {_SHELLS}."),
}


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

    What is checked is kept elsewhere: these attributes are for display alone.
    """
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
