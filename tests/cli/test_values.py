"""Values on the command line: what is plain is taken as it is, what is not is checked by pydantic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
import typer.main
from typer.testing import CliRunner

from numbre_edge.cli.help import Command

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def show(
    sources: Annotated[list[str], typer.Argument()],
    kind: Annotated[Literal["a", "b"] | None, typer.Option()] = None,
    name: Annotated[str, typer.Option()] = "nobody",
    count: Annotated[int, typer.Option(min=1)] = 1,
    place: Annotated[Path | None, typer.Option()] = None,
    many: Annotated[list[Path] | None, typer.Option()] = None,
) -> None:
    print(repr((sources, kind, name, count, place, many)))


def shown(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


def test_what_is_given_has_the_type_that_is_said() -> None:
    done = shown("x", "y", "--kind", "b", "--name", "1", "--count", "3", "--place", "p", "--many", "q", "--many", "r")

    assert done.stdout == f"{(['x', 'y'], 'b', '1', 3, Path('p'), [Path('q'), Path('r')])!r}\n"


def test_what_is_not_given_is_the_default() -> None:
    assert shown("x").stdout == f"{(['x'], None, 'nobody', 1, None, None)!r}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "--kind", "c"], "'c' is not one of 'a', 'b'"),
        (["x", "--count", "0"], "'0' must be at least 1"),
        ([], "Missing argument"),
    ],
)
def test_what_is_wrong_is_refused(arguments: list[str], said: str) -> None:
    done = shown(*arguments)

    assert done.exit_code == 2
    assert said in done.output
