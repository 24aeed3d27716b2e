"""Who listens to ``numbre-edge live``: what is written, drawn and shown of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from numbre_edge.cli.console import Console, tell
from numbre_edge.cli.options import EventFormat
from numbre_edge.decoding.values import value_of
from numbre_edge.errors import UsageError
from numbre_edge.events import Listener
from numbre_edge.sinks.broker import Broker
from numbre_edge.sinks.dashboard import Dashboard
from numbre_edge.sinks.events import JsonEvents, PlainEvents
from numbre_edge.sinks.mqtt import Mqtt
from numbre_edge.sinks.output import open_output
from numbre_edge.sinks.summary import Summary
from numbre_edge.sinks.video import AnnotatedVideo
from numbre_edge.sinks.window import Window
from numbre_edge.sources.stream import Stream

_VIDEO_FPS = 30.0  # of an annotated video of a camera, which gives its frames when it likes


@contextmanager
def listening(
    stream: Stream,
    console: Console,
    *,
    format: EventFormat,
    annotate: Path | None = None,
    window: bool = False,
    fps: float | None = None,
    broker: Broker | None = None,
) -> Iterator[list[Listener]]:
    """Yield all who listen to one run, entered; the last line is said when all others are done.

    Args:
        stream: to be opened within.
        console: takes the last line.
        format: of the events on stdout.
        annotate: of an annotated video.
        window: show one on the desktop.
        fps: frames a second asked of a camera.
        broker: is told too.
    """
    with ExitStack() as stack:
        listeners: list[Listener] = [stack.enter_context(Summary(console.say))]
        if annotate is not None:
            listeners.append(stack.enter_context(_video(annotate, stream, fps)))
        if window:
            listeners.append(stack.enter_context(Window(f"numbre-edge {stream.name}")))
        stdout = stack.enter_context(open_output(None))
        events = stack.enter_context(_events(format, stdout, stream))
        listeners.append(events)
        say = events.note if isinstance(events, Dashboard) else tell  # stderr would tear its view apart
        listeners += stack.enter_context(telling(broker, say))
        yield listeners


@contextmanager
def telling(broker: Broker | None, say: Callable[[str], None]) -> Iterator[list[Listener]]:
    """Yield who tells a broker, entered: nobody where there is none. ``say`` takes a line where it cannot be had."""
    if broker is None:
        yield []
        return
    with Mqtt(broker, say=say, value_of=value_of) as mqtt:
        yield [mqtt]


def _video(path: Path, stream: Stream, fps: float | None) -> Listener:
    if stream.kind == "video" and path.resolve() == Path(stream.name).resolve():
        raise UsageError(f"--annotate {path}: would overwrite what is read; choose another name")
    return AnnotatedVideo(path, fps=(fps or _VIDEO_FPS) if stream.live else None)


def _events(format: EventFormat, stdout: TextIO, stream: Stream) -> Listener:
    if format == "jsonl":
        return JsonEvents(stdout)
    if _is_screen(stdout):
        return Dashboard(stream.name, named=stream.separate)
    return PlainEvents(stdout, named=stream.separate)


def _is_screen(stream: TextIO) -> bool:
    """Return whether a view that is drawn again and again can be shown there."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")
