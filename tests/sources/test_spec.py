"""What the user writes, and which stream it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.events import SourceEvent
from numbre_edge.sources import spec as spec_module
from numbre_edge.sources.devices import Device, describe_devices
from numbre_edge.sources.folder import WatchedFolder
from numbre_edge.sources.live import LiveStream
from numbre_edge.sources.spec import open_stream
from numbre_edge.sources.stream import Stream
from numbre_edge.sources.video import VideoStream

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="V4L2 devices are Linux's")


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH without programs; a file made there is the only one."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def devices(monkeypatch: pytest.MonkeyPatch, *found: Device) -> None:
    monkeypatch.setattr(spec_module, "video_devices", lambda: list(found))


def error_of(stream: Stream) -> str:
    """Return why a stream cannot be read."""
    with pytest.raises(SourceError) as caught, stream:
        for _ in stream.events():
            pass
    return str(caught.value)


class TestNames:
    """OpenCV, given a name that is no UTF-8, ends the whole program by SIGSEGV."""

    @linux_only
    def test_a_camera_s_that_is_no_utf8_is_an_error(self) -> None:
        message = "/dev/video\udce9: its path is not UTF-8, and OpenCV opens no other: rename it"
        assert error_of(open_stream("/dev/video\udce9")) == message

    @pytest.mark.parametrize("scheme", ["rtsp", "http"])
    def test_an_address_that_is_no_utf8_is_lost(self, scheme: str) -> None:
        with open_stream(f"{scheme}://127.0.0.1:9/\udce9") as stream:
            event = next(event for event in stream.events() if event is not None)
        assert isinstance(event, SourceEvent)
        assert (event.state, event.detail[:15]) == ("lost", "not an address:")


class TestKinds:
    @pytest.mark.parametrize(
        "spec", ["0", "12", "/dev/video2", "/dev/v4l/by-id/usb-HD_Webcam-video-index0", "rpicam", "rtsp://host/a"]
    )
    def test_cameras_and_addresses_are_live(self, spec: str) -> None:
        stream = open_stream(spec)

        assert isinstance(stream, LiveStream)
        assert stream.live
        assert stream.kind == ("network" if "://" in spec else "camera")
        assert stream.name == spec

    @pytest.mark.parametrize("spec", ["http://host/video", "HTTPS://host:8443/clip.mp4", "RTSP://host"])
    def test_an_address_may_be_in_capitals_and_may_end_like_a_file(self, spec: str) -> None:
        assert isinstance(open_stream(spec), LiveStream)

    def test_an_address_loses_its_password_in_its_name(self) -> None:
        assert open_stream("rtsp://me:secret@host/a").name == "rtsp://me:***@host/a"

    @pytest.mark.parametrize("name", ["clip.mp4", "CLIP.AVI", "a b.webm", "not.there.mkv"])
    def test_a_video_is_known_by_its_suffix(self, name: str) -> None:
        stream = open_stream(name)

        assert isinstance(stream, VideoStream)
        assert (stream.kind, stream.live, stream.separate) == ("video", False, False)
        assert stream.name == name

    def test_a_folder_is_one_even_if_its_name_ends_like_a_video(self, tmp_path: Path) -> None:
        inbox = tmp_path / "inbox.mp4"
        inbox.mkdir()

        stream = open_stream(str(inbox))

        assert isinstance(stream, WatchedFolder)
        assert (stream.kind, stream.live, stream.separate) == ("folder", False, True)
        assert stream.name == str(inbox)

    @pytest.mark.parametrize(
        ("spec", "named"),
        [
            ("", "nothing"),
            ("notes.txt", "notes.txt"),
            ("missing-folder", "missing-folder"),
            ("-1", "-1"),
            ("0x1", "0x1"),
            ("rtsp://", "rtsp://"),
            ("ftp://me:secret@host/clip.mp4", "ftp://me:***@host/clip.mp4"),
            ("Rpicam", "Rpicam"),
        ],
    )
    def test_what_is_none_of_them_is_refused_with_what_can_be(self, spec: str, named: str) -> None:
        with pytest.raises(UsageError) as caught:
            open_stream(spec)

        message = str(caught.value)
        assert message.startswith(f"{named}: not a source of frames; it can be a camera's number (0) or device")
        for kind in ("rpicam", "rtsp://", "http://", "a folder", "mp4"):
            assert kind in message

    @pytest.mark.parametrize("spec", ["inbox/", "./inbox", "/gone/inbox"])
    def test_a_folder_that_is_not_there_is_said_to_be_missing(self, spec: str) -> None:
        with pytest.raises(UsageError, match=f"^{spec}: no such file or folder$"):
            open_stream(spec)

    @pytest.mark.parametrize("spec", ["rtsp://me:secret@host/a", "http://host/a", "clip.mp4", "."])
    def test_a_size_is_asked_only_of_cameras_of_this_machine(self, spec: str) -> None:
        with pytest.raises(UsageError, match="can only be asked of a camera of this machine; leave --size") as caught:
            open_stream(spec, size=(640, 480))
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("spec", ["rtsp://me:secret@host/a", "clip.mp4", "."])
    def test_a_rate_is_asked_of_what_may_have_one(self, spec: str) -> None:
        with pytest.raises(UsageError, match=r"a rate can only be asked of a camera .* leave --fps out") as caught:
            open_stream(spec, fps=15)
        assert "secret" not in str(caught.value)
        assert open_stream("http://host/snapshot.jpg", fps=0.2).live


class TestCameras:
    @linux_only
    @pytest.mark.parametrize(
        ("spec", "device"),
        [("99", "/dev/video99"), ("/dev/video99", "/dev/video99"), ("/dev/v4l/by-id/gone", "/dev/v4l/by-id/gone")],
    )
    def test_one_that_is_not_there_says_so_and_what_there_is(self, spec: str, device: str) -> None:
        assert error_of(open_stream(spec)) == f"{device}: no such device; {describe_devices()}"

    @pytest.mark.usefixtures("no_programs")
    def test_rpicam_without_its_program_says_how_to_get_it(self) -> None:
        message = error_of(open_stream("rpicam"))

        assert message.startswith("rpicam: rpicam-vid and libcamera-vid are not installed: on a Raspberry Pi, sudo apt")
        assert describe_devices(ribbon=False) in message

    def test_the_default_is_rpicam_where_its_program_is_installed(
        self, no_programs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        devices(monkeypatch, Device("/dev/video0", "Webcam", True))
        (no_programs / "libcamera-vid").touch(mode=0o755)

        assert open_stream(None).name == "rpicam"

    @linux_only
    @pytest.mark.usefixtures("no_programs")
    def test_the_default_is_else_the_first_device_that_is_a_camera(self, monkeypatch: pytest.MonkeyPatch) -> None:
        codec, metadata = Device("/dev/video0", "codec", False), Device("/dev/video1", "HD Webcam", False)
        devices(
            monkeypatch, codec, metadata, Device("/dev/video2", "HD Webcam", True), Device("/dev/video4", "b", True)
        )

        assert open_stream(None).name == "/dev/video2"

    @linux_only
    @pytest.mark.usefixtures("no_programs")
    def test_without_any_camera_it_is_said_what_is_there_and_what_to_try(self, monkeypatch: pytest.MonkeyPatch) -> None:
        devices(monkeypatch, Device("/dev/video10", "bcm2835-codec", False))

        with pytest.raises(
            SourceError, match=r"^no camera found: none of the 1 video devices here .*Plug in a USB camera"
        ):
            open_stream(None)
