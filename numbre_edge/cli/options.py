"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from numbre_edge.types import Box

BackendName = Literal["auto", "onnx", "tflite", "opencv"]

_MODEL = "Model"
ModelFile = Annotated[
    Path | None,
    typer.Option(
        "--model", metavar="FILE", help="An .onnx or .tflite model, instead of the shipped one.", rich_help_panel=_MODEL
    ),
]
CardFile = Annotated[
    Path | None,
    typer.Option(
        "--card", metavar="FILE", help="The card (JSON) of a model that has none inside.", rich_help_panel=_MODEL
    ),
]
BackendOption = Annotated[
    BackendName,
    typer.Option("--backend", help="Inference runtime; auto takes the first installed.", rich_help_panel=_MODEL),
]
MinConfidence = Annotated[
    float | None,
    typer.Option(
        "--min-confidence",
        metavar="P",
        min=0.0,
        max=1.0,
        help="Digits less sure than this (0 to 1) read '?'. By default the model's own threshold.",
        show_default=False,
        rich_help_panel=_MODEL,
    ),
]


def parse_roi(text: str) -> Box:
    """Return the Box that ``X,Y,W,H`` says.

    Raises:
        UsageError: not four whole numbers, or an empty or negative region.
    """
    from numbre_edge.types import Box

    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError as exc:
        raise UsageError(f"--roi {text}: must be four whole numbers X,Y,W,H in pixels, like 100,50,400,120") from exc
    if x < 0 or y < 0 or width < 1 or height < 1:
        raise UsageError(f"--roi {text}: X and Y must be at least 0, W and H at least 1")
    return Box(x, y, width, height)


def parse_size(text: str) -> tuple[int, int]:
    """Return the width and height that ``WxH`` says.

    Raises:
        UsageError: not two whole numbers above 0.
    """
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as exc:
        raise UsageError(f"--size {text}: must be two whole numbers WxH in pixels, like 1280x720") from exc
    if width < 1 or height < 1:
        raise UsageError(f"--size {text}: W and H must be at least 1")
    return width, height
