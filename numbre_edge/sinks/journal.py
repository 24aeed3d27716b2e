"""The journal beside a partial file of results: a run that was cut short goes on where it was.

The journal, ``FILE.partial.journal``, has the settings of the run, then a line for each source that is done, each JSON
after its own CRC-32. A source's line is written after its rows, and has the length and the CRC-32 of all rows until
then: what is there in part, after a kill or a power cut, is seen, dropped and read again. So nothing waits for the disk
but the settings, at first, and the whole file, before it gets its name.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from numbre_edge.atomic import create
from numbre_edge.errors import UsageError
from numbre_edge.sinks.output import WholeFlushes

_HEAD = "the head of the results"


class Done(NamedTuple):
    """A source that is done: a line of the journal.

    Attributes:
        name: what results call it.
        stamp: what tells one state of it from another; None where it could not be looked at.
        notes: what else the run has to know when it goes on after it.
        size: bytes of the partial file with its rows.
        crc: CRC-32 of all these.
    """

    name: str
    stamp: list[int] | None
    notes: dict[str, Any]
    size: int
    crc: int


class Journal:
    """What is done of a run.

    Args:
        rows: the stream of its results, with their head and no more.
        growing: the file that they go to, with those of the run that it goes on with.

    Attributes:
        growing: likewise.
    """

    def __init__(self, rows: WholeFlushes, growing: Path) -> None:
        self._rows, self.growing, self._path = rows, growing, journal_of(growing)
        self._lines: WholeFlushes | None = None

    def begin(self, settings: Mapping[str, str], take: Callable[[Done], None]) -> None:
        """Hand what is done to ``take``, in order, and go on after that. What ``take`` raises leaves all as it is.

        Args:
            settings: what rows depend on, beside their sources, by the names that people know it by.
            take: is told of each source that is done.

        Raises:
            UsageError: the rows that are there were made with other settings, or nobody knows how.
        """
        head = self._rows.getvalue()
        settings = {**settings, _HEAD: head}
        if not self.growing.stat().st_size:
            self._path.unlink(missing_ok=True)
            create(self._path, self.growing)
            self._lines = WholeFlushes(self._path)
            self._write(settings)
            self._lines.sync()
            return
        length, size, crc = self._replayed(settings, take)
        self._lines = WholeFlushes(self._path)
        self._lines.go_on(length, 0)
        self._rows.go_on(size, crc)
        if not size:
            self._rows.write(head)

    def add(self, name: str, stamp: list[int] | None, notes: dict[str, Any]) -> None:
        """Write down that a source is done, all its rows flushed."""
        self._write(Done(name, stamp, notes, self._rows.size, self._rows.crc))

    def close(self) -> None:
        if self._lines:
            self._lines.close()

    def _write(self, line: object) -> None:
        assert self._lines is not None, "begin() comes first"
        content = json.dumps(line)
        self._lines.write(f"{_check(content.encode())} {content}\n")
        self._lines.flush()

    def _replayed(self, settings: dict[str, str], take: Callable[[Done], None]) -> tuple[int, int, int]:
        """Return the length of the journal that is true, and size and CRC-32 of the rows that it vouches for."""
        anew = f"or delete {self.growing} to begin anew"
        try:
            lines = self._path.open("rb")
        except FileNotFoundError as exc:
            raise UsageError(
                f"{self.growing} cannot be gone on with: {self._path.name} is not beside it, which says what is "
                f"done; put it back, {anew}"
            ) from exc
        with lines, self.growing.open("rb") as rows:
            first = lines.readline()
            before = _parsed(first)
            if not isinstance(before, dict):
                raise UsageError(f"{self._path} is no journal; put back the one that was there, {anew}")
            if other := [name for name in {**before, **settings} if before.get(name) != settings.get(name)]:
                changes = ", ".join(_change(name, before.get(name), settings.get(name)) for name in other)
                raise UsageError(f"{self.growing} cannot be gone on with: {changes}; have that as it was, {anew}")
            length, size, crc = len(first), 0, 0
            for line in lines:
                done = _done(line)
                if done is None or done.size < size:
                    break
                crc_now = zlib.crc32(rows.read(done.size - size), crc)
                if rows.tell() != done.size or crc_now != done.crc:
                    break
                take(done)
                length, size, crc = length + len(line), done.size, done.crc
        return length, size, crc


def journal_of(growing: Path) -> Path:
    """Return the journal beside a partial file."""
    return growing.with_name(f"{growing.name}.journal")


def _parsed(line: bytes) -> Any:
    """Return the value on a whole line; None of a line cut short, or of anything else."""
    check, _, content = line.removesuffix(b"\n").partition(b" ")
    return json.loads(content) if line.endswith(b"\n") and check == _check(content).encode() else None


def _check(content: bytes) -> str:
    return f"{zlib.crc32(content):08x}"


def _done(line: bytes) -> Done | None:
    try:
        return Done(*_parsed(line))
    except TypeError:
        return None


def _change(name: str, before: str | None, now: str | None) -> str:
    if name == _HEAD and before and now and before.split() == now.split():
        return "columns of the table are as wide as the longest name of a file to read, and that is another now"
    return f"{name} was {_shown(before)} and is {_shown(now)}"


def _shown(value: object) -> str:
    return "not given" if value is None else str(value).strip() or "empty"
