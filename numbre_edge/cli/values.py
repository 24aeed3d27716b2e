"""Values that are what they should be already do not wait for pydantic, whose import takes as long as NumPy's."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin


class Conversion:
    """Converts a parameter's value, by pydantic where there is something to check: stands in for typer's own.

    Of texts and choices there is not, nor of what was not given.

    Args:
        parameter: of typer.
    """

    def __init__(self, parameter: Any) -> None:
        self._annotation, self._default = parameter.type_descriptor.annotation, parameter.default
        self._by_pydantic = parameter.get_runtime_param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        if value is self._default or (get_origin(self._annotation) is Literal and value in get_args(self._annotation)):
            return value
        if self._annotation is str and isinstance(value, str):
            return value
        if self._annotation == list[str] and not isinstance(value, str):
            return list(value)
        return self._by_pydantic().coerce(value, param=param, ctx=ctx)


def unchecked_where_plain(parameter: Any) -> None:
    """Have typer convert a parameter's value so; once or several times is the same."""
    if "get_runtime_param" not in vars(parameter):
        conversion = Conversion(parameter)
        parameter.get_runtime_param = lambda: conversion
