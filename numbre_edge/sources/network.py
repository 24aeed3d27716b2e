"""What an address of the network says, and why nothing came of it."""

from __future__ import annotations

import base64
import http.client
import re
import socket
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from numbre_edge.errors import SourceError
from numbre_edge.sources.masking import masked

ASK_TIMEOUT = 2.0  # seconds for a server to say what is wrong
_PORTS = {"rtsp": 554, "http": 80, "https": 443}
_NO_ADDRESS = "not an address: write it like rtsp://user:password@host:554/path, % signs for special letters"
_UNPRINTABLE = re.compile(r"[^ -~]+")


class Answer(NamedTuple):
    """What a server says: its status, the content type if it named one, and the ways of logging in that it offers."""

    status: int
    kind: str = ""
    logins: str = ""

    @property
    def wants_basic(self) -> bool:
        """Whether it offers Basic, which sends the password itself, and not Digest, which does not."""
        return "basic" in self.logins.lower() and "digest" not in self.logins.lower()


class Address:
    """An address, taken apart.

    Raises:
        SourceError: it is none.
    """

    def __init__(self, url: str) -> None:
        try:
            url.encode()  # or a ValueError
            self.parts: SplitResult = urlsplit(url)
            self.scheme = self.parts.scheme.lower()
            self.port = self.parts.port or _PORTS[self.scheme]
        except ValueError as exc:
            raise SourceError(_NO_ADDRESS) from exc
        if _is_cut_within_a_password(self.parts):
            raise SourceError(_NO_ADDRESS)
        if not self.parts.hostname:
            raise SourceError("the address names no host: write it like rtsp://user:password@host:554/path")
        self.host = self.parts.hostname
        self.user = unquote(self.parts.username or "")
        self.password = unquote(self.parts.password or "")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def bare(self) -> str:
        """The address without user and password."""
        return self.parts._replace(netloc=self.parts.netloc.rpartition("@")[2]).geturl()


def _is_cut_within_a_password(parts: SplitResult) -> bool:
    """Return whether it may be: then what looks like the host is a piece of it, to be looked up and told."""
    login, at, host = parts.netloc.rpartition("@")
    if at:
        return ":" in login and "@" in parts.path + parts.query + parts.fragment
    return ":" in host and "@" in parts.path


def unanswered(address: Address, exc: Exception) -> str:
    """Return in one line why there is no answer, by what went wrong."""
    if isinstance(exc, socket.gaierror):
        return f"there is no host called {address.host}: check the name and this machine's network"
    if isinstance(exc, ConnectionRefusedError):
        return f"{address} refuses connections: check the port, and that the camera is on"
    if isinstance(exc, TimeoutError):
        return f"no answer from {address}: check the address, and that the camera is on"
    said = _UNPRINTABLE.sub(" ", masked(str(exc))).strip()  # it may hold whatever a server sent, and our own question
    return f"no understandable answer from {address} ({said or type(exc).__name__})"


def refused(address: Address, answer: Answer) -> str:
    """Return in one line why an answer is no stream."""
    status = answer.status
    if status in (401, 403):
        refusal = f"{address} does not let us in ({status})"
        if not address.password:
            return f"{refusal}: user or password is missing: write {address.scheme}://user:password@{address}/…"
        if answer.wants_basic or not answer.logins:
            return f"{refusal}: user or password is wrong"
        # We may not speak its other way of logging in as it wants: an account may be right all the same.
        return f"{refusal}: user, password or what follows the host in the address is wrong"
    if status == 404:
        return f"{address} has no such stream (404): check what follows the host in the address"
    if status >= 400:
        return f"{address} answers with error {status}"
    return f"{address} answers ({answer.kind or status}), but not with a video that can be decoded"


def check_rtsp(address: Address, timeout: float) -> None:
    """Raise SourceError where an RTSP server does not say a word: FFmpeg would wait for it, deaf to a wish to stop."""
    try:
        _ask_rtsp(address, "OPTIONS", timeout)  # needs no login
    except (OSError, UnicodeError) as exc:
        raise SourceError(unanswered(address, exc)) from exc
    except http.client.HTTPException:
        return  # a word, if no sensible one


def rtsp_problem(address: Address) -> str:
    """Ask an RTSP server once more, briefly, and return in one line why no stream came of it."""
    try:
        answer = _ask_rtsp(address, "DESCRIBE", ASK_TIMEOUT)
        if address.user and answer.wants_basic:
            answer = _ask_rtsp(address, "DESCRIBE", ASK_TIMEOUT, _basic(address))
        return refused(address, answer)
    except (OSError, http.client.HTTPException, UnicodeError) as exc:
        return unanswered(address, exc)


def _ask_rtsp(address: Address, method: str, timeout: float, headers: str = "") -> Answer:
    """Return an RTSP server's answer (RFC 2326, section 10)."""
    with socket.create_connection((address.host, address.port), timeout=timeout) as connection:
        connection.sendall(f"{method} {address.bare} RTSP/1.0\r\nCSeq: 1\r\n{headers}\r\n".encode())
        answer = connection.recv(4096).decode("latin-1")
    found = re.match(r"RTSP/\d\.\d (\d{3})", answer)
    if not found:
        raise http.client.BadStatusLine(answer[:40])
    return Answer(int(found[1]), logins=", ".join(re.findall(r"(?im)^WWW-Authenticate:\s*(.*)", answer)))


def _basic(address: Address) -> str:
    pair = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
    return f"Authorization: Basic {pair}\r\n"
