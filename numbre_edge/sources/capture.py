"""One opened camera or stream, read frame by frame; and the cameras of this machine, through OpenCV."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Protocol

import cv2
import numpy as np

from numbre_edge.errors import SourceError, is_unicode
from numbre_edge.quiet import quiet_opencv
from numbre_edge.sources.devices import device_problem
from numbre_edge.types import Pixels


class Capture(Protocol):
    """An opened camera or network stream."""

    def read(self) -> Pixels | None:
        """Wait for the next frame and return it, (H, W, 3) BGR uint8; None where none came for a moment.

        Raises:
            SourceError: the camera is lost: unplugged, disconnected, at its end.
        """
        ...

    def close(self) -> None:
        """Let go of the device and of all that was started for it."""
        ...


class Native(Protocol):
    """What is needed of a ``cv2.VideoCapture``."""

    def isOpened(self) -> bool: ...  # noqa: N802 - OpenCV's name

    def set(self, property: int, value: float, /) -> bool: ...

    def grab(self) -> bool: ...

    def retrieve(self) -> tuple[bool, object]: ...

    def release(self) -> None: ...


def native_capture(name: str, api: int = cv2.CAP_ANY, settings: Sequence[int] = ()) -> cv2.VideoCapture:
    """Open a file, an address or a device by OpenCV, as far as it can be.

    Raises:
        SourceError: a name that is no UTF-8. The message leaves it out.
    """
    if not is_unicode(name):
        raise SourceError("its path is not UTF-8, and OpenCV opens no other: rename it")
    with quiet_opencv():
        return cv2.VideoCapture(name, api, settings)


class OpenCVCapture:
    """A ``cv2.VideoCapture`` that says what is wrong."""

    def __init__(self, native: Native, lost: str) -> None:
        """``lost`` is said when no further frame can be had."""
        self._native = native
        self._lost = lost

    def read(self) -> Pixels | None:
        with quiet_opencv():
            try:
                if not self._native.grab():
                    raise SourceError(self._lost)
                ok, pixels = self._native.retrieve()
            except cv2.error as exc:
                raise SourceError(f"{self._lost} ({exc.err})") from exc
            if not ok or pixels is None:
                return None  # a damaged frame: the next may be well
            frame: Pixels = np.asarray(pixels, np.uint8)
            return frame if frame.ndim == 3 else np.asarray(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), np.uint8)

    def close(self) -> None:
        with quiet_opencv():
            self._native.release()


def open_camera(
    device: str,
    *,
    size: tuple[int, int] | None = None,
    fps: float | None = None,
    native: Callable[[str], Native] | None = None,
) -> OpenCVCapture:
    """Open a camera of this machine.

    Args:
        device: ``/dev/videoN`` on Linux; elsewhere the camera's number.
        size: width and height in pixels to ask for; the camera takes the nearest that it has.
        fps: frames a second to ask for.
        native: opens the device; by default OpenCV does.

    Raises:
        SourceError: no such device, not allowed, in use, or no camera.
    """
    with quiet_opencv():
        try:
            camera = (native or _native_camera)(device)
        except SourceError as exc:
            raise SourceError(f"{device}: {exc}") from exc
        opened = camera.isOpened()
        if opened and size is not None:
            # Most USB cameras give their larger pictures at full rate only as JPEG. One that has no JPEG ignores this.
            camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            camera.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            camera.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        if opened and fps is not None:
            camera.set(cv2.CAP_PROP_FPS, fps)
        if opened:
            camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not opened:
            camera.release()
    if not opened:
        raise SourceError(f"{device}: {device_problem(device)}")
    return OpenCVCapture(camera, f"{device}: gives no frames: unplugged, or in use by another program")


def _native_camera(device: str) -> Native:
    if sys.platform != "linux":
        return cv2.VideoCapture(int(device), cv2.CAP_ANY)
    return native_capture(device, cv2.CAP_V4L2)
