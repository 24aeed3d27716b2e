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
    pictures = [_entry(entry) for entry in listed if not _HIDDEN.search(entry.name)]
    if inside is None:
        found = pictures
    else:
        inside = printable(inside)
        found = [_entry(entry, named=True) for entry in listed if entry.name == inside]
    if any(isinstance(item, Source) for item in found):
        return found
    if inside is None:
        raise UsageError(f"no pictures in this archive{but(found)}")
    within = f"{path}/{inside}/"
    readable = [item.name for item in pictures if isinstance(item, Source)]
    one = (
        f", or one picture in it, such as {max(readable, key=lambda name: name.startswith(within))}" if readable else ""
    )
    why = next((item.why for item in found if isinstance(item, PassedOver)), None) or _why_none(inside, listed)
    raise UsageError(f"{why}; name {path} itself{one}")


def _why_none(inside: str, listed: Iterable[Entry]) -> str:
    """Return why no entry has that name."""
    for entry in listed:
        if entry.name.startswith(f"{inside}/"):
            return "a folder in an archive"
        if suffix(Path(entry.name)) == ARCHIVE and inside.startswith(f"{entry.name}/"):
            return _IN_ARCHIVE[ARCHIVE]
    return "no pattern is looked for in an archive" if glob.has_magic(inside) else "no such entry in this archive"


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
