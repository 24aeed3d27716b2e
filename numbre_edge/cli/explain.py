"""``numbre-edge explain``: one contact sheet of what the reader saw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, plural
from numbre_edge.cli.options import BackendOption, CardFile, MinConfidence, ModelFile
from numbre_edge.errors import SourceError, UsageError

EPILOG = """
[bold]Examples[/bold]
numbre-edge explain photo.jpg
numbre-edge explain photo.jpg --output sheet.png --backend tflite
"""


def explain(
    context: typer.Context,
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="One picture file.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="The sheet, a PNG. By default PICTURE's name with -explained.png, here."
        ),
    ] = None,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    min_confidence: MinConfidence = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Show on one sheet why a picture reads as it does.

    The sheet has the picture, its illumination removed, the ink found, the
    numbers read, and each 28x28 patch that the model saw with its top three.
    """
    sheet = output or Path(f"{picture.stem}-explained.png")
    if sheet.suffix.lower() != ".png":
        raise UsageError(f"--output {sheet}: the sheet is a PNG picture; give a name that ends in .png")
    if not sheet.parent.is_dir():
        raise UsageError(f"--output {sheet}: there is no folder {sheet.parent}; make it first")
    if sheet.resolve() == picture.resolve():
        raise UsageError(f"--output {sheet}: would overwrite the picture; choose another name")

    import cv2

    from numbre_edge.atomic import write_file
    from numbre_edge.diagnosis import diagnose
    from numbre_edge.reader import Reader
    from numbre_edge.sinks.contact_sheet import contact_sheet
    from numbre_edge.sources.decode import decode
    from numbre_edge.sources.files import read_bytes
    from numbre_edge.types import Frame

    try:
        frame = Frame(decode(read_bytes(picture), picture.name), str(picture))
    except SourceError as exc:
        raise SourceError(f"{picture}: {exc}") from exc
    reader = Reader(model, card=card, backend=backend, min_confidence=min_confidence)
    console = console_of(context)
    console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
    explanation = reader.explain(frame)
    findings = [finding.text for finding in diagnose(explanation, reader.card.vocabulary)]
    drawn = contact_sheet(frame, explanation, reader.card, findings)
    _, encoded = cv2.imencode(".png", drawn)
    write_file(sheet, encoded.tobytes())
    recognition = explanation.recognition
    for reading in recognition.readings:
        print(f"{reading.text}  {reading.confidence:.0%}")
    for text in findings:
        print(f"- {text}")
    candidates, numbers = len(recognition.patches), len(recognition.readings)
    console.say(f"{plural(candidates, 'candidate')}, {plural(numbers, 'number')}; wrote {sheet}")
