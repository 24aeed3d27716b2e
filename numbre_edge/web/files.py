"""The page's own files, read once; they come with the package."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_FOLDER = Path(__file__).with_name("page")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class _File:
    content: bytes
    kind: str
    tag: str  # changes with the content


@cache
def _files() -> dict[str, _File]:
    files = [path for path in _FOLDER.iterdir() if path.suffix in _TYPES]
    return {path.name: _read(path) for path in files}


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, _TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def page_file(request: Request, name: str) -> Response:
    """Answer one of the page's files; nothing where the browser has it already."""
    file = _files().get(name)
    if file is None:
        raise HTTPException(404, f"no such file: {name[:100]}")
    headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.kind, headers=headers)


def login_page(status: int, *, wrong: bool = False) -> Response:
    """Return the way in, which is shown instead of what was asked for; ``wrong`` says that the token was not it."""
    file = _files()["login.html"]
    return Response(file.content.replace(b" hidden", b"") if wrong else file.content, status, media_type=file.kind)
