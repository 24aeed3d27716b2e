"""Why a network stream cannot be opened, and how its address may be shown."""

from __future__ import annotations

import base64
import http.client
import re
import socket
import ssl
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

ASK_TIMEOUT = 2.0  # seconds for a server to say what is wrong
_PORTS = {"rtsp": 554, "http": 80, "https": 443}
_UNPRINTABLE = re.compile(r"[^ -~]+")
_SECRETS = re.compile(r"(?i)([?&;](?:pass|passwd|password|pwd|token|auth|key)=)[^&;#]*")


class _Answer(NamedTuple):
    """What a server says: its status, the content type if it named one, and the ways of logging in that it offers."""

    status: int
    kind: str = ""
    logins: str = ""


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


def connection_problem(url: str) -> str:
    """Ask the server once more, briefly, and return in one line why no stream came of its address."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme.lower()]
    except ValueError:
        return "not an address: write it like rtsp://user:password@host:554/path, % signs for special letters"
    if not parts.hostname:
        return "the address names no host: write it like rtsp://user:password@host:554/path"
    where = f"{parts.hostname}:{port}"
    try:
        status, kind, logins = _ask_rtsp(parts, port) if parts.scheme.lower() == "rtsp" else _ask_http(parts, port)
    except socket.gaierror:
        return f"there is no host called {parts.hostname}: check the name and this machine's network"
    except ConnectionRefusedError:
        return f"{where} refuses connections: check the port, and that the camera is on"
    except TimeoutError:
        return f"no answer from {where}: check the address, and that the camera is on"
    except (OSError, http.client.HTTPException, UnicodeError) as exc:
        said = _UNPRINTABLE.sub(" ", str(exc)).strip()  # it may hold whatever a server sent
        return f"no understandable answer from {where} ({said or type(exc).__name__})"
    if status == 401 or status == 403:
        refusal = f"{where} does not let us in ({status})"
        if not parts.password:
            return f"{refusal}: user or password is missing: write {parts.scheme}://user:password@{where}/…"
        if "basic" in logins.lower() or not logins:
            return f"{refusal}: user or password is wrong"
        # We ask with the basic way alone, which tells such a server nothing.
        return f"{refusal}: user, password or what follows the host in the address is wrong"
    if status == 404:
        return f"{where} has no such stream (404): check what follows the host in the address"
    if status >= 400:
        return f"{where} answers with error {status}"
    return f"{where} answers ({kind or status}), but not with a video that can be decoded"


def _ask_http(parts: SplitResult, port: int) -> _Answer:
    """Return an HTTP server's answer to GET, whose body is left."""
    host = parts.hostname or ""
    if parts.scheme.lower() == "https":
        # FFmpeg connects to a camera that signed its own certificate, so this question does too.
        context = ssl._create_unverified_context()  # noqa: S323
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=ASK_TIMEOUT, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=ASK_TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers=_credentials(parts))
        answer = connection.getresponse()
        logins = ", ".join(answer.headers.get_all("WWW-Authenticate", []))
        return _Answer(answer.status, answer.headers.get_content_type(), logins)
    finally:
        connection.close()


def _ask_rtsp(parts: SplitResult, port: int) -> _Answer:
    """Return an RTSP server's answer to DESCRIBE (RFC 2326, section 10.2)."""
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    lines = [f"DESCRIBE {bare} RTSP/1.0", "CSeq: 1", *(f"{key}: {value}" for key, value in _credentials(parts).items())]
    with socket.create_connection((parts.hostname, port), timeout=ASK_TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = connection.recv(4096).decode("latin-1")
    found = re.match(r"RTSP/\d\.\d (\d{3})", answer)
    if not found:
        raise http.client.BadStatusLine(answer[:40])
    return _Answer(int(found[1]), logins=", ".join(re.findall(r"(?im)^WWW-Authenticate:\s*(.*)", answer)))


def _credentials(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
