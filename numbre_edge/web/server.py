"""A server in a thread of its own, on an address that it has before it begins."""

from __future__ import annotations

import errno
import socket
import threading
from ipaddress import ip_address
from typing import Self

import uvicorn
from starlette.applications import Starlette

from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.web.guard import Door
from numbre_edge.web.hub import Hub

_BACKLOG = 128  # connections that wait to be taken
_GRACE = 3  # seconds for answers that are on their way when the server ends


class Address:
    """An address that is listened on. Leaving it gives it back.

    Attributes:
        local: whether only programs of this machine can reach it.
        url: of the page, as somebody there would type it.

    Args:
        host: a name or an address; ``0.0.0.0`` and ``::`` for all that this machine has.
        port: 0 takes a free one.

    Raises:
        UsageError: no address of this machine.
        NumbreError: taken, or not for this user.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host.lower()
        try:
            family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        except (OSError, UnicodeError) as exc:
            raise UsageError(f"--host {host}: no such name or address; 127.0.0.1 is this machine alone") from exc
        self.socket = socket.socket(family, kind)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.socket.bind(place)
            self.socket.listen(_BACKLOG)
        except OSError as exc:
            self.socket.close()
            raise _why_not(exc, host, port) from exc
        bound, self.port = self.socket.getsockname()[:2]
        address = ip_address(bound.partition("%")[0])
        self.local, self._all = address.is_loopback, address.is_unspecified
        shown = socket.gethostname() if self._all else host
        self.url = f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def door(self, more: list[str]) -> Door:
        """Return under which names it may be spoken to: its own, and ``more``."""
        names = {self._host, *(name.lower() for name in more)}
        if not self.local:
            name = socket.gethostname().lower()
            names |= {name, f"{name.partition('.')[0]}.local"}  # as mDNS has it
        return Door(frozenset(names), any_address=self._all)


def _why_not(exc: OSError, host: str, port: int) -> NumbreError:
    if exc.errno == errno.EADDRINUSE:
        return NumbreError(f"port {port} of {host} is taken; end what uses it, or choose another with --port")
    if exc.errno == errno.EACCES:
        return NumbreError(f"port {port} is the system's; choose one from 1024 on with --port")
    if exc.errno == errno.EADDRNOTAVAIL:
        return UsageError(f"--host {host}: no address of this machine; 0.0.0.0 stands for all it has")
    return NumbreError(f"cannot listen on port {port} of {host}: {(exc.strerror or str(exc)).lower()}")


class Serving:
    """Serves an application while entered.

    Args:
        app: what is served.
        address: where; the caller gives it back.
        hub: whose viewers are let go at the end.
    """

    def __init__(self, app: Starlette, address: Address, hub: Hub | None = None) -> None:
        self._address, self._hub = address, hub
        self._started = threading.Event()
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = _Server(config, self._started)
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        if not self._server.started:
            raise NumbreError("the server did not start; what happened is said above")
        return self

    def __exit__(self, *error: object) -> None:
        if self._hub:
            self._hub.close()
        self._server.should_exit = True
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._server.run([self._address.socket])
        finally:
            self._started.set()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._begun = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begun.set()
