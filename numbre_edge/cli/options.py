"""Options that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.errors import UsageError
from numbre_edge.recognition import FINDERS
from numbre_edge.vocabulary import DecimalMark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numbre_edge.sources.paging import Paging
    from numbre_edge.sources.view import Orientation, Region

if TYPE_CHECKING:
    BackendName = str
    FinderName = str
else:  # what there is stands in one place
    BackendName = Literal[("auto", *RUNTIMES)]
    FinderName = Literal[FINDERS]
_PAGES = re.compile(r"([0-9]{1,9})(-([0-9]{1,9})?)?")
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
        "look like; both, by either, whichever sees more; printed, by one that was taught print and displays, and "
        "no handwriting.",
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


def orientation(rotate: Literal["90", "180", "270"] | None, flip: Literal["h", "v"] | None) -> Orientation:
    """Return what ``--rotate`` and ``--flip`` say."""
    from numbre_edge.sources.view import Orientation

    turns: dict[str | None, Literal[0, 90, 180, 270]] = {None: 0, "90": 90, "180": 180, "270": 270}
    return Orientation(rotate=turns[rotate], flip=flip)


def parse_region(roi: str | None) -> Region | None:
    """Return the Region that ``X,Y,W,H`` says, in pixels or each with a ``%``.

    Raises:
        UsageError: not four numbers of one kind, or an empty, negative or too large region.
    """
    from numbre_edge.sources.view import Region

    if roi is None:
        return None
    parts = [part.strip() for part in roi.split(",")]
    percent = all(part.endswith("%") for part in parts)
    try:
        x, y, width, height = (float(part[:-1]) if percent else int(part) for part in parts)
    except ValueError as exc:
        raise UsageError(
            f"--roi {roi}: must be four whole numbers X,Y,W,H in pixels, like 100,50,400,120, "
            "or four percentages, like 10%,20%,50%,30%"
        ) from exc
    if not (x >= 0 and y >= 0 and width > 0 and height > 0):
        raise UsageError(f"--roi {roi}: X and Y must be at least 0, W and H above 0")
    if percent and max(x + width, y + height) > 100 + 1e-6:  # 33.3 + 66.7 is not quite 100
        raise UsageError(
            f"--roi {roi}: reaches beyond the picture; X and W together, Y and H together are at most 100%"
        )
    return Region(x, y, width, height, percent)


def paging(pages: str | None, dpi: int, *, all_frames: bool = False) -> Paging:
    """Return what ``--pages``, ``--dpi`` and ``--all-frames`` say.

    Raises:
        UsageError: the pages are no list like ``1,3-5,8-``.
    """
    from numbre_edge.sources.paging import Paging

    ranges: list[tuple[int, int | None]] = []
    for part in pages.split(",") if pages is not None else ():
        match = _PAGES.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = first if not match or match[2] is None else int(match[3]) if match[3] else None
        if first < 1 or (last is not None and last < first):
            raise UsageError(f"--pages {pages}: must be pages counted from 1, or ranges of them, like 1,3-5,8-")
        ranges.append((first, last))
    return Paging(ranges=tuple(_apart(ranges)), dpi=dpi, all_frames=all_frames)


def _apart(ranges: list[tuple[int, int | None]]) -> Iterator[tuple[int, int | None]]:
    """Yield ranges in order, each without what those before it have."""
    done: int | None = 0
    for first, last in sorted(ranges, key=lambda ends: ends[0]):
        if done is not None and (last is None or last > done):
            yield max(first, done + 1), last
            done = last


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
