"""What is answered where nothing is read: a status, and in JSON why."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


def refusal(status: int, why: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error's answer: ``{"error": why}``."""
    return JSONResponse({"error": why}, status, headers)


async def refused(request: Request, error: Exception) -> Response:
    """Turn an HTTPException into its answer."""
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, error.detail, error.headers)


async def gone(request: Request, error: Exception) -> Response:
    """Answer who no longer listens."""
    return Response(status_code=400)


async def failed(request: Request, error: Exception) -> Response:
    """Answer a fault of ours; what it was is on stderr."""
    return refusal(500, "a fault of the server's own; what it was is in its log")
