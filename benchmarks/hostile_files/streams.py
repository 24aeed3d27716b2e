"""Motion JPEG as a broken or a bad camera sends it over HTTP; and a server on the loopback that does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2

from hostile_files.damage import Rng, copies
from hostile_files.pictures import page

File = tuple[str, bytes]

_MULTIPART = b"multipart/x-mixed-replace; boundary=frame"


def streams(rng: Rng) -> Iterator[File]:
    """Yield answers of servers: a line with the content type, and the body."""
    jpeg = cv2.imencode(".jpg", page())[1].tobytes()

    def part(content: bytes, length: object = None) -> bytes:
        told = len(content) if length is None else length
        return (
            b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %s\r\n\r\n" % str(told).encode()
            + content
            + b"\r\n"
        )

    good = part(jpeg) * 3
    for number, copy in enumerate(copies(good, 80, rng)):
        yield f"{number:03d}.mjpeg", _MULTIPART + b"\n" + copy
    for number, length in enumerate((0, -1, 2**31, 2**63, "x", "9" * 5000)):
        yield f"length-{number}.mjpeg", _MULTIPART + b"\n" + part(jpeg, length) * 2
    endless = {
        "starts": b"\xff\xd8\xff" * 400_000,
        "fills": b"\xff\xd8" + b"\xff" * 2_000_000,
        "segments": b"\xff\xd8" + b"\xff\xe1\0\2" * 300_000,
        "data": b"\xff\xd8\xff\xda\0\2" + b"a" * 80_000_000,
        "headers": b"--frame\r\n" + b"X: y\r\n" * 300_000,
        "nothing": b"\0" * 5_000_000,
    }
    for name, body in endless.items():
        yield f"endless-{name}.mjpeg", _MULTIPART + b"\n" + body
    for number, kind in enumerate(
        (b"image/jpeg", b"image/png", b"text/html", b"", b"\x1b[2J", b"multipart/\xff", b"a" * 60_000)
    ):
        yield f"kind-{number}.mjpeg", kind + b"\n" + good
    picture = cv2.imencode(".png", page())[1].tobytes()
    for number, copy in enumerate(copies(picture, 20, rng)):
        yield f"snapshot-{number:03d}.mjpeg", b"image/png\n" + copy


@contextmanager
def served() -> Iterator[str]:
    """Serve such answers on the loopback by the paths of their files; give the address before them."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Keep still."""

        def do_GET(self) -> None:
            kind, _, body = Path(self.path).read_bytes().partition(b"\n")
            try:
                self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + body)
            except OSError:
                self.close_connection = True  # the reader has gone

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
