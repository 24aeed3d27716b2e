"""Why a stream does not open, as the server tells it, and addresses shown without their passwords."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.connect import open_url
from numbre_edge.sources.listing import list_sources
from numbre_edge.sources.masking import masked
from numbre_edge.sources.spec import open_stream
from tests.sources.scripted_capture import LONG

SILENCE = 0.5  # seconds; a server on the loopback that answers at all is far quicker
RTSP_401 = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: %s realm="cam", nonce="1"\r\n\r\n'
HTTP_401 = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: %s realm="cam", nonce="1"\r\nContent-Length: 0\r\n\r\n'


class Answering:
    """A server that gives every connection the same bytes, then closes it; with None it keeps silent instead."""

    def __init__(self, answer: bytes | None, listener: socket.socket) -> None:
        self.port = listener.getsockname()[1]
        self.asked: list[str] = []
        self.stopping = threading.Event()
        self._answer = answer
        self._listener = listener

    def serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self.stopping.is_set():
                    return
                self.asked.append(connection.recv(4096).decode("latin-1"))
                if self._answer is None:
                    self.stopping.wait(LONG)
                else:
                    connection.sendall(self._answer)


@contextmanager
def answering(answer: bytes | None) -> Iterator[Answering]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Answering(answer, listener)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            socket.create_connection(("127.0.0.1", server.port)).close()  # wakes accept()
            thread.join()


def problem_of(url: str) -> str:
    """Return why nothing comes of an address."""
    with pytest.raises(SourceError) as caught:
        open_url(url, open_timeout=SILENCE)
    return str(caught.value)


class TestProblems:
    @pytest.mark.parametrize(
        ("scheme", "answer", "problem"),
        [
            ("rtsp", b"RTSP/1.0 404 Not Found\r\n\r\n", "has no such stream (404): check what follows the host"),
            ("rtsp", b"RTSP/1.0 500 Oops\r\n\r\n", "answers with error 500"),
            ("rtsp", b"RTSP/1.0 200 OK\r\n\r\n", "answers (200), but not with a video that can be decoded"),
            ("rtsp", b"SSH-2.0-OpenSSH_9.6\r\n", "no understandable answer from 127.0.0.1:"),
            ("rtsp", b"\x1b[2J\nhello", "no understandable answer from 127.0.0.1:"),
            ("rtsp", b"", "no understandable answer from 127.0.0.1:"),
            ("http", b"SSH-2.0-OpenSSH_9.6\r\n", "no understandable answer from 127.0.0.1:"),
            ("http", b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "but not with a video that can be decoded"),
            ("https", b"HTTP/1.1 400 Bad Request\r\n\r\n", "no understandable answer from 127.0.0.1:"),
        ],
    )
    def test_what_a_server_answers_is_told(self, scheme: str, answer: bytes, problem: str) -> None:
        with answering(answer) as server:
            said = problem_of(f"{scheme}://127.0.0.1:{server.port}/live")

        assert problem in said
        assert f"127.0.0.1:{server.port}" in said
        assert said.isprintable(), "one line, whatever the server sends"

    @pytest.mark.parametrize("scheme", ["rtsp", "http"])
    def test_a_login_that_is_refused_is_told_from_one_that_is_missing(self, scheme: str) -> None:
        refusal = RTSP_401 if scheme == "rtsp" else HTTP_401
        with answering(refusal % b"Basic") as server:
            where = f"127.0.0.1:{server.port}"
            missing = problem_of(f"{scheme}://{where}/live")
            wrong = problem_of(f"{scheme}://user:guess@{where}/live")

        assert missing.endswith(f"(401): user or password is missing: write {scheme}://user:password@{where}/…")
        assert wrong == f"{where} does not let us in (401): user or password is wrong"

    @pytest.mark.parametrize("scheme", ["rtsp", "http"])
    def test_a_server_that_takes_only_digests_leaves_it_open_what_is_wrong(self, scheme: str) -> None:
        refusal = RTSP_401 if scheme == "rtsp" else HTTP_401
        with answering(refusal % b"Digest") as server:
            said = problem_of(f"{scheme}://user:guess@127.0.0.1:{server.port}/live")

        assert said.endswith("(401): user, password or what follows the host in the address is wrong")
        assert not any("Basic" in asked for asked in server.asked), "the password itself, for all to hear"

    def test_rtsp_is_asked_for_the_stream_with_the_login_in_its_header_only(self) -> None:
        with answering(RTSP_401 % b"Basic") as server:
            problem_of(f"rtsp://me:p%40ss@127.0.0.1:{server.port}/live?channel=2")

        assert not any("Authorization" in asked for asked in server.asked[:-1])
        assert server.asked[-1].splitlines() == [
            f"DESCRIBE rtsp://127.0.0.1:{server.port}/live?channel=2 RTSP/1.0",
            "CSeq: 1",
            "Authorization: Basic bWU6cEBzcw==",  # me:p@ss
            "",
        ]

    @pytest.mark.parametrize("scheme", ["rtsp", "http"])
    def test_a_server_that_keeps_silent_is_not_waited_for(self, scheme: str) -> None:
        with answering(None) as server:
            said = problem_of(f"{scheme}://127.0.0.1:{server.port}/live")

        assert said == f"no answer from 127.0.0.1:{server.port}: check the address, and that the camera is on"

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("rtsp://camera.invalid/live", "there is no host called camera.invalid"),
            ("http://127.0.0.1:99999/", "not an address: write it like rtsp://user:password@host:554/path"),
            ("http://user:se/cret@127.0.0.1/", "not an address"),
            ("http://user:se@cr/et@127.0.0.1/", "not an address"),  # the host is not cr
            ("http://user:se@cr?et@127.0.0.1/", "not an address"),
            ("http://user:12/34@127.0.0.1/", "not an address"),  # nor is it user
            ("http://127.0.0.1:9/?mail=me@home", "127.0.0.1:9 refuses connections"),
            ("http://me@127.0.0.1:9/?mail=me@home", "127.0.0.1:9 refuses connections"),
            ("http://[::1/", "not an address"),
            ("rtsp:///live", "the address names no host"),
            ("http://127.0.0.1:9/a b", "no understandable answer from 127.0.0.1:9"),
        ],
    )
    def test_an_address_that_leads_nowhere_is_told(self, url: str, problem: str) -> None:
        assert problem_of(url).startswith(problem)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://host/path", "rtsp://host/path"),
        ("rtsp://user@host/path", "rtsp://user@host/path"),
        ("rtsp://user:secret@host:554/path?x=1", "rtsp://user:***@host:554/path?x=1"),
        ("http://user:se@cret@host/", "http://user:***@host/"),
        ("http://user:se/cret@host/", "http://user:***@host/"),
        ("http://user:12#3@host/", "http://user:***@host/"),
        ("http://[::1]:8080/video", "http://[::1]:8080/video"),
        ("http://host/mail@path", "http://host/mail@path"),
        ("http://host/video.cgi?user=me&pwd=secret&rate=5", "http://host/video.cgi?user=me&pwd=***&rate=5"),
        ("rtsp://user:se@cr/et@host/path", "rtsp://user:***@host/path"),
        ("rtsp://user:se/cr@et@host/path", "rtsp://user:***@host/path"),
        ("rtsp://user:p?s@s@host/path", "rtsp://user:***@host/path"),
        ("rtsp://user:key=se@host/path", "rtsp://user:***"),  # a name or a password? nothing of it is shown
        ("rtsp://user:secret@host/?pwd=se@cret", "rtsp://user:***"),
        ("rtsp:/user:secret@host/path", "rtsp:/user:***@host/path"),  # as a file's name repeats it
        ("user:secret@host/path", "user:***@host/path"),
        ("rtsp://host/user=me&password=se/cret?#&channel=1", "rtsp://host/user=me&password=***&channel=1"),
        ("rtsp://host/user=me_password=secret_channel=1.sdp", "rtsp://host/user=me_password=***"),
        ("http://host/?loginuse=me&loginpas=secret", "http://host/?loginuse=me&loginpas=***"),
        ("http://host/?access_token=secret&pw=secret", "http://host/?access_token=***&pw=***"),
        ("http://host/?apikey=secret", "http://host/?apikey=***"),
        ("http://host/passage/keyframe?mode=2", "http://host/passage/keyframe?mode=2"),
    ],
)
def test_passwords_in_addresses_are_never_shown(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_nor_are_they_where_a_library_repeats_the_address() -> None:
    assert "secret" not in problem_of("http://127.0.0.1:9/a b?password=secret")


@pytest.mark.parametrize("spec", ["user:secret@host/path", "ftp://user:secret@host/path"])
def test_nor_where_it_is_no_address(spec: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_stream(spec)
    assert "user:***@host/path: " in str(caught.value)
    with pytest.raises(UsageError, match=r"^rtsp://user:\*\*\*@host/path: no such file"):
        list_sources(["rtsp://user:secret@host/path"])
