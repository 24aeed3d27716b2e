"""An address as it may be shown."""

from __future__ import annotations

import re

# What cameras and servers call a secret that stands in a path or a query, as a part of its name: loginpas, apikey, pwd.
# It may hold any sign but the one that begins the next.
_SECRETS = re.compile(r"(?i)((?:pas|psw|pw|pin|token|secret|key|auth|cred|sig|session)[^=&;?/#]*=)[^&]+")
_SCHEME = re.compile(r"(?:[\w+.-]+:/)?/*")


def masked(text: str) -> str:
    """Return an address, or a text that repeats a part of it, without passwords: ``rtsp://user:***@host/?pwd=***``.

    A password that was written without % signs may hold an @, a / or anything else: what could be its end is not shown.
    """
    shown = _SECRETS.sub(r"\1***", text)
    scheme = _SCHEME.match(text)
    start, end = scheme.end() if scheme else 0, text.rfind("@")
    user, colon, _ = text[start : max(start, end)].partition(":")
    if not colon or re.search("[/?#]", user):
        return shown
    return f"{text[:start]}{user}:***" + (shown[end:] if shown.rfind("@") == end else "")
