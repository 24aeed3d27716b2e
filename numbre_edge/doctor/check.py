"""One line of what the doctor found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: of the thing, a few words.
        status: ``warning`` where something works less well than it could, ``problem`` where it does not work.
        found: what was found, in one line.
        remedy: the command that mends it, or what to do where no command can; None where nothing needs mending.
    """

    name: str
    status: Literal["ok", "warning", "problem"]
    found: str
    remedy: str | None = None


def guarded(name: str, look: Callable[[], Iterable[Check]], remedy: str) -> Iterator[Check]:
    """Yield what ``look`` finds; a failure of ``look`` itself is a problem called ``name``."""
    try:
        yield from look()
    except Exception as exc:  # whatever is broken here, the other checks go on
        reason = " ".join(f"{type(exc).__name__}: {exc}".split())
        yield Check(name, "problem", f"could not be looked at: {reason}", remedy)
