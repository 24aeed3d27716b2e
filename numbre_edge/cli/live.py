"""``numbre-edge live``: a camera in, events out."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.mqtt import MqttAddress, MqttCa, MqttLogin, logged_in, parse_broker
from numbre_edge.cli.options import (
    BackendOption,
    CardFile,
    Decimals,
    Digits,
    EventFormat,
    FinderOption,
    Flip,
    Fps,
    Increasing,
    MaxRate,
    MinConfidence,
    ModelFile,
    Roi,
    Rotate,
    Size,
)
from numbre_edge.cli.signals import stop_signals
from numbre_edge.recognition import LIVE_FINDER

EPILOG = """
[bold]Examples[/bold]
numbre-edge live
numbre-edge live 0 --size 1280x720 --fps 30 --roi 100,50,400,120
numbre-edge live rtsp://user:password@camera.local/stream --format jsonl
numbre-edge live http://camera.local/snapshot.jpg --fps 0.2 --rotate 180
numbre-edge live clip.mp4 --annotate drawn.mp4
numbre-edge live inbox/ --format jsonl
numbre-edge live rpicam --digits 6 --increasing --max-rate 0.5
numbre-edge live rpicam --mqtt mqtt://homeassistant.local/numbre --mqtt-login login.txt
numbre-edge live --print-systemd rpicam --format jsonl > numbre-edge.service

[bold]Exit codes[/bold]
0 ended by itself, --duration, Ctrl-C, SIGTERM, SIGHUP or closing the window: what is written is whole;
1 nothing to read from, nobody who reads what is written, a full disk, or a model or backend that failed;
2 wrong usage;
130 ended at once by a second Ctrl-C, 143 by a second SIGTERM.
"""

_OUTPUT = "Output"
_SOURCE = "What is read"


def live(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help=(
                "A camera (0, /dev/video2, rpicam), an address (rtsp, http) of a stream or of a single picture that is "
                "asked for again and again, a video file, or a folder that pictures arrive in. By default rpicam "
                "where its program is installed, else the first camera."
            ),
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        EventFormat,
        typer.Option(
            "--format",
            help="A view for people (where stdout is no terminal, a line an event), or one JSON object an event.",
            rich_help_panel=_OUTPUT,
        ),
    ] = "table",
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="FILE",
            help="Write a video there too, .mp4 or .avi, numbers drawn in; it has its name once it is whole.",
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
    roi: Roi = None,
    rotate: Rotate = None,
    flip: Flip = None,
    duration: Annotated[
        float | None,
        typer.Option(
            "--duration",
            metavar="SECONDS",
            min=0.0,
            help="Stop after so many seconds, between two frames; 0: after the first.",
            rich_help_panel=_SOURCE,
        ),
    ] = None,
    size: Size = None,
    fps: Fps = None,
    digits: Digits = None,
    decimals: Decimals = None,
    increasing: Increasing = False,
    max_rate: MaxRate = None,
    mqtt: MqttAddress = None,
    mqtt_login: MqttLogin = None,
    mqtt_ca: MqttCa = None,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = LIVE_FINDER,
    min_confidence: MinConfidence = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Read the numbers that a camera sees, and say when one appears, changes or vanishes.

    A number is told once it is sure: read alike in several frames. Of a folder, each picture counts by itself.

    Each event has the seconds since the stream began, and the time of day. Ctrl-C ends it.
    """
    from numbre_edge.cli.selection import orientation, parse_region, parse_size

    region, upright = parse_region(roi), orientation(rotate, flip)
    wanted = parse_size(size) if size is not None else None
    with stop_signals() as stop:
        from numbre_edge.cli.listeners import listening
        from numbre_edge.cli.systemd import print_unit
        from numbre_edge.live import run
        from numbre_edge.reader import Reader
        from numbre_edge.sources.spec import open_stream
        from numbre_edge.tracking import Rules

        broker = parse_broker(mqtt, login=mqtt_login, ca=mqtt_ca)
        rules = Rules(digits=digits, decimals=decimals, increasing=increasing, max_rate=max_rate)
        if print_systemd:
            print_unit(context, open_stream(source, size=wanted, fps=fps) if source is not None else None)
            return
        if broker:
            broker = logged_in(broker, mqtt_login)
        console = console_of(context)
        stream = open_stream(source, size=wanted, fps=fps)
        reader = Reader(model, card=card, backend=backend, finder=finder, min_confidence=min_confidence)
        console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
        with listening(
            stream, console, format=format, annotate=annotate, window=window, fps=fps, broker=broker
        ) as listeners:
            end = math.inf if duration is None else time.monotonic() + duration
            run(
                stream,
                reader.following(),
                listeners,
                rules=rules,
                orientation=upright,
                region=region,
                stop=lambda: stop.asked or time.monotonic() >= end,
            )
