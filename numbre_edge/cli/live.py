"""``numbre-edge live``: a camera in, events out."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.options import (
    BackendOption,
    CardFile,
    EventFormat,
    MinConfidence,
    ModelFile,
    parse_roi,
    parse_size,
)
from numbre_edge.cli.signals import stop_signals

EPILOG = """
[bold]Examples[/bold]
numbre-edge live
numbre-edge live 0 --size 1280x720 --fps 30 --roi 100,50,400,120
numbre-edge live rtsp://camera.local/stream --format jsonl
numbre-edge live clip.mp4 --annotate drawn.mp4
numbre-edge live rpicam --digits 6 --increasing --max-rate 0.5
numbre-edge live --print-systemd rpicam --format jsonl > numbre-edge.service

[bold]Exit codes[/bold]
0 the source ended, or a stop was asked for: by --duration, Ctrl-C, SIGTERM or closing the window; 1 nothing to read
from, or a model or backend failed; 2 wrong usage.
"""

_OUTPUT = "Output"
_SOURCE = "What is read"
_RULES = "Rules, for counters and meters"


def live(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help=(
                "A camera (0, /dev/video2, rpicam), a URL (rtsp, http), a video file or a folder that pictures arrive "
                "in. By default rpicam where its program is installed, else the first camera."
            ),
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        EventFormat,
        typer.Option(
            "--format",
            help="A view for people, plain lines where stdout is no terminal; or one JSON object an event.",
            rich_help_panel=_OUTPUT,
        ),
    ] = "table",
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="FILE",
            help="Write a video there too, .mp4 or .avi, numbers drawn in.",
            rich_help_panel=_OUTPUT,
        ),
    ] = None,
    window: Annotated[
        bool,
        typer.Option("--window", help="Show the frames in a window too; q or Esc ends.", rich_help_panel=_OUTPUT),
    ] = False,
    print_systemd: Annotated[
        bool,
        typer.Option(
            "--print-systemd",
            help="Print a systemd unit that runs this very command at boot, and exit.",
            rich_help_panel=_OUTPUT,
        ),
    ] = False,
    roi: Annotated[
        str | None,
        typer.Option(
            "--roi", metavar="X,Y,W,H", help="Read only this part of each frame (pixels).", rich_help_panel=_SOURCE
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(
            "--duration", metavar="SECONDS", min=0.0, help="Stop after so many seconds.", rich_help_panel=_SOURCE
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option("--size", metavar="WxH", help="Ask the camera for frames of this size.", rich_help_panel=_SOURCE),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            "--fps", metavar="N", min=0.1, help="Ask the camera for so many frames a second.", rich_help_panel=_SOURCE
        ),
    ] = None,
    digits: Annotated[
        int | None,
        typer.Option("--digits", metavar="N", min=1, help="Numbers have so many digits.", rich_help_panel=_RULES),
    ] = None,
    increasing: Annotated[
        bool, typer.Option("--increasing", help="Numbers never go down.", rich_help_panel=_RULES)
    ] = False,
    max_rate: Annotated[
        float | None,
        typer.Option(
            "--max-rate",
            metavar="UNITS_PER_SECOND",
            min=0.0,
            help="Numbers change no faster than this.",
            rich_help_panel=_RULES,
        ),
    ] = None,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    min_confidence: MinConfidence = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read the numbers that a camera sees, and say when one appears, changes or vanishes."""
    region = parse_roi(roi) if roi is not None else None
    wanted = parse_size(size) if size is not None else None
    with stop_signals() as stop:
        from numbre_edge.cli.listeners import listening
        from numbre_edge.cli.systemd import print_unit
        from numbre_edge.live import run
        from numbre_edge.reader import Reader
        from numbre_edge.sources.spec import open_stream
        from numbre_edge.tracking import Rules

        rules = Rules(digits=digits, increasing=increasing, max_rate=max_rate)
        if print_systemd:
            print_unit(context, open_stream(source, size=wanted, fps=fps) if source is not None else None)
            return
        console = console_of(context)
        stream = open_stream(source, size=wanted, fps=fps)
        reader = Reader(model, card=card, backend=backend, min_confidence=min_confidence)
        console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
        with listening(stream, console, format=format, annotate=annotate, window=window, fps=fps) as listeners:
            end = math.inf if duration is None else time.monotonic() + duration
            run(stream, reader, listeners, rules=rules, roi=region, stop=lambda: stop.asked or time.monotonic() >= end)
