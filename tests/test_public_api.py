"""``import numbre_edge``: what it offers, all of it documented."""

from __future__ import annotations

import inspect

import pytest

import numbre_edge
from numbre_edge import errors


def test_the_public_names_are_these() -> None:
    assert numbre_edge.__all__ == ["Digit", "Frame", "NumbreError", "Reader", "Reading", "__version__"]


@pytest.mark.parametrize("name", numbre_edge.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(numbre_edge, name) is not None
    assert name in dir(numbre_edge)


@pytest.mark.parametrize("name", [name for name in numbre_edge.__all__ if not name.startswith("_")])
def test_every_public_class_and_its_methods_explain_themselves(name: str) -> None:
    thing = getattr(numbre_edge, name)
    methods = {m: f for m, f in inspect.getmembers(thing, inspect.isfunction) if not m.startswith("_")}

    undocumented = [label for label, item in {name: thing, **methods}.items() if not inspect.getdoc(item)]

    assert undocumented == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Raeder"):
        _ = numbre_edge.Raeder


def test_every_error_of_ours_is_a_numbre_error_with_an_exit_code() -> None:
    ours = [item for _, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == errors.__name__]

    assert all(issubclass(error, numbre_edge.NumbreError) and error.exit_code in (1, 2) for error in ours)
