"""Cameras and network streams through OpenCV, against real servers on the loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import cv2
import pytest

from numbre_edge.errors import SourceError
from numbre_edge.sources.capture import open_camera
from numbre_edge.sources.connect import open_url
from numbre_edge.sources.devices import describe_devices
from numbre_edge.sources.live import LiveStream
from numbre_edge.sources.masking import masked
from numbre_edge.types import Pixels
from tests.conftest import RunPython
from tests.sources.mjpeg_server import MjpegServer, endless, jpeg, number_of, picture
from tests.sources.scripted_capture import (
    LONG,
    QUICK,
    collect,
    details_in,
    enough_frames,
    frames_in,
    reached,
    said,
    states_in,
)

READ_TIMEOUT = 0.5  # seconds; a server on the loopback that sends at all is far quicker


def network_camera(url: str, *, read_timeout: float = LONG) -> LiveStream:
    opener = partial(open_url, url, open_timeout=LONG, read_timeout=read_timeout)
    return LiveStream(masked(url), opener, kind="network", patience=QUICK)


def in_use() -> tuple[int, int]:
    """Return how many threads and open files this process has."""
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


def settled(before: tuple[int, int]) -> bool:
    """Wait until no more is in use than before: the system lists a thread for a moment after it was joined."""
    end = time.monotonic() + LONG
    while any(now > then for now, then in zip(in_use(), before, strict=True)):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def ten_then_end(connection: int) -> Iterator[bytes]:
    return (jpeg(10 * connection + number) for number in range(10))


class TestHttp:
    def test_frames_come_in_order_and_none_twice(self) -> None:
        with MjpegServer(endless) as server, network_camera(server.url) as stream:
            found = collect(stream, enough_frames(20))

        numbers = [number_of(frame.pixels) for frame in frames_in(found)]
        assert numbers == [frame.index for frame in frames_in(found)]
        assert numbers == sorted(set(numbers))
        assert states_in(found) == ["open"]

    def test_a_dropped_connection_is_said_and_made_again(self) -> None:
        with MjpegServer(ten_then_end) as server, network_camera(server.url) as stream:
            found = collect(stream, reached("open", "lost", "open", "lost"))

        assert "the stream broke off" in details_in(found)[0]
        assert details_in(found)[0].endswith("; trying again in 0.02 s")
        numbers = [number_of(frame.pixels) for frame in frames_in(found)]
        assert {number // 10 for number in numbers} == {0, 1}

    def test_a_stream_that_stalls_without_closing_is_said_and_made_again(self) -> None:
        def stalling(connection: int) -> Iterator[bytes]:
            yield from ten_then_end(connection)
            if connection == 0:
                server.stopping.wait(LONG)

        with MjpegServer(stalling) as server, network_camera(server.url, read_timeout=READ_TIMEOUT) as stream:
            found = collect(stream, reached("open", "lost", "open"))

        assert "sent no frame for 0.5 s" in details_in(found)[0]

    def test_a_stream_that_stalls_before_its_first_frame_is_said(self) -> None:
        def silent(connection: int) -> Iterator[bytes]:
            server.stopping.wait(LONG / 2)
            yield from endless()

        with MjpegServer(silent) as server, network_camera(server.url, read_timeout=READ_TIMEOUT) as stream:
            found = collect(stream, said("lost"))

        assert "sent no frame for 0.5 s" in details_in(found)[0]

    def test_a_frame_size_that_changes_mid_stream_goes_on(self) -> None:
        def growing(connection: int) -> Iterator[bytes]:
            yield from (jpeg(number) for number in range(30))
            while True:
                yield jpeg(77, width=320, height=200)

        with MjpegServer(growing) as server, network_camera(server.url) as stream:
            found = collect(stream, lambda found: any(number_of(frame.pixels) == 77 for frame in frames_in(found)))

        assert states_in(found) == ["open"]

    @pytest.mark.parametrize(
        ("server", "message"),
        [
            (MjpegServer(status=404), "has no such stream (404): check what follows the host in the address"),
            (MjpegServer(status=503), "answers with error 503"),
            (MjpegServer(endless, login="user:secret"), "does not let us in (401): user or password is missing: write"),
            (MjpegServer(body="hello"), "answers (text/plain), but not with a video that can be decoded"),
        ],
        ids=["404", "503", "401", "text"],
    )
    def test_a_wrong_address_is_said_and_tried_again(self, server: MjpegServer, message: str) -> None:
        with server, network_camera(server.url) as stream:
            found = collect(stream, reached("lost", "lost"))

        assert message in details_in(found)[0]
        assert "; trying again in 0.02 s" in details_in(found)[0]

    def test_a_login_in_the_address_is_used_and_never_shown(self) -> None:
        with MjpegServer(endless, login="user:se cret") as server:
            right = server.url.replace("://", "://user:se%20cret@")
            with network_camera(right) as stream:
                found = collect(stream, enough_frames(1))
            wrong = server.url.replace("://", "://user:guess@")
            with network_camera(wrong) as stream:
                found += collect(stream, said("lost"))

        assert frames_in(found)[0].source.startswith("http://user:***@127.0.0.1:")
        assert "user or password is wrong" in details_in(found)[0]
        assert "cret" not in repr(found)
        assert "guess" not in repr(found)

    def test_a_refused_connection_and_an_unknown_host_are_told_apart(self) -> None:
        with MjpegServer(endless) as server:
            closed = server.url
        with pytest.raises(SourceError, match="refuses connections: check the port"):
            open_url(closed)
        with pytest.raises(SourceError, match=r"there is no host called camera\.invalid"):
            open_url("http://camera.invalid/video")

    def test_nothing_is_printed_about_any_of_it(self, run_python: RunPython) -> None:
        # In a process of its own: FFmpeg keeps the level of its first use, and other tests write videos.
        program = (
            "import sys; from numbre_edge.sources.spec import open_stream\n"
            "for url in sys.argv[1:]:\n"
            "    with open_stream(url) as stream:\n"
            "        next(news for news in stream.events() if getattr(news, 'state', '') == 'lost')\n"
        )
        with MjpegServer(ten_then_end) as gone:
            pass
        with MjpegServer(ten_then_end) as server:
            run = run_python("-c", program, server.url, gone.url)

        assert server.connections, "frames came before the loss"
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")

    @pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts in /proc, which only Linux has")
    def test_reconnecting_leaves_no_thread_and_no_file_open(self) -> None:
        def reconnect(times: int) -> None:
            def two_frames(connection: int) -> Iterator[bytes]:
                return iter((jpeg(1), jpeg(2)))

            with MjpegServer(two_frames) as server, network_camera(server.url) as stream:
                collect(stream, lambda found: states_in(found).count("lost") == times)
            assert server.connections >= times

        reconnect(2)  # what OpenCV keeps from its first use on
        before = in_use()
        reconnect(8)
        assert settled(before), f"threads and files: {before} before, {in_use()} now"

    def test_a_program_ends_in_time_while_its_camera_stalls(self, run_python: RunPython) -> None:
        def stalling(connection: int) -> Iterator[bytes]:
            yield from ten_then_end(connection)
            gone.wait()

        gone = threading.Event()
        program = (
            "import sys; from functools import partial\n"
            "from numbre_edge.sources.connect import open_url; from numbre_edge.sources.live import LiveStream\n"
            "opener = partial(open_url, sys.argv[1], open_timeout=600, read_timeout=600)\n"
            "with LiveStream('camera', opener, kind='network') as stream:\n"
            "    next(news for news in stream.events() if news is None)\n"
            "print('left')\n"
        )
        with MjpegServer(stalling) as server:
            try:
                run = run_python("-c", program, server.url)
            finally:
                gone.set()

        assert (run.returncode, run.stdout, run.stderr) == (0, "left\n", "")


@contextmanager
def rtsp_server(port: int = 0) -> Iterator[tuple[int, int]]:
    """Serve RTSP and yield port and process; skip the test, aloud, where GStreamer's server is not installed."""
    python = "/usr/bin/python3"  # the one that Debian's GStreamer bindings belong to
    program = str(Path(__file__).with_name("rtsp_server.py"))
    if not shutil.which(python):
        pytest.skip(f"an RTSP server needs {python}")
    check = subprocess.run([python, program, "--check"], capture_output=True, text=True, timeout=LONG)
    if check.returncode:
        reason = check.stderr.strip().splitlines()[-1]
        pytest.skip(f"an RTSP server needs gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-good: {reason}")
    with subprocess.Popen([python, program, str(port)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline()), server.pid
        finally:
            server.kill()


class TestRtsp:
    def test_a_server_that_goes_away_is_said_and_found_again(self) -> None:
        with ExitStack() as servers:
            port, _ = servers.enter_context(rtsp_server())
            with network_camera(f"rtsp://127.0.0.1:{port}/stream") as stream:
                before = collect(stream, enough_frames(3))
                servers.close()
                gone = collect(stream, reached("lost", "lost"))
                servers.enter_context(rtsp_server(port))
                after = collect(stream, lambda found: said("open")(found) and enough_frames(1)(found))

        assert states_in(before) == ["open"]
        assert {frame.pixels.shape for frame in frames_in(before + after)} == {(80, 160, 3)}
        assert min(frame.pixels.mean() for frame in frames_in(before + after)) > 200, "the server's picture is white"
        assert "the stream broke off" in details_in(gone)[0]
        assert f"127.0.0.1:{port} refuses connections" in details_in(gone)[1]

    def test_a_server_that_stalls_without_closing_is_said_and_asked_again(self) -> None:
        with (
            rtsp_server() as (port, process),
            network_camera(f"rtsp://127.0.0.1:{port}/stream", read_timeout=2 * READ_TIMEOUT) as stream,
        ):
            found = collect(stream, enough_frames(3))
            os.kill(process, signal.SIGSTOP)
            found += collect(stream, said("lost"))
            os.kill(process, signal.SIGCONT)
            found += collect(stream, said("open"))

        assert states_in(found)[:2] == ["open", "lost"]
        assert "sent no frame for 1 s" in details_in(found)[0]

    def test_what_the_server_refuses_is_said(self) -> None:
        with rtsp_server() as (port, _):
            with pytest.raises(SourceError, match=r"has no such stream \(404\)"):
                open_url(f"rtsp://127.0.0.1:{port}/nothing")
            with pytest.raises(SourceError, match=r"\(401\): user or password is missing: write rtsp://user:password@"):
                open_url(f"rtsp://127.0.0.1:{port}/locked")
            with pytest.raises(SourceError, match=r"\(401\): user or password is wrong") as caught:
                open_url(f"rtsp://user:guess@127.0.0.1:{port}/locked")
            capture = open_url(f"rtsp://user:secret@127.0.0.1:{port}/locked")
            pixels = capture.read()
            capture.close()

        assert "guess" not in str(caught.value)
        assert pixels is not None


class Webcam:
    """What OpenCV gives for a camera of this machine, which the tests' machine has none of."""

    def __init__(self, *frames: Pixels | None, opened: bool = True) -> None:
        self.frames = list(frames)
        self.opened = opened
        self.asked: dict[int, float] = {}
        self.released = False

    def isOpened(self) -> bool:
        return self.opened

    def set(self, property: int, value: float, /) -> bool:
        self.asked[property] = value
        return True

    def grab(self) -> bool:
        return bool(self.frames)

    def retrieve(self) -> tuple[bool, object]:
        pixels = self.frames.pop(0)
        return pixels is not None, pixels

    def release(self) -> None:
        self.released = True


class TestLocalCameras:
    def test_size_and_rate_are_asked_for(self) -> None:
        webcam = Webcam(picture(3))
        capture = open_camera("/dev/video0", size=(1280, 720), fps=15, native=lambda device: webcam)
        pixels = capture.read()
        capture.close()

        assert webcam.asked[cv2.CAP_PROP_FRAME_WIDTH] == 1280
        assert webcam.asked[cv2.CAP_PROP_FRAME_HEIGHT] == 720
        assert webcam.asked[cv2.CAP_PROP_FPS] == 15
        assert next(iter(webcam.asked)) == cv2.CAP_PROP_FOURCC, "before the size: which sizes there are depends on it"
        assert pixels is not None
        assert number_of(pixels) == 3
        assert webcam.released

    def test_a_damaged_frame_is_passed_over_and_an_unplugged_camera_is_lost(self) -> None:
        webcam = Webcam(None, picture(4))
        capture = open_camera("/dev/video0", native=lambda device: webcam)

        assert capture.read() is None
        assert capture.read() is not None
        with pytest.raises(SourceError, match="/dev/video0: gives no frames: unplugged, or in use"):
            capture.read()

    def test_grey_frames_get_three_channels(self) -> None:
        webcam = Webcam(picture(5)[..., 0].copy())
        pixels = open_camera("/dev/video0", native=lambda device: webcam).read()

        assert pixels is not None
        assert pixels.shape == (80, 160, 3)

    def test_a_camera_that_is_not_there_says_what_is(self, capfd: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SourceError) as caught:
            open_camera("/dev/video99")

        assert str(caught.value).startswith("/dev/video99: no such device; ")
        assert describe_devices() in str(caught.value)
        assert capfd.readouterr() == ("", "")

    def test_a_device_that_is_no_camera_says_so(self) -> None:
        with pytest.raises(SourceError, match=r"/dev/null: .*; (there is no video device|the cameras here|none of)"):
            open_camera("/dev/null")

    def test_a_camera_that_does_not_open_is_let_go(self) -> None:
        webcam = Webcam(opened=False)
        with pytest.raises(SourceError):
            open_camera("/dev/video99", native=lambda device: webcam)

        assert webcam.released
