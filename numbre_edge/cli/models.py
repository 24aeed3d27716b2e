"""``numbre-edge models``: the models that came along, their cards and their checksums."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from numbre_edge.cli.help import Command, Group
from numbre_edge.errors import ModelError, UsageError, printable

if TYPE_CHECKING:
    from numbre_edge.model import ModelCard

EPILOG = """
[bold]Examples[/bold]
numbre-edge models
numbre-edge models show cnn
numbre-edge models verify
"""

app = typer.Typer(
    cls=Group,
    help="List the shipped models, show a model's card, verify checksums.",
    epilog=EPILOG,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.callback()
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_models()


@app.command("list", cls=Command)
def list_models() -> None:
    """List the shipped models."""
    from numbre_edge.model import load_model, shipped_models

    paths = shipped_models()
    if not paths:
        raise ModelError("no models came with this installation; reinstall numbre-edge, or give one with --model")
    models = [load_model(path) for path in paths]
    width = max(len(path.name) for path in paths)
    print(f"{'model':<{width}}  format  {'quantization':<12}  {'size':>8}  MNIST test")
    for model in models:
        card, size = model.card, f"{len(model.content) / 1000:.0f} KB"
        print(f"{model.path.name:<{width}}  {model.format:<6}  {card.quantization:<12}  {size:>8}  {_accuracy(card)}")


@app.command("show", cls=Command)
def show(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A model file, or the name of a shipped one.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as it stands in the file.")] = False,
) -> None:
    """Show a model's card: what it takes, what it gives, how good it is."""
    from numbre_edge.model import find_model, load_model

    loaded = load_model(find_model(model))
    if as_json:
        print(loaded.card.to_json())
        return
    print(f"{printable(str(loaded.path))} ({len(loaded.content):,} bytes)")
    for key, value in _lines(json.loads(loaded.card.to_json())):
        print(f"{key:<36}  {value}" if value else key)


@app.command("verify", cls=Command)
def verify(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="With a SHA256SUMS file; by default the shipped models.", show_default=False
        ),
    ] = None,
) -> None:
    """Check model files against their SHA256SUMS; exit 1 if one differs or is missing."""
    from numbre_edge.model import MODELS, SUMS, verify_sums

    place = folder or MODELS
    if not place.is_dir():
        raise UsageError(f"{place}: no such folder")
    sums = verify_sums(place)
    if not sums:
        raise ModelError(f"{place}: has no {SUMS} to check against")
    for name, good in sums.items():
        state = "ok" if good else "DIFFERS" if (place / name).exists() else "MISSING"
        print(f"{printable(name)}: {state}")
    if not all(sums.values()):
        raise typer.Exit(1)


def _accuracy(card: ModelCard) -> str:
    accuracy = card.metrics.get("mnist", {}).get("accuracy")
    return f"{accuracy:.2%}" if isinstance(accuracy, (int, float)) else "-"


def _lines(values: Mapping[str, Any], indent: str = "") -> Iterator[tuple[str, str]]:
    """Yield the (key, value) lines of nested JSON; keys of inner objects are indented.

    What a stranger's card may do to a terminal is left out.
    """
    for name, value in values.items():
        key = name if name.isprintable() else repr(name)
        if value in (None, {}, []):
            continue
        if isinstance(value, dict):
            yield f"{indent}{key}", ""
            yield from _lines(value, indent + "  ")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"{indent}{key}", text if text.isprintable() else repr(text)
