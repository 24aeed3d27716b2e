"""What an address of the network says, how it may be shown, and why nothing came of it."""

from __future__ import annotations

import base64
import http.client
import re
import socket
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from numbre_edge.errors import SourceError

ASK_TIMEOUT = 2.0  # seconds for a server to say what is wrong
_PORTS = {"rtsp": 554, "http": 80, "https": 443}
_UNPRINTABLE = re.compile(r"[^ -~]+")
_SECRETS = re.compile(r"(?i)([?&;](?:pass|passwd|password|pwd|token|auth|key)=)[^&;#]*")


class Answer(NamedTuple):
    """What a server says: its status, the content type if it named one, and the ways of logging in that it offers."""

    status: int
    kind: str = ""
    logins: str = ""


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
            raise SourceError(
                "not an address: write it like rtsp://user:password@host:554/path, % signs for special letters"
            ) from exc
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


def masked(url: str) -> str:
    """Return an address without its password: ``rtsp://user:***@host/path``."""
    scheme, mark, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    end = authority.rfind("@")
    if end < 0 and ":" in authority:
        end = rest.rfind("@")  # perhaps a password with a slash in it: no address, but not to be shown either
    user, colon, _ = rest[: max(end, 0)].partition(":")
    if colon:
        rest = f"{user}:***{rest[end:]}"
    return _SECRETS.sub(r"\1***", scheme + mark + rest)


def unanswered(address: Address, exc: Exception) -> str:
    """Return in one line why there is no answer, by what went wrong."""
    if isinstance(exc, socket.gaierror):
        return f"there is no host called {address.host}: check the name and this machine's network"
    if isinstance(exc, ConnectionRefusedError):
        return f"{address} refuses connections: check the port, and that the camera is on"
    if isinstance(exc, TimeoutError):
        return f"no answer from {address}: check the address, and that the camera is on"
    said = _UNPRINTABLE.sub(" ", str(exc)).strip()  # it may hold whatever a server sent
    return f"no understandable answer from {address} ({said or type(exc).__name__})"


def refused(address: Address, answer: Answer) -> str:
    """Return in one line why an answer is no stream."""
    status = answer.status
    if status in (401, 403):
        refusal = f"{address} does not let us in ({status})"
        if not address.password:
            return f"{refusal}: user or password is missing: write {address.scheme}://user:password@{address}/…"
        if "basic" in answer.logins.lower() or not answer.logins:
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
        return refused(address, _ask_rtsp(address, "DESCRIBE", ASK_TIMEOUT, _credentials(address)))
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


def _credentials(address: Address) -> str:
    if not address.user:
        return ""
    pair = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
    return f"Authorization: Basic {pair}\r\n"
