"""Cameras that speak HTTP: single pictures, motion JPEG, logins, and servers that mean no good."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from itertools import chain, repeat

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources import http
from numbre_edge.sources.capture import Capture
from numbre_edge.sources.connect import open_url
from numbre_edge.types import Pixels
from tests.sources.loopback import Loopback
from tests.sources.mjpeg_server import basic, jpeg, number_of, picture
from tests.sources.scripted_capture import LONG

SHORT = 0.5  # seconds that a server is given which never gets done
OFTEN = 1000.0  # pictures a second
Answer = Callable[[BaseHTTPRequestHandler], None]
NONCE = 'realm="cam", nonce="dcd98b", qop="auth"'


class Camera(Loopback):
    """A server that leaves each answer to a function, and counts what it is asked.

    Args:
        answers: one for each question; the last one for all that follow.
    """

    def __init__(self, *answers: Answer) -> None:
        self.asked: list[dict[str, str]] = []  # headers
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Keep still."""

            def do_GET(self) -> None:
                camera.asked.append(dict(self.headers))
                try:
                    answers[min(len(camera.asked), len(answers)) - 1](self)
                except OSError:
                    self.close_connection = True  # the reader has gone

        super().__init__(Handler)
        self.url = f"http://{self.where}/snapshot"


def gives(data: bytes, kind: str = "image/jpeg") -> Answer:
    """Answer with one picture."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        head(handler, kind)
        handler.wfile.write(data)

    return answer


def says(status: int, **headers: str) -> Answer:
    """Answer with a status alone."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


def head(handler: BaseHTTPRequestHandler, kind: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.end_headers()


def read(capture: Capture) -> Pixels:
    """Return the next frame."""
    for _ in range(10_000):
        pixels = capture.read()
        if pixels is not None:
            return pixels
    raise AssertionError("no frame came")


def opened(camera: Camera, *, fps: float | None = OFTEN, login: str = "", timeout: float = LONG) -> Capture:
    url = camera.url.replace("://", f"://{login}@") if login else camera.url
    return open_url(url, fps=fps, open_timeout=timeout, read_timeout=timeout)


class TestSnapshots:
    def test_each_frame_is_a_picture_that_was_asked_for(self) -> None:
        with Camera(*(gives(jpeg(number)) for number in range(3))) as camera, closing(opened(camera)) as capture:
            assert [number_of(read(capture)) for _ in range(3)] == [0, 1, 2]
            assert len(camera.asked) == 3, "the first answer is the first picture"

    def test_it_asks_no_more_often_than_it_is_told(self) -> None:
        with Camera(gives(jpeg(1))) as camera, closing(opened(camera, fps=1 / LONG)) as capture:
            read(capture)
            assert [capture.read() for _ in range(3)] == [None] * 3
            assert len(camera.asked) == 1

    @pytest.mark.parametrize(
        ("suffix", "kind"), [(".png", "image/png"), (".webp", "IMAGE/WEBP; x=y"), (".bmp", "image/bmp")]
    )
    def test_any_kind_of_picture_will_do_by_what_the_server_says_it_is(self, suffix: str, kind: str) -> None:
        data = bytes(cv2.imencode(suffix, picture(77))[1])
        with Camera(gives(data, kind)) as camera, closing(opened(camera)) as capture:
            assert number_of(read(capture)) == 77

    def test_a_grey_one_has_three_channels_and_a_damaged_one_is_passed_over(self) -> None:
        grey = bytes(cv2.imencode(".png", np.full((8, 9), 7, np.uint8))[1])
        with Camera(gives(jpeg(1)[:-9]), gives(grey)) as camera, closing(opened(camera)) as capture:
            assert capture.read() is None
            assert read(capture).shape == (8, 9, 3)

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (says(503), "answers with error 503"),
            (gives(b"hello", "text/html"), r"gave pictures, and now something else \(text/html\)"),
        ],
    )
    def test_one_that_is_refused_later_is_a_loss(self, answer: Answer, why: str) -> None:
        with Camera(gives(jpeg(1)), answer) as camera, closing(opened(camera)) as capture:
            read(capture)
            with pytest.raises(SourceError, match=why):
                read(capture)

    def test_one_that_is_led_elsewhere_is_followed(self) -> None:
        with (
            Camera(gives(jpeg(5))) as there,
            Camera(says(302, Location=there.url)) as camera,
            closing(opened(camera)) as capture,
        ):
            assert number_of(read(capture)) == 5

    def test_the_password_is_for_the_address_that_it_was_written_in(self) -> None:
        with Camera(says(401, WWW_Authenticate="Basic realm=cam")) as there:
            with Camera(says(302, Location=there.url)) as camera, pytest.raises(SourceError, match="401"):
                opened(camera, login="user:secret")
            assert ["Authorization" in headers for headers in there.asked] == [False]

    def test_it_is_not_led_out_of_the_web(self) -> None:
        for there in ("file:///etc/passwd", "ftp://127.0.0.1/a.jpg"):
            with (
                Camera(says(302, Location=there)) as camera,
                pytest.raises(SourceError, match=r"but not with a video|unknown url type"),
            ):
                opened(camera)


class TestStreams:
    def test_motion_jpeg_is_read_from_the_first_answer(self) -> None:
        def stream(handler: BaseHTTPRequestHandler) -> None:
            head(handler, "multipart/x-mixed-replace; boundary=frame")
            for number in range(3):
                handler.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg(number) + b"\r\n")

        with Camera(stream) as camera, closing(opened(camera, fps=None)) as capture:
            assert [number_of(read(capture)) for _ in range(3)] == [0, 1, 2]
            with pytest.raises(SourceError, match="the stream broke off"):
                read(capture)
            assert len(camera.asked) == 1

    def test_a_stream_has_a_rate_of_its_own(self) -> None:
        with (
            Camera(gives(b"", "multipart/x-mixed-replace; boundary=frame")) as camera,
            pytest.raises(UsageError, match=r"answers with a stream \(multipart/x-mixed-replace\).* leave --fps out"),
        ):
            opened(camera)


class TestLogin:
    @pytest.mark.parametrize("scheme", ["basic", "Basic", "digest", "Digest"])
    def test_it_is_given_where_it_is_asked_for(self, scheme: str) -> None:
        def guarded(handler: BaseHTTPRequestHandler) -> None:
            sent = handler.headers["Authorization"]
            good = basic("user:se cret") if scheme.lower() == "basic" else digest(sent, "user", "se cret")
            (gives(jpeg(9)) if sent and sent == good else says(401, WWW_Authenticate=f"{scheme} {NONCE}"))(handler)

        with Camera(guarded) as camera, closing(opened(camera, login="user:se%20cret")) as capture:
            assert number_of(read(capture)) == 9
            assert "Authorization" not in camera.asked[0]
            assert number_of(read(capture)) == 9

    def test_digest_comes_before_basic_which_sends_the_password_itself(self) -> None:
        def both(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="cam"')
            handler.send_header("WWW-Authenticate", f"Digest {NONCE}")
            handler.end_headers()

        with Camera(both) as camera, pytest.raises(SourceError):
            opened(camera, login="user:secret")
        assert camera.asked[1]["Authorization"].startswith("Digest ")

    @pytest.mark.parametrize(
        "offer", ["Basic realm=cam", f"Digest {NONCE}", "Bearer", "Digest", "Digest algorithm=odd", ""]
    )
    def test_a_wrong_one_is_tried_once(self, offer: str) -> None:
        with (
            Camera(says(401, WWW_Authenticate=offer)) as camera,
            pytest.raises(SourceError, match=r"does not let us in \(401\): user.* wrong") as caught,
        ):
            opened(camera, login="user:guess")
        assert len(camera.asked) <= 2, "cameras lock out who tries again"
        assert "guess" not in str(caught.value)


def digest(sent: str | None, user: str, password: str) -> str | None:
    """Return what must have been sent (RFC 2617, 3.2.2.1), if its answer to the challenge is right."""
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', sent or ""))
    if not fields:
        return None
    secret, asked = (
        hashlib.md5(text.encode()).hexdigest() for text in (f"{user}:cam:{password}", f"GET:{fields['uri']}")
    )
    answer = f"{secret}:dcd98b:{fields['nc']}:{fields['cnonce']}:auth:{asked}"
    return sent if hashlib.md5(answer.encode()).hexdigest() == fields["response"] else None


def drip(*drops: bytes) -> Answer:
    """Answer drop by drop, the last one again and again, each in time and never done."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        for drop in chain(drops, repeat(drops[-1], 100)):
            handler.wfile.write(drop)
            handler.wfile.flush()
            time.sleep(SHORT / 10)

    return answer


def flood(start: bytes, block: bytes) -> Answer:
    """Answer with ``start``, then with ``block`` after ``block``."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(start)
        while True:
            handler.wfile.write(block)

    return answer


OK = b"HTTP/1.0 200 OK\r\n"
PICTURE = OK + b"Content-Type: image/jpeg\r\n\r\n"
STREAM = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
NEVER_ENDS = jpeg(1)[:-2]  # its end mark


class TestServersThatMeanNoGood:
    """Each is given up in bounded time and memory, and said in one line."""

    @pytest.mark.parametrize("answer", [drip(b"x"), drip(OK, b"X: y\r\n"), drip(OK + b"X: ", b"y")])
    def test_headers_that_never_end(self, answer: Answer) -> None:
        with Camera(answer) as camera, pytest.raises(SourceError, match=f"^no answer from {camera.where}: check"):
            opened(camera, timeout=SHORT)

    @pytest.mark.parametrize("answer", [drip(PICTURE, b"x"), drip(PICTURE + NEVER_ENDS, b"\x01")])
    def test_a_picture_that_never_ends(self, answer: Answer) -> None:
        with (
            Camera(answer) as camera,
            closing(opened(camera, timeout=SHORT)) as capture,
            pytest.raises(SourceError, match=r"^the picture broke off, or took more than 0\.5 s$"),
        ):
            read(capture)

    def test_a_picture_without_a_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "LARGEST", 1 << 20)
        with (
            Camera(flood(PICTURE + NEVER_ENDS, bytes(1 << 16))) as camera,
            closing(opened(camera)) as capture,
            pytest.raises(SourceError, match=r"^sends a picture of more than 1 MB"),
        ):
            read(capture)

    @pytest.mark.parametrize(
        "answer",
        [drip(STREAM, b"x"), drip(STREAM + NEVER_ENDS, b"\x01"), flood(STREAM, bytes(range(256)) * 256)],
        ids=["drops", "an endless JPEG", "garbage"],
    )
    def test_a_stream_that_brings_no_picture(self, answer: Answer) -> None:
        with (
            Camera(answer) as camera,
            closing(opened(camera, fps=None, timeout=SHORT)) as capture,
            pytest.raises(SourceError, match=r"^the stream broke off, or sent no frame for 0\.5 s$"),
        ):
            read(capture)

    @pytest.mark.parametrize("answer", [gives(b""), gives(b"hello"), gives(bytes(9))])
    def test_what_is_called_a_picture_and_is_none_is_passed_over(self, answer: Answer) -> None:
        with Camera(answer, gives(jpeg(4))) as camera, closing(opened(camera)) as capture:
            assert capture.read() is None
            assert number_of(read(capture)) == 4
