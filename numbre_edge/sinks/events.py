"""What happens in a stream, as it happens: JSON Lines for scripts, plain lines for people and logs."""

from __future__ import annotations

import json
from typing import Any, Protocol, TextIO

from numbre_edge.sinks.jsonl import DECIMALS
from numbre_edge.types import NumberEvent, SourceEvent

_MILLISECONDS = 3  # decimals of a second


class EventSink(Protocol):
    """Takes events one by one, in the order in which they happen."""

    def write(self, event: SourceEvent | NumberEvent) -> None:
        """Write one event and flush it: the reader may be another program."""
        ...


class JsonEvents:
    """Writes one JSON object an event to ``stream``; keys always present, in this order."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, event: SourceEvent | NumberEvent) -> None:
        self._stream.write(json.dumps(event_as_json(event), ensure_ascii=False) + "\n")
        self._stream.flush()


class PlainEvents:
    """Writes one line an event to ``stream``: when, what, and to which number or source."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, event: SourceEvent | NumberEvent) -> None:
        self._stream.write(event_as_line(event) + "\n")
        self._stream.flush()


def event_as_json(event: SourceEvent | NumberEvent) -> dict[str, Any]:
    """Return an event as JSON's own types; the box is [x, y, width, height] in frame pixels, times are in seconds."""
    timestamp = round(event.timestamp, _MILLISECONDS)
    if isinstance(event, SourceEvent):
        return {
            "event": "source",
            "state": event.state,
            "source": event.source,
            "timestamp": timestamp,
            "detail": event.detail,
        }
    return {
        "event": event.event,
        "id": event.id,
        "text": event.text,
        "confidence": round(event.confidence, DECIMALS),
        "box": list(event.box),
        "frame": event.frame,
        "timestamp": timestamp,
    }


def event_as_line(event: SourceEvent | NumberEvent) -> str:
    """Return for example "   12.4 s  appeared  #1  407  97%  at 40, 61, 300 x 52"."""
    when = f"{event.timestamp:>7.1f} s"
    if isinstance(event, SourceEvent):
        return f"{when}  {event.state:<8}  {event.source}" + (f": {event.detail}" if event.detail else "")
    box = event.box
    where = f"  {event.confidence:.0%}  at {box.x}, {box.y}, {box.width} x {box.height}"
    return f"{when}  {event.event:<8}  #{event.id}  {event.text}" + (where if event.event != "vanished" else "")
