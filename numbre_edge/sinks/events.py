"""What happens in a stream, as it happens: JSON Lines for scripts, plain lines for people and logs."""

from __future__ import annotations

from typing import Any, TextIO

from numbre_edge.errors import printable
from numbre_edge.events import Listener, NumberEvent, SourceEvent
from numbre_edge.sinks.jsonl import DECIMALS, json_line

_MILLISECONDS = 3  # decimals of a second


class JsonEvents(Listener):
    """Writes one JSON object an event to ``stream``; keys always present, in this order.

    Each is flushed: the reader may be another program.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def event(self, event: NumberEvent | SourceEvent) -> None:
        self._stream.write(json_line(event_as_json(event)))
        self._stream.flush()


class PlainEvents(Listener):
    """Writes one line an event to ``stream``: when, what, and to which number or source; ``named`` says where too."""

    def __init__(self, stream: TextIO, *, named: bool = False) -> None:
        self._stream, self._named = stream, named

    def event(self, event: NumberEvent | SourceEvent) -> None:
        self._stream.write(f"{event.time:%Y-%m-%d %H:%M:%S}  {event_as_line(event, named=self._named)}\n")
        self._stream.flush()


def event_as_json(event: NumberEvent | SourceEvent) -> dict[str, Any]:
    """Return an event as JSON's own types; the box is [x, y, width, height] in frame pixels.

    ``timestamp`` is in seconds since the stream began, ``time`` the local wall clock with its offset, by ISO 8601.
    """
    timestamp, time = round(event.timestamp, _MILLISECONDS), event.time.isoformat(timespec="milliseconds")
    if isinstance(event, SourceEvent):
        return {
            "event": "source",
            "state": event.state,
            "source": event.source,
            "timestamp": timestamp,
            "detail": event.detail,
            "time": time,
        }
    return {
        "event": event.event,
        "id": event.id,
        "text": event.text,
        "confidence": round(event.confidence, DECIMALS),
        "box": list(event.box),
        "frame": event.frame,
        "timestamp": timestamp,
        "source": event.source,
        "time": time,
    }


def event_as_line(event: NumberEvent | SourceEvent, *, named: bool = False) -> str:
    """Return for example "   12.4 s  appeared  #1  407  97%  at 40, 61, 300 x 52"; ``named``: "… in a.png".

    It is one line, whatever a file is called or a server says.
    """
    return printable(_line(event, named=named))


def _line(event: NumberEvent | SourceEvent, *, named: bool) -> str:
    when = f"{event.timestamp:>7.1f} s"
    if isinstance(event, SourceEvent):
        return f"{when}  {event.state:<8}  {event.source}" + (f": {event.detail}" if event.detail else "")
    box = event.box
    sure = f"  {event.confidence:.0%}  at {box.x}, {box.y}, {box.width} x {box.height}"
    line = f"{when}  {event.event:<8}  #{event.id}  {event.text}" + (sure if event.event != "vanished" else "")
    return f"{line}  in {event.source}" if named else line
