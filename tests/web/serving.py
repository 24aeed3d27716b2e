"""A real server on a free port of this machine, in this process, and who asks it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from numbre_edge.web.app import Site, create_app
from numbre_edge.web.metrics import Metrics
from numbre_edge.web.server import Address, Serving

PATIENCE = 60  # seconds until a hang is a failure
TOKEN = "correct-horse-battery-staple"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])


class Client:
    """Asks one server, each time over a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        with self.open(method, path, body, **headers) as response:
            return Answer(response.status, response.headers, response.read())

    @contextmanager
    def open(self, method: str, path: str, body: Any = None, **headers: str) -> Iterator[http.client.HTTPResponse]:
        """Yield an answer whose body is still to come."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, named)
            with connection.getresponse() as response:
                yield response

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def read(self, picture: bytes, query: str = "", **headers: str) -> Answer:
        return self.ask("POST", f"/api/read{query}", picture, **headers)


@contextmanager
def running(reader: Any, *, metrics: Metrics | None = None, **settings: Any) -> Iterator[Client]:
    """Yield a client of a server that reads with ``reader``."""
    site = Site(reader, reader, metrics or Metrics(), **settings)
    with Address("127.0.0.1", 0) as address, Serving(create_app(site), address, site.hub):
        yield Client(address.port)
