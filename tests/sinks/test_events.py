"""Events as lines: the JSON that scripts rely on, and the plain ones."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta, timezone

import pytest

from numbre_edge.events import NumberEvent, SourceEvent
from numbre_edge.sinks.events import JsonEvents, PlainEvents
from numbre_edge.types import Box

NOON = datetime(2026, 7, 1, 12, 0, 0, 345678, timezone(timedelta(hours=2)))
BOX = Box(40, 61, 300, 52)
APPEARED = NumberEvent("appeared", 1, "407", 0.971234, BOX, 12, 0.40049, source="in/a.png", time=NOON)
VANISHED = NumberEvent("vanished", 1, "407", 0.97, BOX, 90, 3.0, source="in/a.png", time=NOON)
OPEN = SourceEvent("open", "rpicam", 0.0, time=NOON)
STRANGE = SourceEvent("open", "in/a\n\x1b[2J.png", 0.0, "text/\x9b", time=NOON)
LOST = SourceEvent("lost", "rtsp://camera/1", 61.25, "no answer; trying again in 2 s", time=NOON)


class TestJson:
    def test_a_number_s_keys_are_always_there_in_their_order(self) -> None:
        stream = io.StringIO()
        JsonEvents(stream).event(APPEARED)
        assert stream.getvalue() == (
            '{"event": "appeared", "id": 1, "text": "407", "confidence": 0.9712, "box": [40, 61, 300, 52], '
            '"frame": 12, "timestamp": 0.4, "source": "in/a.png", "time": "2026-07-01T12:00:00.345+02:00"}\n'
        )

    def test_a_source_s_too(self) -> None:
        stream = io.StringIO()
        sink = JsonEvents(stream)
        sink.event(OPEN)
        sink.event(LOST)
        first, second = (json.loads(line) for line in stream.getvalue().splitlines())
        assert list(first) == list(second) == ["event", "state", "source", "timestamp", "detail", "time"]
        assert list(first.values()) == ["source", "open", "rpicam", 0.0, "", "2026-07-01T12:00:00.345+02:00"]
        assert list(second.values()) == [
            "source",
            "lost",
            "rtsp://camera/1",
            61.25,
            "no answer; trying again in 2 s",
            "2026-07-01T12:00:00.345+02:00",
        ]


class TestPlain:
    @pytest.mark.parametrize(
        ("event", "line"),
        [
            (APPEARED, "2026-07-01 12:00:00      0.4 s  appeared  #1  407  97%  at 40, 61, 300 x 52"),
            (VANISHED, "2026-07-01 12:00:00      3.0 s  vanished  #1  407"),
            (OPEN, "2026-07-01 12:00:00      0.0 s  open      rpicam"),
            (STRANGE, r"2026-07-01 12:00:00      0.0 s  open      in/a\n\x1b[2J.png: text/\x9b"),
            (LOST, "2026-07-01 12:00:00     61.2 s  lost      rtsp://camera/1: no answer; trying again in 2 s"),
        ],
    )
    def test_an_event_is_one_line(self, event: NumberEvent | SourceEvent, line: str) -> None:
        stream = io.StringIO()
        PlainEvents(stream).event(event)
        assert stream.getvalue() == line + "\n"

    def test_where_pictures_are_separate_a_number_names_its_picture(self) -> None:
        stream = io.StringIO()
        PlainEvents(stream, named=True).event(VANISHED)
        assert stream.getvalue().endswith("  vanished  #1  407  in in/a.png\n")


def test_an_event_knows_the_time_of_day_when_it_was_made() -> None:
    before = datetime.now().astimezone()
    time = SourceEvent("open", "rpicam", 0.0).time
    assert before <= time <= datetime.now().astimezone()
    assert time.utcoffset() == before.utcoffset()


@pytest.mark.parametrize("sink", [JsonEvents, PlainEvents])
def test_a_line_is_flushed_at_once(sink: type[JsonEvents] | type[PlainEvents]) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    sink(stream).event(APPEARED)
    assert raw.getvalue().endswith(b"\n")
