"""Who may ask: hosts that are ours, pages that are ours, and whoever knows the token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from numbre_edge.web.answers import refusal
from numbre_edge.web.files import login_page
from numbre_edge.web.metrics import Metrics
from numbre_edge.web.secret import Secret

COOKIE = "numbre-edge"
COOKIE_DAYS = 30
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")  # RFC 3986, names without escapes
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What anybody may have: whether it runs, the way in, and the page's own files, which hold nothing of this machine.
_OPEN = ("/api/health", "/login", "/page/")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Door:
    """Under which names a server may be spoken to.

    A name that is not ours may be a stranger's, led to this machine by his name server ("DNS rebinding"): his page
    could then read ours. An address in figures cannot.

    Attributes:
        names: host names and addresses, lower case, without port.
        any_address: whether every address in figures will do: the server listens on all that this machine has.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False

    def admits(self, host: str | None) -> bool:
        """Return whether a Host header names this server; its port may be that of a tunnel."""
        matched = _HOST.fullmatch((host or "").lower())
        if not matched:
            return False
        name = matched[1].strip("[]").removesuffix(".")
        if name in _LOOPBACK or name in self.names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or self.any_address


class Guard:
    """Checks every request before anything else sees it, and sets the headers that keep a browser in bounds."""

    def __init__(self, app: ASGIApp, *, door: Door, secret: Secret | None, metrics: Metrics) -> None:
        self._app, self._door, self._secret, self._metrics = app, door, secret, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
                self._metrics.answered(message["status"])
            await send(message)

        await (self._refused(Request(scope)) or self._app)(scope, receive, guarded)

    def _refused(self, request: Request) -> Response | None:
        headers = request.headers
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._door.admits(hosts[0]):
            return refusal(400, f"not served under the name {hosts[0][:100] if hosts else ''!r}; see --allow-host")
        if _of_another_site(headers, request.method):
            return refusal(403, "asked for by a page of another site")
        if self._secret is None or request.url.path.startswith(_OPEN) or self._knows(headers, self._secret):
            return None
        if request.method == "GET" and "text/html" in headers.get("accept", ""):
            return login_page(401)
        return refusal(
            401, "needs the token: send Authorization: Bearer …, or log in at /", {"WWW-Authenticate": "Bearer"}
        )

    @staticmethod
    def _knows(headers: Headers, secret: Secret) -> bool:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return secret.is_token(token.strip())
        return secret.is_cookie(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def _of_another_site(headers: Headers, method: str) -> bool:
    """Return whether a browser says that another site's page asks. A link to ours is none of that."""
    origin = headers.get("origin")
    if origin is not None:
        host = headers["host"].lower()
        return origin.lower() not in (f"http://{host}", f"https://{host}")
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    return not (method == "GET" and headers.get("sec-fetch-dest") == "document")
