"""Help that names values as people do: ``--every N``, not ``--every <int range> [x>=1]``."""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class Command(TyperCommand):
    """A command with plain help: ``cls=`` of ``Typer.command``."""

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
