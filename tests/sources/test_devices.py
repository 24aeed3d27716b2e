"""Which video devices there are, which of them are cameras, and what to try."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from numbre_edge.sources.devices import Device, ask_device, describe_devices, device_problem, understood, video_devices

# linux/videodev2.h
CAPTURE, CAPTURE_PLANES, CODEC, CODEC_PLANES = 0x1, 0x1000, 0x8000, 0x4000
METADATA, STREAMING, HAS_OWN = 0x00800000, 0x04000000, 0x80000000

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="V4L2 devices are Linux's")


def answer(driver: str, card: str, *, whole: int, own: int = 0) -> bytes:
    """Return a ``struct v4l2_capability``: what the whole device can do, and what this node of it can."""
    return struct.pack("16s32s32sIII12x", driver.encode(), card.encode(), b"usb-1", 0x60000, whole, own)


class TestAnswers:
    @pytest.mark.parametrize(
        ("driver", "whole", "own", "camera"),
        [
            ("uvcvideo", HAS_OWN | CAPTURE | METADATA, CAPTURE | STREAMING, True),
            ("uvcvideo", HAS_OWN | CAPTURE | METADATA, METADATA | STREAMING, False),
            ("old", CAPTURE, 0, True),
            ("planes", HAS_OWN | CAPTURE_PLANES, CAPTURE_PLANES, True),
            ("codec", HAS_OWN | CODEC, CAPTURE | CODEC, False),
            ("codec", HAS_OWN | CODEC_PLANES, CAPTURE_PLANES | CODEC_PLANES, False),
            ("unicam", HAS_OWN | CAPTURE, CAPTURE, False),
            ("rp1-cfe", HAS_OWN | CAPTURE, CAPTURE, False),
        ],
        ids=[
            "webcam",
            "its metadata",
            "no word of its own",
            "planes",
            "codec",
            "codec of planes",
            "Pi 4 CSI",
            "Pi 5 CSI",
        ],
    )
    def test_a_camera_is_what_gives_pictures_to_opencv(self, driver: str, whole: int, own: int, camera: bool) -> None:
        device = understood(Path("/dev/video3"), answer(driver, "HD Webcam", whole=whole, own=own))

        assert device == Device("/dev/video3", "HD Webcam", camera)

    def test_a_name_that_fills_its_field_or_is_no_text_is_no_fault(self) -> None:
        assert understood(Path("v"), answer("d", "x" * 40, whole=CAPTURE)).card == "x" * 32
        assert understood(Path("v"), answer("d", "ok", whole=CAPTURE).replace(b"ok", b"\xff!")).card == "\ufffd!"


@linux_only
class TestListing:
    def test_devices_are_listed_by_number(self, tmp_path: Path) -> None:
        for name in ("video10", "video2", "video0", "video-old", "media0"):
            (tmp_path / name).touch()

        found = video_devices(tmp_path, lambda path: Device(str(path), "Webcam", True))

        assert [Path(device.path).name for device in found] == ["video0", "video2", "video10"]

    def test_what_is_no_device_is_listed_with_its_problem(self, tmp_path: Path) -> None:
        (tmp_path / "video0").touch()

        (found,) = video_devices(tmp_path)

        assert not found.camera
        assert found.problem

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open everything")
    def test_a_device_that_may_not_be_opened_says_which_group_may(self, tmp_path: Path) -> None:
        (tmp_path / "video0").touch(mode=0)

        (found,) = video_devices(tmp_path)

        assert found.camera, "as far as one can tell"
        assert "sudo usermod -aG video $USER" in str(found)

    def test_a_folder_without_devices_has_none(self, tmp_path: Path) -> None:
        assert video_devices(tmp_path) == []


@pytest.mark.parametrize(
    ("devices", "text"),
    [
        ([], "there is no video device here (no /dev/video*). Plug in a USB camera; for a Raspberry Pi's ribbon"),
        (
            [Device("/dev/video10", "bcm2835-codec-decode", False)],
            "none of the 1 video devices here is a camera (bcm2835-codec-decode). Plug in",
        ),
        (
            [Device("/dev/video0", "HD Webcam", True), Device("/dev/video1", "HD Webcam", False)],
            "the cameras here are /dev/video0 (HD Webcam)",
        ),
        (
            [Device("/dev/video0", "", True, "you may not open it")],
            "cameras here are /dev/video0 (you may not open it)",
        ),
    ],
)
def test_devices_are_described_with_what_to_try(devices: list[Device], text: str) -> None:
    assert text in describe_devices(devices)


@linux_only
def test_why_a_device_cannot_be_opened_is_told_with_what_there_is(tmp_path: Path) -> None:
    plain = tmp_path / "video0"
    plain.touch()

    assert device_problem(str(tmp_path / "video9")) == f"no such device; {describe_devices()}"
    assert device_problem(str(plain)) == f"{ask_device(plain).problem}; {describe_devices()}"
