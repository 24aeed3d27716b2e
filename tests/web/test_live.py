"""The camera on the page: what is in view, what happens, pictures for many, and a run that waits for nobody."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.client import HTTPResponse

import cv2
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from numbre_edge.errors import SourceError
from numbre_edge.events import Listener, NumberEvent, Seen, SourceEvent, Statistics, Tracked
from numbre_edge.sinks.events import event_as_json
from numbre_edge.sources.capture import Capture
from numbre_edge.sources.live import LiveStream
from numbre_edge.types import Box, Frame
from numbre_edge.web.hub import MOST_VIEWERS, Hub, drawn_jpeg
from numbre_edge.web.live import OwnPace, keep_watching
from numbre_edge.web.metrics import Metrics
from tests.web.serving import PATIENCE, running

VIEW_KEYS = ["source", "state", "detail", "width", "height", "frame", "timestamp", "fps", "numbers"]
OPEN = SourceEvent("open", "camera", 0.0)
APPEARED = NumberEvent("appeared", 1, "407", 0.97, Box(10, 20, 30, 40), 0, 0.0, "camera")


def seen(text: str, *, index: int = 0, size: tuple[int, int] = (160, 120)) -> Seen:
    """A frame of a camera in which one number is in view."""
    frame = Frame(np.full((size[1], size[0], 3), 200, np.uint8), "camera", index, index / 10)
    return Seen(frame, None, (Tracked(1, text, 0.97123, Box(10, 20, 30, 40)),), Statistics(read=index + 1))


@pytest.fixture
def hub() -> Hub:
    return Hub("camera", Metrics())


def until(true: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def messages(stream: HTTPResponse) -> Iterator[dict[str, str]]:
    """Yield server-sent events as their fields."""
    fields: dict[str, str] = {}
    for line in stream:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif fields:
            yield fields
            fields = {}


def pictures(stream: HTTPResponse) -> Iterator[bytes]:
    """Yield the parts of a motion JPEG; each ends where its length says, and the boundary follows at once."""
    assert stream.readline() == b"--picture\r\n"
    while line := stream.readline():
        size = 0
        while line.strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
            line = stream.readline()
        yield stream.read(size)
        assert stream.read(len(b"\r\n--picture\r\n")) == b"\r\n--picture\r\n"


class TestView:
    def test_without_a_camera_there_is_none(self, client) -> None:
        for path in ("/api/view", "/api/events", "/api/live.mjpg", "/api/snapshot.jpg"):
            answer = client.get(path)
            assert (answer.status, answer.error) == (404, "no camera: serve was started without --source")

    def test_it_is_the_state_and_what_is_followed(self, serve, hub) -> None:
        client = serve(hub=hub)
        before = client.get("/api/view").json
        assert (before["state"], before["detail"], before["numbers"]) == ("lost", "not open yet", [])
        hub.event(OPEN)
        hub.frame(seen("407", index=3))
        now = client.get("/api/view").json
        assert list(now) == VIEW_KEYS
        assert (now["state"], now["width"], now["height"], now["frame"], now["timestamp"]) == ("open", 160, 120, 3, 0.3)
        assert now["numbers"] == [{"id": 1, "text": "407", "confidence": 0.9712, "box": [10, 20, 30, 40]}]
        described = client.get("/openapi.json").json
        for view in (before, now):
            Draft202012Validator({"$ref": "#/components/schemas/View", **described}).validate(view)


class TestEvents:
    def test_each_is_told_as_live_tells_it(self, serve, hub) -> None:
        with serve(hub=hub).open("GET", "/api/events") as stream:
            assert stream.headers["Content-Type"] == "text/event-stream"
            told = messages(stream)
            assert next(told)["event"] == "view"
            hub.event(OPEN)
            hub.event(APPEARED)
            events = (json.loads(fields["data"]) for fields in told if "event" not in fields)
            assert [next(events), next(events)] == [event_as_json(OPEN), event_as_json(APPEARED)]

    def test_a_number_that_changes_is_in_the_next_view(self, serve, hub) -> None:
        with serve(hub=hub).open("GET", "/api/events") as stream:
            views = (json.loads(fields["data"]) for fields in messages(stream) if fields.get("event") == "view")
            next(views)
            for index, text in enumerate(("407", "408")):
                hub.frame(seen(text, index=index))
                assert next(views)["numbers"][0]["text"] == text

    def test_who_was_away_hears_what_he_missed(self, serve, hub) -> None:
        client = serve(hub=hub)
        for _ in range(3):
            hub.event(APPEARED)
        with client.open("GET", "/api/events", Last_Event_ID="1") as stream:
            told = messages(stream)
            assert [next(told).get("id") for _ in range(2)] == ["2", "3"]
        for nonsense in ("nonsense", "9" * 5000):
            with client.open("GET", "/api/events", Last_Event_ID=nonsense) as stream:
                assert next(messages(stream)).get("event") == "view"  # as who comes anew: only what is to come


class TestPictures:
    def test_a_snapshot_is_the_newest_with_numbers_drawn_in(self, serve, hub) -> None:
        client = serve(hub=hub)
        answer = client.get("/api/snapshot.jpg")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        hub.frame(seen("407"))
        pixels = cv2.imdecode(np.frombuffer(client.get("/api/snapshot.jpg").body, np.uint8), cv2.IMREAD_COLOR)
        assert pixels.shape == (120, 160, 3)
        assert len(np.unique(pixels)) > 50  # the paper alone has one colour

    def test_a_large_frame_is_shown_smaller(self) -> None:
        pixels = cv2.imdecode(np.frombuffer(drawn_jpeg(seen("1", size=(2560, 1440))), np.uint8), cv2.IMREAD_COLOR)
        assert pixels.shape[:2] == (720, 1280)

    def test_viewers_share_one_encode_and_see_the_newest(self, serve) -> None:
        encoded: list[str] = []

        def encode(seen: Seen) -> bytes:
            encoded.append(seen.numbers[0].text)
            return seen.numbers[0].text.encode()

        hub = Hub("camera", Metrics(), encode)
        client = serve(hub=hub)
        hub.frame(seen("1"))
        with client.open("GET", "/api/live.mjpg") as one, client.open("GET", "/api/live.mjpg") as other:
            first, second = pictures(one), pictures(other)
            assert (next(first), next(second)) == (b"1", b"1")
            hub.frame(seen("2"))
            for each in (first, second):
                assert next(picture for picture in each if picture != b"1") == b"2"
        assert client.get("/api/snapshot.jpg").body == b"2"
        assert encoded == ["1", "2"]

    def test_the_last_one_is_sent_again(self, serve, hub) -> None:
        # Browsers show a picture once another follows.
        client = serve(hub=hub)
        hub.frame(seen("1"))
        with client.open("GET", "/api/live.mjpg") as stream:
            shown = pictures(stream)
            assert next(shown) == next(shown)

    def test_nobody_looks_and_nothing_is_encoded(self, serve) -> None:
        encoded: list[Seen] = []
        hub = Hub("camera", Metrics(), lambda seen: encoded.append(seen) or b"")
        client = serve(hub=hub)
        hub.frame(seen("1"))
        assert client.get("/api/view").json["numbers"][0]["text"] == "1"
        assert encoded == []

    def test_who_does_not_read_holds_up_nobody(self, serve) -> None:
        hub = Hub("camera", Metrics(), lambda seen: seen.numbers[0].text.encode() + bytes(2**20))
        client = serve(hub=hub)
        hub.frame(seen("0"))
        with client.open("GET", "/api/live.mjpg"):
            for index in range(100):
                hub.frame(seen(str(index), index=index))
            with client.open("GET", "/api/live.mjpg") as stream:
                until(lambda: client.get("/api/view").json["frame"] == 99)
                newest = (picture.rstrip(b"\0") for picture in pictures(stream))
                assert next(picture for picture in newest if picture == b"99")


class TestViewers:
    def test_they_are_counted_and_bounded(self, serve) -> None:
        metrics = Metrics()
        hub = Hub("camera", metrics)
        client = serve(hub=hub, metrics=metrics)
        hub.frame(seen("1"))
        with client.open("GET", "/api/events") as stream:
            next(messages(stream))
            assert metrics.viewers == 1
        hub.event(OPEN)  # what cannot be sent shows who is gone
        until(lambda: metrics.viewers == 0)
        metrics.viewers = MOST_VIEWERS
        for path in ("/api/events", "/api/live.mjpg"):
            assert client.get(path).status == 429

    def test_the_server_ends_though_they_watch(self, tiny, hub) -> None:
        with ExitStack() as viewers:
            with running(tiny, hub=hub) as client:
                streams = [viewers.enter_context(client.open("GET", "/api/events")) for _ in range(3)]
                told = [messages(stream) for stream in streams]
                assert [next(each)["event"] for each in told] == ["view"] * 3
            assert [list(each) for each in told] == [[], [], []]  # an end, and no error


class TestMetrics:
    def test_they_say_what_was_seen_and_answered(self, serve, picture) -> None:
        metrics = Metrics()
        hub = Hub("camera", metrics)
        client = serve(hub=hub, metrics=metrics)
        hub.event(OPEN)
        hub.event(APPEARED)
        hub.frame(seen("407", index=4))
        client.read(picture)
        client.read(b"nonsense")
        answer = client.get("/metrics")
        samples = dict(re.findall(r"^numbre_edge_(\S+) (\S+)$", answer.body.decode(), re.MULTILINE))
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert samples['source_state{state="open"}'] == "1"
        assert samples['number_events_total{event="appeared"}'] == "1"
        assert samples["numbers_in_view"] == "1"
        assert samples['frames_total{fate="read"}'] == "5"
        assert samples['http_requests_total{status="200"}'] == "1"
        assert samples['http_requests_total{status="415"}'] == "1"
        assert samples["pictures_read_seconds_count"] == samples['pictures_read_seconds_bucket{le="+Inf"}'] == "2"

    def test_every_line_is_of_the_format(self, client) -> None:
        line = re.compile(r"# (HELP|TYPE) numbre_edge_\w+ .+|numbre_edge_\w+(\{\w+=\"[^\"]*\"\})? [-+.\deE]+")
        assert [text for text in client.get("/metrics").body.decode().splitlines() if not line.fullmatch(text)] == []


class Heard(Listener):
    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []

    def event(self, event: NumberEvent | SourceEvent) -> None:
        if isinstance(event, SourceEvent):
            self.states.append((event.state, event.detail))


class TestCamera:
    def test_one_that_cannot_be_opened_is_tried_again(self) -> None:
        heard = Heard()

        def refuse() -> Capture:
            raise SourceError("0: no such camera")

        keep_watching(
            partial(LiveStream, "0", refuse, kind="camera"),
            None,
            [heard],
            stop=lambda: len(heard.states) >= 2,
            retry=0.01,
        )

        assert heard.states == [("lost", "0: no such camera; trying again in 0.01 s")] * 2

    def test_a_file_takes_the_time_that_it_shows(self) -> None:
        pace, began = OwnPace(lambda: False), time.monotonic()
        for index in range(3):
            pace.frame(seen("1", index=index))
        assert time.monotonic() - began >= 0.2

    def test_who_ends_does_not_wait_for_it(self) -> None:
        pace = OwnPace(lambda: True)
        pace.frame(seen("1"))
        pace.frame(seen("1", index=100_000))
