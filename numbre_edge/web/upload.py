"""A request's body -> a picture file's bytes, in bounds, in memory alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

MAX_BODY = 32 * 2**20  # bytes
_DISCARDED = 256 * 2**20  # bytes taken in for nothing: a browser hears the answer only once it has sent all
_PATIENCE = 30.0  # seconds for the next bytes: a place is taken meanwhile
_UNNAMED = "picture"


@dataclass(frozen=True)
class Upload:
    """A picture file as it was sent.

    Attributes:
        name: as the sender calls it.
        data: the whole file.
    """

    name: str
    data: bytes


class _InMemory(MultiPartParser):
    spool_max_size = MAX_BODY + 1  # of a file, before it would go to the disk


async def picture_of(request: Request) -> Upload:
    """Return the picture in a body: the multipart field ``file``, or the body as it is.

    Raises:
        HTTPException: 413, 408, or 400 for a form without that field.
    """
    stated = request.headers.get("content-length", "0")
    if stated.isdecimal() and int(stated) > MAX_BODY:
        await discard(request)
        raise _too_large()
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return Upload(_UNNAMED, b"".join([chunk async for chunk in _bounded(request)]))
    try:
        form = await _InMemory(request.headers, _bounded(request), max_files=1, max_fields=20).parse()
    except MultiPartException as exc:
        raise HTTPException(400, f"not a form: {exc.message.lower().rstrip('.')}") from exc
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(400, "the form has no file named 'file'; send the picture in that field")
        return Upload(file.filename or _UNNAMED, await file.read())
    finally:
        await form.close()


async def discard(request: Request) -> None:
    """Take in a body that nobody reads, within limits."""
    size = 0
    async for chunk in _patient(request):
        size += len(chunk)
        if size > _DISCARDED:
            return


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in _patient(request):
        size += len(chunk)
        if size <= MAX_BODY:
            yield chunk
        elif size > _DISCARDED:
            break
    if size > MAX_BODY:
        raise _too_large()


async def _patient(request: Request) -> AsyncGenerator[bytes, None]:
    chunks = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(_PATIENCE):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError as exc:
            raise HTTPException(408, f"nothing came for {_PATIENCE:g} s") from exc
        yield chunk


def _too_large() -> HTTPException:
    return HTTPException(413, f"too large: a picture file may have {MAX_BODY // 2**20} MB; scale it down")
