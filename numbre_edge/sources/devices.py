"""The video devices of this machine (Linux: V4L2): which there are, and which of them are cameras."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# linux/videodev2.h: struct v4l2_capability, and _IOR('V', 0, struct v4l2_capability)
_CAPABILITY = struct.Struct("16s32s32sIII3I")
_QUERYCAP = 0x80000000 | _CAPABILITY.size << 16 | ord("V") << 8
_CAPTURE = 0x00000001 | 0x00001000  # VIDEO_CAPTURE, and with several planes
_CONVERTS = 0x00004000 | 0x00008000  # VIDEO_M2M and with several planes: a codec
_HAS_DEVICE_CAPS = 0x80000000
# Parts of a Raspberry Pi that give frames to libcamera alone: its CSI ports and image processors.
_NO_CAMERAS = ("unicam", "rp1-cfe", "bcm2835-isp", "bcm2835-codec", "pispbe", "rpi-hevc-dec", "rpivid")


@dataclass(frozen=True)
class Device:
    """One video device.

    Attributes:
        path: ``/dev/videoN``.
        card: what it calls itself, or "" where it cannot be asked.
        camera: whether it gives pictures that OpenCV can read, as far as its driver says.
        problem: why it cannot be asked, in a few words, or "".
    """

    path: str
    card: str
    camera: bool
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.path} ({self.problem or self.card})"


def ask_device(path: Path) -> Device:
    """Return what a device is, by its driver's answer. Linux only."""
    import fcntl

    try:
        with path.open("rb", buffering=0) as file:
            answer = fcntl.ioctl(file, _QUERYCAP, bytes(_CAPABILITY.size))
    except PermissionError:
        return Device(str(path), "", True, "you may not open it: sudo usermod -aG video $USER, then log in again")
    except OSError as exc:
        return Device(str(path), "", False, (exc.strerror or str(exc)).lower())
    return understood(path, answer)


def understood(path: Path, answer: bytes) -> Device:
    """Return what a driver's ``struct v4l2_capability`` says of its device."""
    driver, card, _, _, whole, own, *_ = _CAPABILITY.unpack(answer)
    capabilities = own if whole & _HAS_DEVICE_CAPS else whole
    captures = bool(capabilities & _CAPTURE) and not capabilities & _CONVERTS
    return Device(str(path), _text(card), captures and not _text(driver).startswith(_NO_CAMERAS))


def video_devices(folder: Path = Path("/dev"), ask: Callable[[Path], Device] = ask_device) -> list[Device]:
    """Return all V4L2 devices, lowest number first; none where the system is not Linux."""
    if sys.platform != "linux":
        return []
    found = [path for path in folder.glob("video*") if path.name.removeprefix("video").isdecimal()]
    return [ask(path) for path in sorted(found, key=lambda path: int(path.name.removeprefix("video")))]


def describe_devices(devices: Iterable[Device] | None = None, *, ribbon: bool = True) -> str:
    """Return in one line which cameras there are and what to try; of ``ribbon`` cameras unless that is said already."""
    listed = list(video_devices() if devices is None else devices)
    cameras = [str(device) for device in listed if device.camera]
    if cameras:
        return f"the cameras here are {', '.join(cameras)}"
    if listed:
        kinds = sorted({device.problem or device.card for device in listed})
        there = f"none of the {len(listed)} video devices here is a camera ({', '.join(kinds)})"
    else:
        there = "there is no video device here (no /dev/video*)"
    install = "for a Raspberry Pi's ribbon camera run `sudo apt install rpicam-apps` and name `rpicam`; "
    return f"{there}. Plug in a USB camera; {install if ribbon else ''}or name a video file, a folder, rtsp://… or http://…"


def device_problem(device: str) -> str:
    """Return in one line why a device could not be opened as a camera, what there is instead and what to try."""
    path = Path(device)
    if sys.platform == "linux" and not path.exists():
        reason = "no such device"
    elif sys.platform == "linux" and (problem := ask_device(path).problem):
        reason = problem
    else:
        reason = "cannot be opened as a camera: another program may be using it, or it gives no pictures"
    return f"{reason}; {describe_devices()}"


def _text(field: bytes) -> str:
    """Return a C string of a fixed field."""
    return field.split(b"\0", 1)[0].decode("utf-8", "replace")
