"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

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
