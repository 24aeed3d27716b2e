"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.recognition import FINDERS
from numbre_edge.vocabulary import DecimalMark

if TYPE_CHECKING:
    BackendName = str
    FinderName = str
else:  # what there is stands in one place
    BackendName = Literal[("auto", *RUNTIMES)]
    FinderName = Literal[FINDERS]
EventFormat = Literal["table", "jsonl"]
ResultFormat = Literal["table", "jsonl", "csv", "parquet"]

_MODEL, _NUMBERS = "Model", "What a number is"
ModelFile = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="An .onnx or .tflite file, or the name of a shipped model: cnn, numbre.",
        rich_help_panel=_MODEL,
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
    typer.Option(
        "--backend",
        metavar="NAME",
        help="Inference runtime: onnx, tflite or opencv; auto takes the first that is installed.",
        rich_help_panel=_MODEL,
    ),
]
FinderOption = Annotated[
    FinderName,
    typer.Option(
        "--finder",
        metavar="NAME",
        help="How digits are found: components, as connected ink; learned, by a network that was taught what they "
        "look like; transcribed, the same, each number read once more as a whole; both, by ink or by network, "
        "whichever sees more, and as a whole; printed, by one that was taught print and displays, and no handwriting.",
        rich_help_panel=_MODEL,
    ),
]
MinConfidence = Annotated[
    float | None,
    typer.Option(
        "--min-confidence",
        metavar="P",
        min=0.0,
        max=1.0,
        help="Digits less sure than this (0 to 1) read '?'. By default the classifier's own threshold, and none for "
        "what the finder read.",
        show_default=False,
        rich_help_panel=_MODEL,
    ),
]
Decimal = Annotated[
    DecimalMark,
    typer.Option(
        "--decimal",
        metavar="MARK",
        help="What stands before decimals: point or comma; auto goes by the picture's other numbers, and leaves what "
        "could mean two things, such as 1.234, without a value.",
        rich_help_panel=_NUMBERS,
    ),
]
DigitsOnly = Annotated[
    bool,
    typer.Option("--digits-only", help="End numbers at points and commas, and read no sign.", rich_help_panel=_NUMBERS),
]

_SELECTION = "What is read"
Roi = Annotated[
    str | None,
    typer.Option(
        "--roi",
        metavar="X,Y,W,H",
        help="Read only this part of each picture: in pixels, or in percent like 10%,20%,50%,30%.",
        rich_help_panel=_SELECTION,
    ),
]
MaxPixels = Annotated[
    int,
    typer.Option(
        "--max-pixels",
        metavar="N",
        min=1,
        help="Refuse pictures whose header says that they have more; a larger N allows more memory too.",
        rich_help_panel=_SELECTION,
    ),
]
Rotate = Annotated[
    Literal["90", "180", "270"] | None,
    typer.Option("--rotate", help="Turn each picture clockwise by so many degrees first.", rich_help_panel=_SELECTION),
]
Flip = Annotated[
    Literal["h", "v"] | None,
    typer.Option(
        "--flip", help="Mirror each picture first: left and right (h), top and bottom (v).", rich_help_panel=_SELECTION
    ),
]
Pages = Annotated[
    str | None,
    typer.Option(
        "--pages",
        metavar="LIST",
        help="Read only these pages of each TIFF and PDF: 1,3-5,8- are the first, the third to the fifth, and from the "
        "eighth on.",
        show_default=False,
        rich_help_panel=_SELECTION,
    ),
]
Dpi = Annotated[
    int,
    typer.Option(
        "--dpi",
        metavar="N",
        min=1,
        max=2400,
        help="Draw the pages of a PDF with so many dots an inch.",
        rich_help_panel=_SELECTION,
    ),
]
AllFrames = Annotated[
    bool,
    typer.Option(
        "--all-frames",
        help="Read every frame of an animated GIF, PNG, WebP or AVIF, not the first alone; with --pages, those of that "
        "list.",
        rich_help_panel=_SELECTION,
    ),
]
Size = Annotated[
    str | None,
    typer.Option("--size", metavar="WxH", help="Ask the camera for frames of this size.", rich_help_panel=_SELECTION),
]
Fps = Annotated[
    float | None,
    typer.Option(
        "--fps",
        metavar="N",
        min=0.001,
        max=1000,
        help="Ask for so many frames a second: of a camera, or of an address of single pictures (by default 2).",
        rich_help_panel=_SELECTION,
    ),
]

_RULES = "Rules, for counters and meters"
Digits = Annotated[
    int | None,
    typer.Option("--digits", metavar="N", min=1, help="Numbers have so many digits.", rich_help_panel=_RULES),
]
Decimals = Annotated[
    int | None,
    typer.Option("--decimals", metavar="N", min=0, help="Numbers have so many decimals.", rich_help_panel=_RULES),
]
Increasing = Annotated[bool, typer.Option("--increasing", help="Numbers never go down.", rich_help_panel=_RULES)]
MaxRate = Annotated[
    float | None,
    typer.Option(
        "--max-rate",
        metavar="UNITS_PER_SECOND",
        min=0.0,
        help="Numbers change no faster than this.",
        rich_help_panel=_RULES,
    ),
]
