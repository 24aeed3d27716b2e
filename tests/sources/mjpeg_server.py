"""A network camera on the loopback: MJPEG over HTTP, which fails in the ways that cameras fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import cv2
import numpy as np

from numbre_edge.types import Pixels
from tests.sources.loopback import Loopback

BITS = 8


def picture(number: int, *, width: int = 160, height: int = 80) -> Pixels:
    """Return (height, width, 3) uint8: ``number``, 0 to 255, as eight black and white stripes."""
    row = np.repeat([255 * (number >> bit & 1) for bit in range(BITS)], width // BITS)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, len(row), 3)).astype(np.uint8))


def number_of(pixels: Pixels) -> int:
    """Return the number that ``picture`` drew, however it was compressed since."""
    stripes = pixels.mean((0, 2)).reshape(BITS, -1).mean(1)
    return sum(int(stripe > 127) << bit for bit, stripe in enumerate(stripes))


def jpeg(number: int, *, width: int = 160, height: int = 80) -> bytes:
    """Return ``picture`` as a JPEG file."""
    return bytes(cv2.imencode(".jpg", picture(number, width=width, height=height))[1])


class MjpegServer(Loopback):
    """Answers each connection with the JPEGs that ``script`` gives for it, or with an error status.

    Args:
        script: number of the connection, from 0 -> JPEGs to send. When they end the connection is closed;
            a stall is a script that waits for ``stopping``.
        status: of every answer.
        login: ``user:password`` that must be sent, or None.
        body: sent as plain text instead of a stream.
    """

    def __init__(
        self,
        script: Callable[[int], Iterator[bytes]] | None = None,
        *,
        status: int = 200,
        login: str | None = None,
        body: str | None = None,
    ) -> None:
        self.connections = 0
        self.stopping = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Keep still."""

            def do_GET(self) -> None:
                if login and self.headers["Authorization"] != basic(login):
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                elif status != 200 or body is not None:
                    self.send_response(status)
                    self.send_header("Content-Type", "text/plain")
                    self.end_headers()
                    self.wfile.write((body or "").encode())
                else:
                    self.stream()

            def stream(self) -> None:
                assert script is not None
                connection = camera.connections
                camera.connections += 1
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                try:
                    for data in script(connection):
                        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                        self.wfile.write(head.encode() + data + b"\r\n")
                        if camera.stopping.wait(0.01):
                            return
                except OSError:
                    self.close_connection = True  # the reader has gone

        super().__init__(Handler)
        self.url = f"http://{self.where}/video"

    def __exit__(self, *error: object) -> None:
        self.stopping.set()
        super().__exit__(*error)


def basic(login: str) -> str:
    """Return the header that carries ``user:password``."""
    from base64 import b64encode

    return "Basic " + b64encode(login.encode()).decode()


def endless(number: int = 0) -> Iterator[bytes]:
    """Yield frames for ever."""
    while True:
        yield jpeg(number % 256)
        number += 1
