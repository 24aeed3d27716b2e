"""A folder that pictures arrive in: each new one is a frame."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Literal, NamedTuple, Self

from numbre_edge.drawn import drawn_by
from numbre_edge.errors import MissingExtra, SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.sources.content import read_bytes
from numbre_edge.sources.decode import decode_frame
from numbre_edge.sources.files import PICTURES
from numbre_edge.sources.notices import Notices
from numbre_edge.sources.stream import Stream
from numbre_edge.types import Frame

_TICK = 0.25  # seconds of silence, then None
_SETTLED = 0.25  # seconds without a change, then a picture is tried
_PATIENCE = 3.0  # seconds without a change, then what is still unreadable is damaged: a slow copy may pause
_LOOK = 2.0  # seconds between looks of our own: a network share does not tell what other machines write
_LOOK_SHARE = 50  # a look may take one part of so many of the time, in a folder of many thousands


class _Stamp(NamedTuple):
    """What tells one state of a file from the next; no inode, which a memory stick gives anew when plugged in."""

    size: int
    modified: int


@dataclass
class _Arrival:
    """A picture that is not yet read.

    Attributes:
        stamp: as last seen.
        since: ``time.monotonic()`` when it was first seen like that.
        tried: whether it was read like that, in vain.
    """

    stamp: _Stamp
    since: float
    tried: bool = False


class WatchedFolder(Stream):
    """Pictures that arrive in a folder, as a Stream that has no end.

    It watches for new ones: those that are in the folder on entering are left
    alone until they are overwritten, and so are folders within it, pipes and
    devices, sheets that explain drew, and names that begin with a dot, which
    other programs give to what they are still writing.

    A picture is read when it is whole, however slowly it is written: what
    cannot be decoded is tried again when it changes, and after 3 s without a
    change becomes a ``SourceEvent`` of that file, whose state is ``open`` and
    whose detail says why; the stream goes on. A folder that is taken away is
    ``lost``, and ``open`` when it is back: what is new in it then is read.

    A frame's ``source`` is the picture's path, its ``index`` counts the pictures
    read from 0, its ``timestamp`` is when it was seen whole.

    Args:
        name: the folder's path.
    """

    kind = "folder"

    def __init__(self, name: str) -> None:
        self.name = name
        self.began = time.monotonic()
        self._path = Path(name).absolute()
        self._closed = Event()
        self._notices: Notices | None = None
        self._identity: tuple[int, int] | None = None  # None while lost
        self._known: dict[str, _Stamp] = {}
        self._arrivals: dict[str, _Arrival] = {}
        self._next_look = 0.0
        self._count = 0

    def __enter__(self) -> Self:
        """Note which pictures are there, and begin to watch.

        Raises:
            MissingExtra: the package watchfiles is not installed.
            SourceError: no such folder, or one that may not be listed.
        """
        try:
            import watchfiles  # noqa: F401 - before any work; Notices uses it
        except ImportError as exc:
            raise MissingExtra("watching a folder", "watch") from exc
        try:
            self._known = self._pictures()
            self._open()
        except OSError as exc:
            raise SourceError(f"{self.name}: cannot watch this folder: {_reason(exc)}") from exc
        self.began = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._lose()

    def events(self) -> Iterator[Frame | SourceEvent | None]:
        """Yield new pictures, what became of the folder and of damaged pictures, and None in silence."""
        yield self._event("open")
        while not self._closed.is_set():
            change = self._check_folder()
            if change:
                yield change
            silent = not change
            if self._identity:
                for ready in self._read_arrivals():
                    silent = False
                    yield ready
            if silent:
                yield None

    def _check_folder(self) -> SourceEvent | None:
        """Wait for a notice at most a tick, then note what arrived; return a change of the folder's state."""
        if self._notices is None:
            self._closed.wait(_TICK)
            return self._reopen()
        notice = self._notices.wait(_TICK)
        for name in notice.deleted:
            if _stamp(self._path / name) is None:
                self._known.pop(name, None)  # should it come again, it is new
        try:
            if notice.folder_deleted or _identity(self._path) != self._identity:
                self._lose()
                return self._event("lost", "the folder was taken away or replaced; waiting for it")
            if notice.came or time.monotonic() >= self._next_look:
                self._look()
        except OSError as exc:
            self._lose()
            return self._event("lost", f"{_reason(exc)}; waiting for it to come back")
        return None

    def _reopen(self) -> SourceEvent | None:
        try:
            self._open()
            self._look()
        except OSError:
            self._lose()
            return None
        return self._event("open", "the folder is back")

    def _open(self) -> None:
        self._identity = _identity(self._path)
        self._notices = Notices(self._path, is_picture=_is_picture)

    def _lose(self) -> None:
        """Stop watching; what is known of the folder is kept for when it is back."""
        self._identity = None
        if self._notices:
            self._notices.close()
            self._notices = None

    def _look(self) -> None:
        """Compare the folder with what is known of it."""
        now = time.monotonic()
        for name, stamp in sorted(self._pictures().items()):
            if self._known.get(name) != stamp and name not in self._arrivals:
                self._arrivals[name] = _Arrival(stamp, now)
        took = time.monotonic() - now
        self._next_look = now + max(_LOOK, _LOOK_SHARE * took)

    def _pictures(self) -> dict[str, _Stamp]:
        """Return the folder's pictures and their stamps."""
        found = {}
        with os.scandir(self._path) as entries:
            for entry in entries:
                if _is_picture(entry.name):
                    stamp = _stamp(entry.path)
                    if stamp:
                        found[entry.name] = stamp
        return found

    def _read_arrivals(self) -> Iterator[Frame | SourceEvent]:
        for name, arrival in list(self._arrivals.items()):
            now, stamp = time.monotonic(), _stamp(self._path / name)
            if stamp is None:
                del self._arrivals[name]
                self._known.pop(name, None)
            elif stamp != arrival.stamp:
                self._arrivals[name] = _Arrival(stamp, now)
            elif now - arrival.since >= (_PATIENCE if arrival.tried else _SETTLED):
                outcome = self._read(name)
                if isinstance(outcome, SourceEvent) and not arrival.tried:
                    arrival.tried = True
                    continue
                del self._arrivals[name]
                self._known[name] = stamp
                if outcome is not None:
                    yield outcome

    def _read(self, name: str) -> Frame | SourceEvent | None:
        """Return a picture, or what is wrong with it; None for one that explain or predict drew."""
        source = str(Path(self.name, name))
        try:
            data = read_bytes(self._path / name)
            if drawn_by(data):
                return None
            frame = decode_frame(data, name)
        except SourceError as exc:
            return SourceEvent("open", source, time.monotonic() - self.began, str(exc))
        frame = replace(frame, source=source, index=self._count, timestamp=time.monotonic() - self.began)
        self._count += 1
        return frame

    def _event(self, state: Literal["open", "lost"], detail: str = "") -> SourceEvent:
        return SourceEvent(state, self.name, time.monotonic() - self.began, detail)


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower().lstrip(".") in PICTURES


def _identity(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    return found.st_dev, found.st_ino


def _stamp(path: str | Path) -> _Stamp | None:
    """Return the stamp of a file, or None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return _Stamp(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _reason(exc: OSError) -> str:
    return "no such folder" if isinstance(exc, FileNotFoundError) else (exc.strerror or str(exc)).lower()
