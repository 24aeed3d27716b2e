"""Events as lines: the JSON that scripts rely on, and the plain ones."""

from __future__ import annotations

import io
import json

import pytest

from numbre_edge.sinks.events import JsonEvents, PlainEvents
from numbre_edge.types import Box, NumberEvent, SourceEvent

APPEARED = NumberEvent("appeared", 1, "407", 0.971234, Box(40, 61, 300, 52), 12, 0.40049)
VANISHED = NumberEvent("vanished", 1, "407", 0.97, Box(40, 61, 300, 52), 90, 3.0)
OPEN = SourceEvent("open", "rpicam", 0.0)
LOST = SourceEvent("lost", "rtsp://camera/1", 61.25, "no answer; trying again in 2 s")


class TestJson:
    def test_a_number_s_keys_are_always_there_in_their_order(self) -> None:
        stream = io.StringIO()
        JsonEvents(stream).write(APPEARED)
        assert stream.getvalue() == (
            '{"event": "appeared", "id": 1, "text": "407", "confidence": 0.9712, "box": [40, 61, 300, 52], '
            '"frame": 12, "timestamp": 0.4}\n'
        )

    def test_a_source_s_too(self) -> None:
        stream = io.StringIO()
        sink = JsonEvents(stream)
        sink.write(OPEN)
        sink.write(LOST)
        first, second = (json.loads(line) for line in stream.getvalue().splitlines())
        assert list(first) == list(second) == ["event", "state", "source", "timestamp", "detail"]
        assert list(first.values()) == ["source", "open", "rpicam", 0.0, ""]
        assert list(second.values()) == [
            "source",
            "lost",
            "rtsp://camera/1",
            61.25,
            "no answer; trying again in 2 s",
        ]


class TestPlain:
    @pytest.mark.parametrize(
        ("event", "line"),
        [
            (APPEARED, "    0.4 s  appeared  #1  407  97%  at 40, 61, 300 x 52"),
            (VANISHED, "    3.0 s  vanished  #1  407"),
            (OPEN, "    0.0 s  open      rpicam"),
            (LOST, "   61.2 s  lost      rtsp://camera/1: no answer; trying again in 2 s"),
        ],
    )
    def test_an_event_is_one_line(self, event: NumberEvent | SourceEvent, line: str) -> None:
        stream = io.StringIO()
        PlainEvents(stream).write(event)
        assert stream.getvalue() == line + "\n"


@pytest.mark.parametrize("sink", [JsonEvents, PlainEvents])
def test_a_line_is_flushed_at_once(sink: type[JsonEvents] | type[PlainEvents]) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    sink(stream).write(APPEARED)
    assert raw.getvalue().endswith(b"\n")
