"""``numbre-edge explain``: one contact sheet of what the reader saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.atomic import real
from numbre_edge.cli.console import Quiet, Verbose, console_of, plural
from numbre_edge.cli.inputs import check_unnamed
from numbre_edge.cli.options import (
    BackendOption,
    CardFile,
    Dpi,
    FinderOption,
    Flip,
    MaxPixels,
    MinConfidence,
    ModelFile,
    Roi,
    Rotate,
)
from numbre_edge.cli.signals import at_once
from numbre_edge.errors import SourceError, UsageError
from numbre_edge.recognition import FINDER
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.paging import DPI

if TYPE_CHECKING:
    from numbre_edge.sources.files import Source

EPILOG = """
[bold]Examples[/bold]
numbre-edge explain photo.jpg
numbre-edge explain photo.jpg --output sheet.png --backend tflite
numbre-edge explain scan.pdf --frame 2
numbre-edge explain clip.mp4 --frame 120 --roi 50%,0%,50%,50%
"""


def explain(
    context: typer.Context,
    picture: Annotated[
        str,
        typer.Argument(
            metavar="PICTURE",
            help="One picture, PDF or video, or ARCHIVE.zip/NAME; - takes a picture from stdin.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The sheet, a PNG. By default PICTURE's name with -explained.png, here.",
            show_default=False,
        ),
    ] = None,
    frame: Annotated[
        int,
        typer.Option(
            "--frame",
            metavar="N",
            min=0,
            help="Of a video, an animation, a TIFF or a PDF, explain this frame or page, counted from 0.",
            show_default=False,
        ),
    ] = 0,
    dpi: Dpi = DPI,
    roi: Roi = None,
    rotate: Rotate = None,
    flip: Flip = None,
    max_pixels: MaxPixels = MAX_PIXELS,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = FINDER,
    min_confidence: MinConfidence = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Show on one sheet why a picture reads as it does.

    The sheet has the picture, its illumination removed, the ink found, the
    numbers read, and each 28x28 patch that the model saw with its top three.
    """
    console = console_of(context)
    with at_once():
        import cv2

        from numbre_edge.atomic import write_file
        from numbre_edge.cli.selection import orientation, parse_region
        from numbre_edge.diagnosis import diagnose
        from numbre_edge.drawn import marked
        from numbre_edge.reader import Reader
        from numbre_edge.sinks.contact_sheet import contact_sheet
        from numbre_edge.sources.files import frame_at

        way_up, region = orientation(rotate, flip), parse_region(roi)
        source = _the_one(picture)
        sheet = output or _sheet(source, frame)
        _check_sheet(sheet, source)
        if output is None:
            check_unnamed(sheet)
        try:
            shown = way_up.applied(frame_at(source, frame, max_pixels=max_pixels, dpi=dpi))
        except SourceError as exc:
            raise SourceError(f"{source.name}: {exc}") from exc
        reader = Reader(model, card=card, backend=backend, finder=finder, min_confidence=min_confidence)
    console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
    explanation = reader.explain(shown, roi=region.box(shown) if region else None)
    recognition = explanation.recognition
    findings = [finding.text for finding in diagnose(explanation, reader.card.vocabulary)]
    _, encoded = cv2.imencode(".png", contact_sheet(shown, explanation, reader.card, findings))
    write_file(sheet, marked(encoded.tobytes(), "explain"))
    for reading in recognition.readings:
        print(f"{reading.text}  {reading.confidence:.0%}")
    for text in findings:
        print(f"- {text}")
    if shown.note:
        console.say(f"{source.name}: {shown.note}")
    candidates, numbers = len(recognition.patches), len(recognition.readings)
    console.say(f"{plural(candidates, 'candidate')}, {plural(numbers, 'number')}; wrote {sheet}")


def _the_one(picture: str) -> Source:
    """Return the one file that PICTURE means."""
    from numbre_edge.sources.listing import list_sources

    files = list_sources([picture]).files
    if len(files) > 1:
        raise UsageError(f"{picture}: stands for {len(files)} pictures; explain takes one, such as {files[0].name}")
    return files[0]


def _sheet(source: Source, frame: int) -> Path:
    """Return the sheet's name where none is given."""
    stem = "stdin" if source.content is not None else source.path.stem
    return Path(f"{stem}-{frame:06d}-explained.png" if source.is_video or frame else f"{stem}-explained.png")


def _check_sheet(sheet: Path, source: Source) -> None:
    """Refuse before any work what would fail after all of it."""
    if sheet.suffix.lower() != ".png":
        raise UsageError(f"--output {sheet}: the sheet is a PNG picture; give a name that ends in .png")
    if not sheet.parent.is_dir():
        raise UsageError(f"--output {sheet}: there is no folder {sheet.parent}; make it first")
    if real(sheet) == real(source.file):
        raise UsageError(f"--output {sheet}: would overwrite the picture; choose another name")
