"""One question by HTTP, and its answer: with a login where it is asked for, and an end to every wait."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from email.message import Message
from functools import partial
from typing import IO, Any
from urllib.parse import urlsplit

from numbre_edge.errors import SourceError
from numbre_edge.sources.network import Address, Answer, refused, unanswered


def ask(address: Address, *, open_timeout: float, read_timeout: float) -> http.client.HTTPResponse:
    """Return an answer whose headers have come, in ``open_timeout``; each read of its body waits ``read_timeout``.

    Raises:
        SourceError: there is none, or it says no.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (  # of urllib's own, those for files and FTP are left out: no server shall lead us there
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Login(address),
        _Http(read_timeout),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(address.bare, headers={"User-Agent": "numbre-edge"})  # noqa: S310 - http(s) alone
    try:
        response: http.client.HTTPResponse = opener.open(request, timeout=open_timeout)
    except urllib.error.HTTPError as exc:
        exc.close()
        logins = ", ".join(exc.headers.get_all("WWW-Authenticate", []))
        raise SourceError(refused(address, Answer(exc.code, exc.headers.get_content_type(), logins))) from exc
    except urllib.error.URLError as exc:
        reason = exc.reason if isinstance(exc.reason, Exception) else exc
        raise SourceError(unanswered(address, reason)) from exc
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise SourceError(unanswered(address, exc)) from exc
    return response


class _Login(urllib.request.BaseHandler):
    """Logs in where the camera asks for it, by Digest if it may be, and once: some lock out who tries again."""

    def __init__(self, address: Address) -> None:
        self._address = address
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, address.bare, address.user, address.password)
        self._digest = urllib.request.HTTPDigestAuthHandler(passwords)

    def http_error_401(
        self, request: urllib.request.Request, body: IO[bytes], code: int, reason: str, headers: Message
    ) -> http.client.HTTPResponse | None:
        elsewhere = urlsplit(request.full_url).netloc != urlsplit(self._address.bare).netloc  # led there
        if not self._address.user or elsewhere or request.has_header("Authorization"):
            return None
        # Digest before basic: the password itself stays here.
        for offer in sorted(headers.get_all("WWW-Authenticate", []), reverse=True, key=str.lower):
            scheme, _, challenge = offer.partition(" ")
            login = self._basic() if scheme.lower() == "basic" else None
            if scheme.lower() == "digest":
                login = self._answered(request, challenge)
            if login:
                body.close()
                request.add_unredirected_header("Authorization", login)
                response: http.client.HTTPResponse = self.parent.open(request, timeout=request.timeout)
                return response
        return None

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self._address.user}:{self._address.password}".encode()).decode()

    def _answered(self, request: urllib.request.Request, challenge: str) -> str | None:
        items = urllib.request.parse_http_list(challenge)
        try:
            login = self._digest.get_authorization(request, urllib.request.parse_keqv_list(items))
        except (ValueError, KeyError):  # an algorithm that this Python does not know
            return None
        return f"Digest {login}" if login else None


class _Punctual(http.client.HTTPConnection):
    """Waits for all headers only as long as for one byte of them: some servers send a byte now and then."""

    read_timeout: float | None = None  # seconds; of the body

    def getresponse(self) -> http.client.HTTPResponse:
        connection, late = self.sock, threading.Event()

        def give_up() -> None:
            late.set()
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.timeout or 0.0, give_up)
        timer.daemon = True
        timer.start()
        try:
            response = super().getresponse()
        except (OSError, http.client.HTTPException) as exc:
            if late.is_set():
                raise TimeoutError from exc
            raise
        finally:
            timer.cancel()
        if late.is_set():  # headers that end with the connection are taken for all
            response.close()
            raise TimeoutError
        connection.settimeout(self.read_timeout)
        return response


class _PunctualTls(_Punctual, http.client.HTTPSConnection):
    """The same by TLS."""


class _Http(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens both kinds of address with such connections."""

    def __init__(self, read_timeout: float) -> None:
        super().__init__()
        self._read_timeout = read_timeout

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(self._connection, _Punctual), request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        context = ssl._create_unverified_context()  # noqa: S323 - a camera signs its certificate itself
        return self.do_open(partial(self._connection, _PunctualTls, context=context), request)

    def _connection(self, kind: type[_Punctual], host: str, **options: Any) -> _Punctual:
        connection = kind(host, **options)
        connection.read_timeout = self._read_timeout
        return connection
