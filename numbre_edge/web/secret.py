"""The token that opens the page to other machines: from a file or made anew, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

from numbre_edge.errors import UsageError

_TOKEN = re.compile(r"[!-~]{16,512}")  # what a header holds as it stands; shorter ones can be guessed
_BYTES = 24  # of a new token: 192 bits, 32 characters
_MAKE = "make one with: (umask 077; head -c 24 /dev/urandom | base64 > {path})"


class Secret:
    """A token, and the cookie that stands for it; neither shows in a repr, and so in no traceback."""

    def __init__(self, token: str) -> None:
        self._digest = _digest(token)
        self.cookie = hmac.new(token.encode(), b"numbre-edge cookie", hashlib.sha256).hexdigest()

    def is_token(self, text: str) -> bool:
        """Return whether ``text`` is the token, in a time that does not tell how much of it is right."""
        return hmac.compare_digest(_digest(text), self._digest)

    def is_cookie(self, text: str) -> bool:
        """Return whether ``text`` is the cookie of who knew the token."""
        return hmac.compare_digest(_digest(text), _digest(self.cookie))


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(_BYTES)


def read_token(path: Path) -> str:
    """Return the token in a file's only line.

    Raises:
        UsageError: no such file, or what is in it is no token. Never says what is in it.
    """
    try:
        text = path.read_bytes().decode("ascii").strip()
    except FileNotFoundError as exc:
        raise UsageError(f"--token-file {path}: no such file; {_MAKE.format(path=path)}") from exc
    except OSError as exc:
        raise UsageError(f"--token-file {path}: cannot be read: {(exc.strerror or str(exc)).lower()}") from exc
    except UnicodeDecodeError:
        text = ""
    if not _TOKEN.fullmatch(text):
        raise UsageError(
            f"--token-file {path}: holds no token: one line of 16 to 512 letters, digits and signs, no blanks; "
            + _MAKE.format(path=path)
        )
    return text


def is_open_to_others(path: Path) -> bool:
    """Return whether other users of this machine may read a file."""
    return bool(path.stat().st_mode & 0o077)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
