"""``numbre-edge live``: a camera in, events out."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Literal, Self, TextIO

import typer

from numbre_edge.cli.console import Console, Quiet, Verbose, console_of, plural
from numbre_edge.cli.options import BackendOption, CardFile, MinConfidence, ModelFile, parse_roi, parse_size
from numbre_edge.errors import NumbreError, UsageError

if TYPE_CHECKING:
    from numbre_edge.live import Seen, Statistics
    from numbre_edge.sinks.dashboard import Dashboard
    from numbre_edge.sinks.events import EventSink
    from numbre_edge.sinks.video import AnnotatedVideo
    from numbre_edge.sinks.window import Window
    from numbre_edge.tracking import Tracked
    from numbre_edge.types import NumberEvent, Reading, SourceEvent

FormatName = Literal["table", "jsonl"]

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

_VIDEO_FPS = 30.0  # of an annotated video of a camera, which gives its frames when it likes
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
        FormatName,
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
    _check_annotate(annotate, source)
    if print_systemd:
        _print_unit(context, source, size=wanted, fps=fps)
        return

    with _stop_signals() as stop, ExitStack() as stack:
        from numbre_edge.live import Seen, watch
        from numbre_edge.reader import Reader
        from numbre_edge.sinks.dashboard import Dashboard
        from numbre_edge.sinks.events import JsonEvents, PlainEvents
        from numbre_edge.sinks.output import open_output
        from numbre_edge.sinks.video import AnnotatedVideo
        from numbre_edge.sinks.window import Window
        from numbre_edge.sources.folder import WatchedFolder
        from numbre_edge.sources.spec import open_stream
        from numbre_edge.tracking import Rules, Tracker

        console = console_of(context)
        stream = open_stream(source, size=wanted, fps=fps)
        folder = isinstance(stream, WatchedFolder)
        rules = Rules(digits=digits, increasing=increasing, max_rate=max_rate)
        tracker = Tracker(rules, confirm=1, patience=0.0) if folder else Tracker(rules)
        outputs = stack.enter_context(_Outputs(console))
        if annotate is not None:
            outputs.clip = stack.enter_context(
                AnnotatedVideo(annotate, fps=(fps or _VIDEO_FPS) if stream.live else None)
            )
        if window:
            outputs.window = stack.enter_context(Window(f"numbre-edge {stream.name}"))
        reader = Reader(model, card=card, backend=backend, min_confidence=min_confidence)
        console.detail(f"model {reader.backend.model.path}, backend {reader.backend.name}")
        stdout = stack.enter_context(open_output(None))
        if format == "table" and _is_screen(stdout):
            outputs.sink = outputs.dashboard = stack.enter_context(Dashboard(stream.name))
        else:
            outputs.sink = JsonEvents(stdout) if format == "jsonl" else PlainEvents(stdout)
        stack.enter_context(stream)
        end = math.inf if duration is None else time.monotonic() + duration
        items = stack.enter_context(closing(watch(stream, reader, tracker, roi=region, separate=folder)))
        for item in items:
            outputs.take(item)
            between_frames = item is None or isinstance(item, Seen)
            if between_frames and (stop.asked or time.monotonic() >= end or outputs.closed()):
                break


class _Outputs:
    """Where what happens goes, and the last line about it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._statistics: Statistics | None = None
        self.sink: EventSink | None = None
        self.dashboard: Dashboard | None = None
        self.clip: AnnotatedVideo | None = None
        self.window: Window | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Say the summary; after an error too, unless it is that nobody reads any more."""
        if kind is None or issubclass(kind, NumbreError):
            if self._statistics is not None:
                self._console.say(summary(self._statistics))
            elif kind is None:
                self._console.say("no frame came")

    def take(self, item: Seen | NumberEvent | SourceEvent | None) -> None:
        """Pass on what happened."""
        from numbre_edge.live import Seen

        if isinstance(item, Seen):
            self._statistics = item.statistics
            if self.dashboard:
                self.dashboard.show(item.numbers, status(item.statistics))
            if self.clip or self.window:
                drawn = [_as_reading(number) for number in item.numbers]
                if self.clip:
                    self.clip.write(item.frame, drawn)
                if self.window:
                    self.window.write(item.frame, drawn)
        elif item is None:
            if self.dashboard:
                self.dashboard.tick()
        elif self.sink:
            self.sink.write(item)

    def closed(self) -> bool:
        """Return whether the window's user has had enough."""
        return self.window is not None and self.window.closed()


def status(statistics: Statistics) -> str:
    """Return for example "29.8 frames/s, capture to reading p50 21 ms, p95 34 ms"."""
    return _pace(statistics.fps, statistics)


def summary(statistics: Statistics) -> str:
    """Return for example "1204 frames read, 33 unchanged, 2 dropped in 41.2 s: 30.0 frames/s, ..."."""
    counts = f"{plural(statistics.read, 'frame')} read, {statistics.unchanged} unchanged"
    if statistics.dropped:
        counts += f", {statistics.dropped} dropped"
    pace = _pace(statistics.mean_fps, statistics)
    return f"{counts} in {statistics.seconds:.1f} s" + (f": {pace}" if pace else "")


def _pace(fps: float | None, statistics: Statistics) -> str:
    parts = [] if fps is None else [f"{fps:.1f} frames/s"]
    if statistics.p50 is not None and statistics.p95 is not None:
        parts.append(f"capture to reading p50 {statistics.p50 * 1000:.0f} ms, p95 {statistics.p95 * 1000:.0f} ms")
    return ", ".join(parts)


def _as_reading(number: Tracked) -> Reading:
    """Return a followed number for drawing: its text as voted, in one box."""
    from numbre_edge.types import Digit, Reading

    return Reading((Digit(None, number.confidence, number.box),), number.text, number.confidence, number.box)


def _is_screen(stream: TextIO) -> bool:
    """Return whether a view that is drawn again and again can be shown there."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def _check_annotate(annotate: Path | None, source: str | None) -> None:
    """Refuse before any work what would fail after all of it."""
    if annotate is None:
        return
    if source is not None and annotate.resolve() == Path(source).resolve():
        raise UsageError(f"--annotate {annotate}: would overwrite what is read; choose another name")


class _Stop:
    """Whether Ctrl-C or SIGTERM has asked for an end."""

    asked = False


@contextmanager
def _stop_signals() -> Iterator[_Stop]:
    """Turn the first Ctrl-C or SIGTERM into a wish that the caller sees; the second ends at once."""
    stop = _Stop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def ask(number: int, frame: FrameType | None) -> None:
        stop.asked = True
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    for number in numbers:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_unit(context: typer.Context, source: str | None, *, size: tuple[int, int] | None, fps: float | None) -> None:
    """Print the unit that runs this command without its --print-systemd."""
    from numbre_edge.cli.systemd import Needs, out_of_sight, owner_of_homes, running_program, unit
    from numbre_edge.sinks.output import open_output
    from numbre_edge.sources.network import masked
    from numbre_edge.sources.spec import open_stream

    for option in ("annotate", "window"):
        if context.params[option]:
            raise UsageError(f"--{option} with --print-systemd: a service has no screen and no end; leave it out")
    if source is not None:
        open_stream(source, size=size, fps=fps)  # refuses what is no source
    remote = source is not None and "://" in source
    camera = source is None or source.isdigit() or source == "rpicam" or source.startswith("/dev/")
    arguments = ["live", *_words(context, source if camera or remote else os.path.abspath(source or ""))]
    program = running_program()
    user = owner_of_homes([*program, *arguments])
    needs = Needs(masked(source) if source else "the first camera", camera, remote)
    text = unit(arguments, needs, program=program, user=user)
    with open_output(None) as stdout:
        stdout.write(text)
    console = console_of(context)
    if needs.source != (source or needs.source):
        console.say("the unit holds the address's password: chmod 600 it where you keep it")
    for path in out_of_sight([*program, *arguments]):
        console.say(f"the service will not see {path}: it has a /tmp of its own; keep that elsewhere")


def _words(context: typer.Context, source: str | None) -> Iterator[str]:
    """Yield the options of this run as they would be typed, file names absolute."""
    if source is not None:
        yield source
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if parameter.param_type_name != "option" or value in (None, False, parameter.default):
            continue
        if parameter.name != "print_systemd":
            yield parameter.opts[-1]
            if value is not True:
                yield os.path.abspath(value) if isinstance(value, Path) else str(value)
    console = console_of(context)
    if console.verbose:
        yield "--verbose"
    if console.quiet:
        yield "--quiet"
