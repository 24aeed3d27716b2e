"""An address of the network -> its frames."""

from __future__ import annotations

from functools import partial

import cv2

from numbre_edge.errors import SourceError
from numbre_edge.quiet import quiet_opencv
from numbre_edge.sources.capture import Capture, OpenCVCapture, native_capture
from numbre_edge.sources.http import open_http
from numbre_edge.sources.network import Address, check_rtsp, rtsp_problem

OPEN_TIMEOUT = 5.0  # seconds until a server must have begun its stream
READ_TIMEOUT = 6.0  # seconds until the next frame must have come


def open_url(
    url: str, *, fps: float | None = None, open_timeout: float = OPEN_TIMEOUT, read_timeout: float = READ_TIMEOUT
) -> Capture:
    """Connect to a camera or server: ``rtsp://``, ``http://`` or ``https://``.

    Args:
        url: may hold ``user:password@``; no message repeats the password.
        fps: pictures a second to ask for, of an address that gives single pictures.
        open_timeout: seconds until the stream must have begun.
        read_timeout: seconds until each further frame must have come.

    Raises:
        SourceError: not reached, refused, or no video; as far as the server tells.
        UsageError: ``fps`` for a stream, which has a rate of its own.
    """
    address = Address(url)
    video = partial(_open_video, url, open_timeout, read_timeout)
    if address.scheme != "rtsp":
        return open_http(address, fps=fps, open_timeout=open_timeout, read_timeout=read_timeout, open_video=video)
    check_rtsp(address, open_timeout)
    try:
        return video()
    except SourceError as exc:
        raise SourceError(rtsp_problem(address)) from exc


def _open_video(url: str, open_timeout: float, read_timeout: float) -> Capture:
    """Open a stream by FFmpeg. Where its frames change their size on the way, OpenCV scales them to the first size."""
    timeouts = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(open_timeout * 1000)),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(read_timeout * 1000)),
    ]
    stream = native_capture(url, cv2.CAP_FFMPEG, timeouts)
    with quiet_opencv():
        opened = stream.isOpened()
        if not opened:
            stream.release()
    if not opened:
        raise SourceError("no video that can be decoded")
    return OpenCVCapture(stream, f"the stream broke off, or sent no frame for {read_timeout:g} s")
