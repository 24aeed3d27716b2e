"""What the user writes -> the stream it means."""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from pathlib import Path

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.capture import Capture, open_camera
from numbre_edge.sources.connect import open_url
from numbre_edge.sources.devices import describe_devices, video_devices
from numbre_edge.sources.files import VIDEOS
from numbre_edge.sources.folder import WatchedFolder
from numbre_edge.sources.live import LiveStream
from numbre_edge.sources.masking import masked
from numbre_edge.sources.rpicam import SIZE, find_program, open_rpicam
from numbre_edge.sources.stream import Stream
from numbre_edge.sources.video import VideoStream

RPICAM = "rpicam"
_CAMERA = re.compile(r"[0-9]+|/dev/(video|v4l/).+")
_URL = re.compile(r"(?i)(rtsp|https?)://.")
_PICTURES = re.compile(r"(?i)https?://.")  # an address that may give single pictures
_KINDS = (
    "a camera's number (0) or device (/dev/video0), rpicam, an address (rtsp://… or http://…), "
    f"a folder, or a video file ({', '.join(sorted(VIDEOS))})"
)


def open_stream(spec: str | None, *, size: tuple[int, int] | None = None, fps: float | None = None) -> Stream:
    """Return the stream that ``spec`` means. Entering it opens it.

    Args:
        spec: as typed: ``0``, ``/dev/video2``, ``rpicam``, ``rtsp://…``, ``http://…``, a video
            file or a folder. None: ``rpicam`` where its program is installed, else the first camera.
        size: width and height in pixels to ask of a camera of this machine; by default 1280x720.
        fps: frames a second to ask of it, or of an http address that gives single pictures.

    Raises:
        UsageError: nothing of these kinds; ``size`` or ``fps`` for what takes no such wish.
        SourceError: no ``spec``, and no camera.
    """
    if spec is None:
        spec = _first_camera()
    if spec == RPICAM:
        return LiveStream(spec, partial(open_rpicam, size=size, fps=fps), kind="camera")
    if _CAMERA.fullmatch(spec):
        return LiveStream(spec, partial(_open_local, spec, size=size or SIZE, fps=fps), kind="camera")
    stream = _other_stream(spec, fps)
    if size is not None:
        raise UsageError(f"{stream.name}: a size can only be asked of a camera of this machine; leave --size out")
    if fps is not None and not _PICTURES.match(spec):
        raise UsageError(
            f"{stream.name}: a rate can only be asked of a camera of this machine, or of an http address "
            "that gives single pictures; leave --fps out"
        )
    return stream


def _other_stream(spec: str, fps: float | None) -> Stream:
    if _URL.match(spec):
        return LiveStream(masked(spec), partial(open_url, spec, fps=fps), kind="network")
    path = Path(spec)
    if spec and path.is_dir():
        return WatchedFolder(spec)
    if path.suffix.lower().lstrip(".") in VIDEOS and "://" not in spec:
        return VideoStream(spec)
    if "/" in spec and "://" not in spec and not path.exists():
        raise UsageError(f"{masked(spec)}: no such file or folder")
    raise UsageError(f"{masked(spec) or 'nothing'}: not a source of frames; it can be {_KINDS}")


def _first_camera() -> str:
    if find_program():
        return RPICAM
    if sys.platform != "linux":
        return "0"
    devices = video_devices()
    camera = next((device.path for device in devices if device.camera), None)
    if camera is None:
        raise SourceError(f"no camera found: {describe_devices(devices)}")
    return camera


def _open_local(spec: str, *, size: tuple[int, int], fps: float | None) -> Capture:
    """Open a camera by its number or its file; a name made by udev (/dev/v4l/by-id/…) is followed each time."""
    if sys.platform != "linux":
        return open_camera(spec, size=size, fps=fps)
    device = f"/dev/video{spec}" if spec.isdecimal() else spec
    return open_camera(os.path.realpath(device) if os.path.exists(device) else device, size=size, fps=fps)
