"""A ZIP archive, or an entry of one, named on the command line -> the files that it means."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from numbre_edge.errors import SourceError, UsageError, printable
from numbre_edge.sources.archive import Entry, entries
from numbre_edge.sources.files import APPLES, ARCHIVE, NOT_BY_NAME, READ, VIDEOS, PassedOver, Source, suffix

_IN_ARCHIVE = dict.fromkeys(VIDEOS, "a video in an archive") | {ARCHIVE: "an archive in an archive"}
_HIDDEN = re.compile(r"(^|/)\.[^._/]")  # an entry, or the folder that it is in


def archived(path: Path, inside: str | None = None) -> list[Source | PassedOver]:
    """Return what is in an archive, or the one entry of that name."""
    try:
        listed = entries(str(path))
    except SourceError as exc:
        return [Source(str(path), error=str(exc))]
    if inside is not None:
        return _named(path, printable(inside), listed)
    found = _pictures(listed)
    if not any(isinstance(item, Source) for item in found):
        raise UsageError(f"no pictures in this archive{but(found)}")
    return found


def _pictures(listed: Iterable[Entry]) -> list[Source | PassedOver]:
    return [_entry(entry) for entry in listed if not _HIDDEN.search(entry.name)]


def _named(path: Path, name: str, listed: list[Entry]) -> list[Source | PassedOver]:
    """Return the entry of that name, or say why there is none to read, and what can be named."""
    found = [_entry(entry, named=True) for entry in listed if entry.name == name]
    if any(isinstance(item, Source) for item in found):
        return found
    why = next((item.why for item in found if isinstance(item, PassedOver)), None) or _why_none(name, listed)
    pictures = [item.name for item in _pictures(listed) if isinstance(item, Source)]
    near = max(pictures, key=lambda picture: picture.startswith(f"{path}/{name}/"), default=None)
    raise UsageError(f"{why}; name {path} itself" + (f", or one picture in it, such as {near}" if near else ""))


def _why_none(name: str, listed: Iterable[Entry]) -> str:
    for entry in listed:
        if entry.name.startswith(f"{name}/"):
            return "a folder in an archive"
        if suffix(Path(entry.name)) == ARCHIVE and name.startswith(f"{entry.name}/"):
            return _IN_ARCHIVE[ARCHIVE]
    return "no pattern is looked for in an archive" if glob.has_magic(name) else "no such entry in this archive"


def _entry(entry: Entry, *, named: bool = False) -> Source | PassedOver:
    """Return an entry of an archive; ``named`` by hand, it may have any name."""
    name, kind = f"{entry.archive}/{entry.name}", suffix(Path(entry.name))
    *_, last = entry.name.split("/")
    if last.startswith("._") or entry.name.startswith("__MACOSX/"):
        return PassedOver(name, APPLES)
    if kind in READ or (named and kind not in _IN_ARCHIVE):
        return Source(name, error=entry.refused, entry=entry)
    return PassedOver(name, _IN_ARCHIVE.get(kind, NOT_BY_NAME))


def within_archive(path: Path) -> list[Source | PassedOver] | None:
    """Return what ``archive.zip/name`` means; None where it leads into no archive."""
    archive = next((parent for parent in path.parents if suffix(parent) == ARCHIVE and os.path.isfile(parent)), None)
    return archived(archive, path.relative_to(archive).as_posix()) if archive is not None else None


def but(found: Iterable[Source | PassedOver]) -> str:
    """Return what might have been taken for a picture, and why it is none."""
    items = (item for item in found if isinstance(item, PassedOver) and item.mistakable)
    return next((f" but {item.name}: {item.why}" for item in items), "")
