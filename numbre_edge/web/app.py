"""The routes: a page, what it asks for, and what programs ask for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from numbre_edge.errors import SourceError, TooLarge, one_line
from numbre_edge.reader import Reader
from numbre_edge.web.answers import failed, gone, refused
from numbre_edge.web.desk import Desk
from numbre_edge.web.files import login_page, page_file
from numbre_edge.web.guard import COOKIE, COOKIE_DAYS, Door, Guard
from numbre_edge.web.hub import Hub
from numbre_edge.web.metrics import CONTENT_TYPE, Metrics
from numbre_edge.web.reading import read_upload
from numbre_edge.web.secret import Secret
from numbre_edge.web.upload import discard, picture_of

_BOUNDARY = "picture"
_NUMBER = re.compile(r"[0-9]{1,18}")
_LONGEST_TOKEN_FORM = 4096  # bytes


@dataclass(frozen=True)
class Site:
    """What is served, and to whom.

    Attributes:
        reader: of pictures that are sent.
        drawings: the reader of what is drawn on the page.
        hub: of the camera; None without one.
        metrics: of all of it.
        door: under which names.
        secret: what everybody must know; None for programs of this machine alone.
    """

    reader: Reader
    drawings: Reader
    metrics: Metrics
    hub: Hub | None = None
    door: Door = field(default_factory=Door)
    secret: Secret | None = None


def create_app(site: Site) -> Starlette:
    """Return the application of a site."""
    desk = Desk(site.metrics)

    @asynccontextmanager
    async def opened(app: Starlette) -> AsyncIterator[None]:
        if site.hub:
            site.hub.open()
        yield
        desk.close()

    return Starlette(
        routes=[
            Route("/", partial(_file, name="index.html")),
            Route("/docs", partial(_file, name="docs.html")),
            Route("/openapi.json", partial(_file, name="openapi.json")),
            Route("/page/{name}", _named_file),
            Route("/login", partial(_login, site), methods=["GET", "POST"]),
            Route("/api/health", _health),
            Route("/api/read", partial(_read, site, desk), methods=["POST"]),
            Route("/api/view", partial(_view, site)),
            Route("/api/events", partial(_events, site)),
            Route("/api/live.mjpg", partial(_live, site)),
            Route("/api/snapshot.jpg", partial(_snapshot, site)),
            Route("/metrics", partial(_metrics, site)),
        ],
        middleware=[Middleware(Guard, door=site.door, secret=site.secret, metrics=site.metrics)],
        exception_handlers={HTTPException: refused, ClientDisconnect: gone, Exception: failed},
        lifespan=opened,
    )


async def _file(request: Request, name: str) -> Response:
    return page_file(request, name)


async def _named_file(request: Request) -> Response:
    return page_file(request, request.path_params["name"])


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _read(site: Site, desk: Desk, request: Request) -> Response:
    try:
        with desk.place():
            upload = await picture_of(request)
            wanted = {name for name, value in request.query_params.items() if value == "1"}
            reader = site.drawings if "drawing" in wanted else site.reader
            read = partial(read_upload, reader, upload, details="details" in wanted, preview="preview" in wanted)
            return JSONResponse(await desk.do(read))
    except TooLarge as exc:
        raise HTTPException(413, one_line(exc)) from exc
    except SourceError as exc:
        raise HTTPException(415, one_line(exc)) from exc
    except HTTPException as exc:
        if exc.status_code == 429:
            await discard(request)
        raise


async def _view(site: Site, request: Request) -> Response:
    return JSONResponse(_camera(site).view())


async def _snapshot(site: Site, request: Request) -> Response:
    picture = await _camera(site).picture()
    if picture is None:
        raise HTTPException(503, "no picture yet: the camera gave none", {"Retry-After": "1"})
    return Response(picture, media_type="image/jpeg")


async def _live(site: Site, request: Request) -> Response:
    hub = _camera(site)

    async def parts() -> AsyncIterator[bytes]:
        boundary = f"--{_BOUNDARY}\r\n".encode()
        yield boundary
        async for picture in hub.pictures():
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode()
            yield head + picture + b"\r\n" + boundary  # at once: what follows it ends a picture

    return _Stream(hub, parts(), f"multipart/x-mixed-replace; boundary={_BOUNDARY}")


async def _events(site: Site, request: Request) -> Response:
    hub = _camera(site)
    known = request.headers.get("last-event-id", "")
    messages = hub.messages(after=int(known) if _NUMBER.fullmatch(known) else None)
    return _Stream(hub, messages, "text/event-stream")


async def _metrics(site: Site, request: Request) -> Response:
    return Response(site.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _login(site: Site, request: Request) -> Response:
    if site.secret is None:
        return RedirectResponse("/", 303)
    if request.method == "GET":
        return login_page(200)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_TOKEN_FORM:
            raise HTTPException(413, "too large: a form with a token was expected")
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    if not site.secret.is_token(fields.get("token", "").strip()):
        return login_page(401, wrong=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE,
        site.secret.cookie,
        max_age=COOKIE_DAYS * 24 * 3600,
        secure=request.headers.get("origin", "").startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return answer


class _Stream(StreamingResponse):
    """An answer without end, counted as a viewer while it lasts."""

    def __init__(self, hub: Hub, content: AsyncIterator[bytes] | AsyncIterator[str], kind: str) -> None:
        if hub.full:
            raise HTTPException(429, "too many watch already; try again later", {"Retry-After": "10"})
        super().__init__(content, headers={"Content-Type": kind, "X-Accel-Buffering": "no"})
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._hub.viewer():
            await super().__call__(scope, receive, send)


def _camera(site: Site) -> Hub:
    if site.hub is None:
        raise HTTPException(404, "no camera: serve was started without --source")
    return site.hub
