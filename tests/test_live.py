"""Watching a stream: what is read, what is left alone, what is said and measured."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
import pytest

from numbre_edge.errors import BackendError, SourceError, UsageError
from numbre_edge.events import Listener, NumberEvent, Seen, SourceEvent, Statistics
from numbre_edge.live import run, watch
from numbre_edge.reader import Reader
from numbre_edge.sources.stream import Kind, Stream
from numbre_edge.sources.video import VideoStream
from numbre_edge.sources.view import Orientation, Region
from numbre_edge.tracking import Rules, Tracker
from numbre_edge.types import Box, Digit, Frame, Pixels, Reading

ROOT = Path(__file__).parents[1]
Item = Frame | SourceEvent | None


class Script(Stream):
    """A stream of what it was given."""

    def __init__(self, items: Sequence[Item], *, kind: Kind = "video", error: Exception | None = None) -> None:
        self.name, self.kind, self.began = "script", kind, time.monotonic()
        self._items, self._error = items, error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def events(self) -> Iterator[Item]:
        yield from self._items
        if self._error:
            raise self._error


class Brightness:
    """Reads how bright the upper left corner is, as a number of three digits; none where it is black."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Box | None]] = []
        self.thorough: list[bool] = []

    def read_frame(self, frame: Frame, *, roi: Box | None = None, thorough: bool = True) -> list[Reading]:
        self.seen.append((frame.index, roi))
        self.thorough.append(thorough)
        x, y = (roi.x, roi.y) if roi else (0, 0)
        grey = int(frame.pixels[y, x])
        if not grey:
            return []
        return [Reading.of([Digit(int(d), 0.99, Box(10 + 20 * n, 10, 16, 24)) for n, d in enumerate(f"{grey:03}")])]


def pictures(*greys: int, rate: float = 30, size: tuple[int, int] = (120, 160)) -> list[Frame]:
    """Return a frame for each of ``greys``: half dark, half light paper, with a corner of that shade."""
    frames = []
    for number, grey in enumerate(greys):
        pixels = np.full(size, 235, np.uint8)
        pixels[:, size[1] // 2 :] = 60
        pixels[:60, :50] = grey
        frames.append(Frame(pixels, "script", number, number / rate))
    return frames


def told(items: Sequence[object]) -> list[tuple[str, str]]:
    """Return what was said: kind of event, and the text or detail."""
    return [
        (item.event, item.text) if isinstance(item, NumberEvent) else (item.state, item.detail or item.source)
        for item in items
        if isinstance(item, NumberEvent | SourceEvent)
    ]


def seen(items: Sequence[object]) -> list[Seen]:
    return [item for item in items if isinstance(item, Seen)]


class TestReading:
    def test_a_number_appears_and_what_does_not_change_is_not_read_again(self) -> None:
        reader = Brightness()
        items = list(watch(Script(pictures(*[200] * 60)), reader, Tracker()))
        assert told(items) == [("appeared", "200")]
        assert len(reader.seen) < 20
        frames = seen(items)
        assert [frame.frame.index for frame in frames] == list(range(60))
        assert frames[-1].readings is None
        assert [number.text for number in frames[-1].numbers] == ["200"]
        assert (frames[-1].statistics.read, frames[-1].statistics.unchanged) == (
            len(reader.seen),
            60 - len(reader.seen),
        )

    def test_it_looks_on_until_the_tracker_has_decided(self) -> None:
        # Of a steady picture the first frame alone has changed; that one reading decides nothing.
        items = list(watch(Script(pictures(*[90] * 60, *[200] * 200, *[0] * 200)), Brightness(), Tracker()))
        assert told(items) == [("appeared", "090"), ("changed", "200"), ("vanished", "200")]
        assert seen(items)[-1].numbers == ()
        assert seen(items)[-1].statistics.unchanged > 250

    def test_what_moves_is_followed_and_what_stands_is_searched(self) -> None:
        class Moving:
            def __init__(self) -> None:
                self.frames = 0

            def changed(self, pixels: Pixels) -> bool:
                self.frames += 1
                return self.frames <= 10

        reader = Brightness()
        list(watch(Script(pictures(*[200] * 30)), reader, Tracker(), new_detector=Moving))
        assert reader.thorough == [False] * 10 + [True], "a frame is not done with that was not searched"

    def test_what_the_rules_hold_back_is_not_read_for_ever(self) -> None:
        reader = Brightness()
        items = list(watch(Script(pictures(*[200] * 300)), reader, Tracker(Rules(digits=5))))
        assert told(items) == []
        assert len(reader.seen) < 150

    def test_only_what_changes_within_the_region_is_read(self) -> None:
        frames = pictures(*[200] * 60)
        for frame in frames[30:]:
            frame.pixels[60:] = 20
        reader = Brightness()
        list(watch(Script(frames), reader, Tracker(), region=Region(0, 0, 160, 50)))
        assert {roi for _, roi in reader.seen} == {Box(0, 0, 160, 50)}
        assert max(index for index, _ in reader.seen) < 30

    def test_a_region_in_percent_follows_the_frame_s_size(self) -> None:
        frames = [*pictures(200), *pictures(200, size=(240, 320))]
        reader = Brightness()
        list(watch(Script(frames), reader, Tracker(), region=Region(0, 0, 50, 25, percent=True)))
        assert [roi for _, roi in reader.seen] == [Box(0, 0, 80, 30), Box(0, 0, 160, 60)]

    def test_frames_are_set_right_first(self) -> None:
        reader = Brightness()
        upside_down = [replace(frame, pixels=frame.pixels[::-1, ::-1].copy()) for frame in pictures(*[200] * 4)]
        upright = Orientation(rotate=180)
        items = list(watch(Script(upside_down), reader, Tracker(), orientation=upright, region=Region(0, 0, 99, 50)))
        assert told(items) == [("appeared", "200")]
        assert seen(items)[0].frame.pixels[0, 0] == 200, "what is drawn and shown is the picture set right"

    def test_a_number_that_jumps_and_then_keeps_still_has_another_look(self) -> None:
        # What is read after the jump is what the tracker follows still, but elsewhere.
        class Jumping(Brightness):
            def read_frame(self, frame: Frame, *, roi: Box | None = None, thorough: bool = True) -> list[Reading]:
                aside = 500 if frame.index >= 60 else 0
                return [
                    Reading.of(
                        [Digit(d.value, d.confidence, d.box._replace(x=d.box.x + aside)) for d in reading.digits]
                    )
                    for reading in super().read_frame(frame)
                ]

        frames = pictures(*[200] * 200)
        for frame in frames[60:]:
            frame.pixels[60:] = 20  # once there is a change
        items = list(watch(Script(frames), Jumping(), Tracker()))
        assert told(items) == [("appeared", "200"), ("appeared", "200"), ("vanished", "200")]
        assert [number.box.x for number in seen(items)[-1].numbers] == [510]

    def test_silence_and_states_pass_through(self) -> None:
        script = [SourceEvent("open", "script", 0.0), None, SourceEvent("lost", "script", 1.0, "unplugged")]
        assert list(watch(Script(script), Brightness(), Tracker())) == script

    def test_a_frame_size_that_changes_is_read_on(self) -> None:
        frames = [*pictures(*[200] * 30), *pictures(*[200] * 60, size=(240, 320))[30:]]
        items = list(watch(Script(frames), Brightness(), Tracker()))
        assert told(items) == [("appeared", "200")]
        assert seen(items)[30].readings is not None


class TestRegionOutside:
    def test_of_the_first_frame_it_is_wrong_usage(self) -> None:
        with pytest.raises(UsageError, match="region 500,0,10,10 lies outside the 160x120 picture"):
            list(watch(Script(pictures(200)), Brightness(), Tracker(), region=Region(500, 0, 10, 10)))

    def test_of_a_later_frame_it_is_said_once_and_the_stream_goes_on(self) -> None:
        small, large = pictures(*[200] * 20, size=(10, 160)), pictures(*[200] * 40)
        frames = [*large[:10], *small[10:20], *large[20:]]
        items = list(watch(Script(frames), Brightness(), Tracker(), region=Region(0, 50, 100, 50)))
        assert told(items) == [
            ("appeared", "200"),
            ("open", "passed over: region 0,50,100,50 lies outside the 160x10 picture"),
        ]
        assert len(seen(items)) == 30
        assert items.count(None) == 10  # whoever iterates can stop there too


class TestSeparatePictures:
    def test_each_is_named_and_read_by_itself(self) -> None:
        frames = [Frame(p.pixels, f"in/{p.index}.png", p.index, 5.0 * p.index) for p in pictures(7, 7, 0, 9)]
        items = list(watch(Script(frames, kind="folder"), Brightness(), Tracker(confirm=1, patience=0.0)))
        assert told(items) == [
            ("open", "in/0.png"),
            ("appeared", "007"),
            ("vanished", "007"),
            ("open", "in/1.png"),
            ("appeared", "007"),
            ("vanished", "007"),
            ("open", "in/2.png"),
            ("open", "in/3.png"),
            ("appeared", "009"),
        ]

    def test_what_is_to_be_known_of_one_is_said_with_its_name(self) -> None:
        frames = [replace(pictures(7)[0], source="in/a.tif", note="page 1 of 3 was read")]
        first = next(watch(Script(frames, kind="folder"), Brightness(), Tracker(confirm=1, patience=0.0)))
        assert (first.source, first.detail) == ("in/a.tif", "page 1 of 3 was read")

    def test_the_same_file_again_is_read_again(self) -> None:
        frames = [Frame(p.pixels, "in/a.png", p.index, 5.0 * p.index) for p in pictures(7, 7)]
        items = list(watch(Script(frames, kind="folder"), Brightness(), Tracker(confirm=1, patience=0.0)))
        assert [event for event, _ in told(items)].count("appeared") == 2

    def test_a_number_is_said_to_be_where_it_was_read(self) -> None:
        frames = [Frame(p.pixels, f"in/{p.index}.png", p.index, 5.0 * p.index) for p in pictures(7, 9)]
        items = list(watch(Script(frames, kind="folder"), Brightness(), Tracker(confirm=1, patience=0.0)))
        assert [(item.event, item.source) for item in items if isinstance(item, NumberEvent)] == [
            ("appeared", "in/0.png"),
            ("vanished", "in/0.png"),
            ("appeared", "in/1.png"),
        ]


class Notes(Listener):
    """Writes down what it hears, and has had enough after so many frames."""

    def __init__(self, enough: int = 1000) -> None:
        self.heard: list[str] = []
        self._enough = enough

    def event(self, event: NumberEvent | SourceEvent) -> None:
        self.heard.append(event.event if isinstance(event, NumberEvent) else event.state)

    def frame(self, seen: Seen) -> None:
        self.heard.append("frame")

    def idle(self) -> None:
        self.heard.append("idle")

    def closed(self) -> bool:
        return self.heard.count("frame") >= self._enough


class TestListeners:
    def test_all_hear_the_same_and_one_may_care_for_nothing(self) -> None:
        first, second = Notes(), Notes()
        opened, lost = SourceEvent("open", "script", 0.0), SourceEvent("lost", "script", 9.0)
        script = Script([opened, None, *pictures(*[200] * 4), lost])
        run(script, Brightness(), [first, Listener(), second])
        assert first.heard == ["open", "idle", "frame", "frame", "appeared", "frame", "frame", "lost"]
        assert second.heard == first.heard

    def test_one_that_has_had_enough_ends_the_run_for_all(self) -> None:
        patient, brief = Notes(), Notes(enough=2)
        run(Script(pictures(*[200] * 30)), Brightness(), [patient, brief])
        assert patient.heard == ["frame", "frame"]

    def test_a_stop_comes_between_two_frames_never_between_an_event_and_its_frame(self) -> None:
        notes = Notes()
        run(Script(pictures(*[200] * 30)), Brightness(), [notes], stop=lambda: "appeared" in notes.heard)
        assert notes.heard[-2:] == ["appeared", "frame"]

    def test_while_nothing_comes_a_stop_is_heard_too(self) -> None:
        notes = Notes()
        run(Script([None] * 30), Brightness(), [notes], stop=lambda: len(notes.heard) == 3)
        assert notes.heard == ["idle"] * 3

    def test_rules_are_those_of_the_tracker(self) -> None:
        notes = Notes()
        run(Script(pictures(*[200] * 30)), Brightness(), [notes], rules=Rules(digits=5))
        assert "appeared" not in notes.heard

    def test_pictures_of_their_own_need_no_second_look(self) -> None:
        notes = Notes()
        run(Script(pictures(7, 8), kind="folder"), Brightness(), [notes])
        assert notes.heard == ["open", "appeared", "frame", "vanished", "open", "appeared", "frame"]


class TestErrors:
    def test_a_source_s_error_comes_after_what_could_be_read(self) -> None:
        items: list[object] = []
        stream = Script(pictures(*[200] * 30), error=SourceError("clip.avi: damaged"))
        with pytest.raises(SourceError, match="damaged"):
            items.extend(watch(stream, Brightness(), Tracker()))
        assert told(items) == [("appeared", "200")]
        assert len(seen(items)) == 30

    def test_a_runtime_s_failure_is_not_hidden(self) -> None:
        class Failing:
            def read_frame(self, frame: Frame, *, roi: Box | None = None, thorough: bool = True) -> list[Reading]:
                raise BackendError("gave up")

        with pytest.raises(BackendError, match="gave up"):
            list(watch(Script(pictures(200)), Failing(), Tracker()))


class TestStatistics:
    def test_a_camera_s_frames_have_an_age_and_may_be_dropped(self) -> None:
        frames = [Frame(p.pixels, "script", index, 0.0) for p, index in zip(pictures(7, 8, 9), (0, 1, 5), strict=True)]
        stream = Script(frames, kind="camera")
        stream.began -= 2.0
        last = seen(list(watch(stream, Brightness(), Tracker())))[-1].statistics
        assert (last.read + last.unchanged, last.dropped) == (3, 3)
        assert last.p50 is not None
        assert last.p95 is not None
        assert 2.0 <= last.p50 <= last.p95
        assert last.fps is not None
        assert last.mean_fps is not None

    def test_a_file_s_have_none(self) -> None:
        last = seen(list(watch(Script(pictures(*[7] * 5)), Brightness(), Tracker())))[-1].statistics
        assert (last.p50, last.p95, last.dropped) == (None, None, 0)

    def test_the_pace_leaves_out_the_time_without_a_camera(self) -> None:
        frames = pictures(7, 7, 7)
        items = [*frames[:2], SourceEvent("lost", "script", 1.0, "unplugged"), frames[2]]
        found = seen(list(watch(Script(items, kind="camera"), Brightness(), Tracker())))
        assert found[1].statistics.fps is not None
        assert found[2].statistics.fps is None

    def test_one_frame_has_no_pace(self) -> None:
        assert Statistics(read=1).mean_fps is None


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of one of the samples, then an empty sheet, then two seconds more of it."""
    page = cv2.imread(str(ROOT / "samples" / "plain-number.jpg"))
    assert page is not None
    page = cv2.resize(page, (640, 354), interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("clip") / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 354))
    rng = np.random.default_rng(0)
    for number in range(45):
        picture = page if number < 15 else np.full_like(page, 215)
        noisy = np.clip(picture + rng.normal(0, 2, page.shape), 0, 255)
        writer.write(noisy.astype(np.uint8))
    writer.release()
    return path


def test_a_video_through_the_real_reader(clip: Path) -> None:
    with VideoStream(str(clip)) as stream:
        items = list(watch(stream, Reader().following(), Tracker()))
    assert [(event, text) for event, text in told(items) if event in ("appeared", "changed", "vanished")] == [
        ("appeared", "4071"),
        ("vanished", "4071"),
    ]
    assert told(items)[0] == ("open", str(clip))
    assert told(items)[-1] == ("ended", str(clip))
    last = seen(items)[-1].statistics
    assert last.read + last.unchanged == 45
    assert last.unchanged > 5


def test_pixels_are_never_copied_for_a_region() -> None:
    given: list[Pixels] = []

    class Spy:
        def changed(self, pixels: Pixels) -> bool:
            given.append(pixels)
            return True

    frame = pictures(200)[0]
    list(watch(Script([frame]), Brightness(), Tracker(), region=Region(10, 20, 30, 40), new_detector=Spy))
    assert given[0].shape == (40, 30)
    assert np.shares_memory(given[0], frame.pixels)
