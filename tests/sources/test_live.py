"""A live stream: the newest frame, said losses, and coming back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

import pytest

from numbre_edge.errors import SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.sources.capture import Capture
from numbre_edge.sources.connect import OPEN_TIMEOUT, READ_TIMEOUT
from numbre_edge.sources.live import LiveStream, Patience
from numbre_edge.sources.network import ASK_TIMEOUT
from numbre_edge.types import Frame, Pixels
from tests.sources.mjpeg_server import number_of, picture
from tests.sources.scripted_capture import (
    LONG,
    QUICK,
    ScriptedCapture,
    collect,
    details_in,
    enough_frames,
    frames_in,
    reached,
    said,
    states_in,
)


def camera(
    open_capture: Callable[[], Capture], *, kind: Literal["camera", "network"] = "camera", patience: Patience = QUICK
) -> LiveStream:
    return LiveStream("camera", open_capture, kind=kind, patience=patience)


def each_of(*results: Capture | Exception) -> Callable[[], Capture]:
    """Return an opener that gives, or fails with, one after the other, and with the last for ever."""
    left = list(results)

    def opened() -> Capture:
        result = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(result, Exception):
            raise result
        return result

    return opened


class TestFrames:
    def test_it_opens_with_its_first_frame(self) -> None:
        capture = ScriptedCapture()
        capture.frames.put(picture(7))

        with camera(lambda: capture) as stream:
            found = collect(stream, enough_frames(1))

        event, frame = (news for news in found if news is not None)
        assert isinstance(event, SourceEvent)
        assert isinstance(frame, Frame)
        assert (event.state, event.source, event.detail) == ("open", "camera", "")
        assert (frame.source, frame.index, number_of(frame.pixels)) == ("camera", 0, 7)
        assert 0 <= event.timestamp == frame.timestamp <= time.monotonic() - stream.began

    def test_a_slow_reader_gets_the_newest_frame_and_sees_what_it_missed(self) -> None:
        capture = ScriptedCapture()
        for number in range(5):
            capture.frames.put(picture(number))
        capture.frames.put(SourceError("unplugged"))
        again = threading.Event()

        def opened() -> Capture:
            if capture.closed:
                again.set()
            return capture

        with camera(opened) as stream:
            assert again.wait(LONG)  # all is captured
            found = collect(stream, said("lost"))

        assert states_in(found) == ["open", "lost"]
        assert [(frame.index, number_of(frame.pixels)) for frame in frames_in(found)] == [(4, 4)]
        assert isinstance(found[-1], SourceEvent), "the frame is older than the loss and comes before it"

    def test_each_frame_comes_once_and_silence_is_said(self) -> None:
        capture = ScriptedCapture()
        with camera(lambda: capture) as stream:
            capture.frames.put(picture(1))
            first = collect(stream, enough_frames(1))
            silence = collect(stream, lambda found: len(found) == 2)

        assert len(frames_in(first)) == 1
        assert silence == [None, None]

    def test_a_frame_may_change_its_size(self) -> None:
        capture = ScriptedCapture()
        with camera(lambda: capture) as stream:
            capture.frames.put(picture(1))
            small = collect(stream, enough_frames(1))
            capture.frames.put(picture(2, width=320, height=200))
            large = collect(stream, enough_frames(1))

        assert (frames_in(small)[0].width, frames_in(large)[0].width) == (160, 320)
        assert states_in(large) == []


class TestLoss:
    def test_a_lost_camera_is_said_and_comes_back(self) -> None:
        first, second = ScriptedCapture(), ScriptedCapture()
        first.frames.put(picture(1))
        first.frames.put(SourceError("unplugged"))
        second.frames.put(picture(2))

        with camera(each_of(first, SourceError("no such device"), second)) as stream:
            found = collect(stream, reached("open", "lost", "lost", "open"))
            found += collect(stream, enough_frames(1))

        assert details_in(found) == ["unplugged; trying again in 0.02 s", "no such device; trying again in 0.04 s"]
        assert frames_in(found)[-1].index == 1, "captured frames are counted on"
        times = [news.timestamp for news in found if news is not None]
        assert times == sorted(times)
        assert (first.closed, second.closed) == (1, 1)

    def test_attempts_become_rarer_up_to_a_limit_and_start_anew_after_a_frame(self) -> None:
        failing = SourceError("refused")
        broken = ScriptedCapture()
        broken.frames.put(picture(1))
        broken.frames.put(SourceError("unplugged"))
        patience = Patience(retry=0.01, longest_retry=0.04)

        with camera(
            each_of(failing, failing, failing, failing, broken, failing), kind="network", patience=patience
        ) as stream:
            found = collect(stream, lambda found: states_in(found).count("lost") == 6)

        assert [detail.split()[-2] for detail in details_in(found)] == ["0.01", "0.02", "0.04", "0.04", "0.01", "0.02"]

    def test_by_default_half_a_second_doubles_up_to_ten(self) -> None:
        assert (Patience().retry, Patience().longest_retry) == (0.5, 10.0)

    def test_every_kind_of_silence_is_said_within_ten_seconds(self) -> None:
        assert max(OPEN_TIMEOUT + ASK_TIMEOUT, READ_TIMEOUT, Patience().stall, Patience().blocked) < 10

    def test_a_camera_that_never_was_there_is_an_error_at_once(self) -> None:
        with (
            camera(each_of(SourceError("/dev/video0: no such device"))) as stream,
            pytest.raises(SourceError) as caught,
        ):
            list(stream.events())

        assert str(caught.value) == "/dev/video0: no such device"

    def test_a_camera_that_opens_but_never_gives_a_frame_is_an_error(self) -> None:
        capture = ScriptedCapture()
        with camera(lambda: capture, patience=Patience(stall=0.05)) as stream, pytest.raises(SourceError) as caught:
            list(stream.events())

        assert str(caught.value).startswith("camera: no frame for 0.05 s: check its cable")
        assert capture.closed == 1

    def test_a_stall_is_a_loss_and_opens_it_again(self) -> None:
        first, second = ScriptedCapture(), ScriptedCapture()
        first.frames.put(picture(1))
        second.frames.put(picture(2))

        with camera(each_of(first, second), patience=Patience(retry=0.02, stall=0.1)) as stream:
            found = collect(stream, reached("open", "lost", "open"))

        (detail,) = details_in(found)
        assert detail.startswith("camera: no frame for 0.1 s")
        assert detail.endswith("; trying again in 0.02 s")

    def test_a_reader_held_up_in_a_driver_is_said_once_and_it_may_come_back(self) -> None:
        capture = StuckCapture()
        with camera(lambda: capture, patience=Patience(blocked=0.1)) as stream:
            found = collect(stream, said("lost"))
            found += collect(stream, lambda found: len(found) == 2)
            capture.free.set()
            found += collect(stream, enough_frames(1))

        assert states_in(found) == ["open", "lost", "open"]
        assert details_in(found) == ["no frame for 0.1 s; waiting for it to come back"]

    def test_a_fault_of_the_reader_reaches_whoever_iterates(self) -> None:
        with camera(each_of(ZeroDivisionError("ours")), kind="network") as stream, pytest.raises(ZeroDivisionError):
            list(stream.events())


class StuckCapture:
    """Gives one frame, then sits in its driver until it is set free."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.given = 0

    def read(self) -> Pixels | None:
        if self.given:
            assert self.free.wait(LONG)
        self.given += 1
        return picture(1)

    def close(self) -> None: ...


class TestLeaving:
    def test_leaving_closes_the_camera_and_ends_its_thread(self) -> None:
        capture = ScriptedCapture()
        capture.frames.put(picture(1))
        before = threading.active_count()

        with camera(lambda: capture) as stream:
            collect(stream, enough_frames(1))
            assert threading.active_count() == before + 1

        assert threading.active_count() == before
        assert capture.closed == 1
        assert list(stream.events()) == []

    def test_leaving_does_not_wait_for_the_next_attempt(self) -> None:
        before = threading.active_count()
        patience = Patience(retry=LONG)

        with camera(each_of(SourceError("refused")), kind="network", patience=patience) as stream:
            collect(stream, said("lost"))

        assert threading.active_count() == before

    def test_leaving_does_not_wait_for_a_reader_held_up_in_a_driver(self) -> None:
        capture = StuckCapture()

        with camera(lambda: capture) as stream:
            collect(stream, enough_frames(1))

        (thread,) = (thread for thread in threading.enumerate() if thread.name == "reader of camera")
        assert thread.daemon, "it would hold up the end of the program"
        capture.free.set()
        thread.join(LONG)
        assert not thread.is_alive()

    def test_an_error_of_whoever_iterates_leaves_nothing_behind(self) -> None:
        capture = ScriptedCapture()
        before = threading.active_count()

        with pytest.raises(KeyboardInterrupt), camera(lambda: capture):
            raise KeyboardInterrupt

        assert threading.active_count() == before
        assert capture.closed == 1
