"""Command-line arguments -> the files that they mean."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from numbre_edge.drawn import DRAWN, SUFFIXES, drawn_in
from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.content import MAX_BYTES, check_size, is_stored, reason
from numbre_edge.sources.files import APPLES, ARCHIVE, NOT_BY_NAME, READ, VIDEOS, PassedOver, Source, suffix
from numbre_edge.sources.formats import HEAD, picture_format
from numbre_edge.sources.masking import masked
from numbre_edge.sources.zipped import archived, but, within_archive

STDIN = "-"
_BINARY = re.compile(rb"\A\0|[\x01-\x08\x0e-\x1f]")  # an empty path, control characters: no list of paths
_NAMED_ITSELF = dict.fromkeys(VIDEOS, "a video, read where it is named itself") | {
    ARCHIVE: "an archive, read where it is named itself"
}
_APPLE_DOUBLE = b"\0\x05\x16\x07"


@dataclass(frozen=True)
class LeftOut:
    """A folder within a folder, not looked into.

    Attributes:
        name: its path as the user wrote it.
    """

    name: str


_Meant = Source | PassedOver | LeftOut


@dataclass(frozen=True)
class Sources:
    """What a list of arguments means.

    Attributes:
        files: to read, in the order of the arguments; what was named and cannot be read stands, with its error, in
            its place.
        passed_over: what plainly is no picture to read, and videos and archives in folders.
        left_out: folders within those named, which only ``recursive`` looks into.
    """

    files: tuple[Source, ...]
    passed_over: tuple[PassedOver, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def list_sources(arguments: Iterable[str], *, recursive: bool = False) -> Sources:
    """Return what ``arguments`` mean, in their order.

    A folder stands for its pictures, sorted, and hidden folders within it for
    none; a ZIP archive for those in all its folders, and ``archive.zip/name`` for one of them; a glob for the pictures,
    videos and archives that it matches; ``-`` for a picture on stdin, or else for the paths there,
    one a line or each ended by a NUL. A file named by hand may have any name
    if it begins like a picture, and may be a pipe.

    Args:
        arguments: as typed.
        recursive: look into folders within folders too.

    Raises:
        UsageError: the only argument is wrong, or nothing is left to read.
    """
    arguments = list(arguments)
    alone = len(arguments) == 1 and arguments != [STDIN]
    found: list[_Meant] = []
    for argument in arguments:
        named = _stdin() if argument == STDIN else [argument]
        for name in named:
            if isinstance(name, Source):
                found.append(name)
                continue
            try:
                found += _expand(name, recursive=recursive, alone=alone)
            except UsageError as exc:
                if alone:
                    shown = masked(name) if "://" in name else name
                    raise UsageError(f"{shown}: {exc}" if name else str(exc)) from exc
                found.append(Source(str(Path(name)) if name else name, error=str(exc)))
    files = tuple(item for item in found if isinstance(item, Source))
    passed_over = tuple(item for item in found if isinstance(item, PassedOver))
    if not files:
        raise UsageError(_nothing(passed_over))
    return Sources(files, passed_over, tuple(item for item in found if isinstance(item, LeftOut)))


def _nothing(passed_over: tuple[PassedOver, ...]) -> str:
    if not passed_over:
        return "no picture to read: stdin named none; give one path a line"
    first = passed_over[0]
    others = f", and so for all {len(passed_over)} files" if len(passed_over) > 1 else ""
    return f"no picture to read: {first.name}: {first.why}{others}"


def _stdin() -> list[str] | list[Source]:
    """Return the picture on stdin, or the paths."""
    if sys.stdin is None:
        raise UsageError("-: stdin is closed; give paths, or a picture, on it")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if picture_format(data) is not None:
        try:
            check_size(len(data))
        except SourceError as exc:
            return [Source(STDIN, error=str(exc))]
        return [Source(STDIN, content=data)]
    if _BINARY.search(data, 0, HEAD):
        raise UsageError("-: stdin holds neither a picture of a known format nor paths, one a line")
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\0" if b"\0" in data else b"\n")
    return [os.fsdecode(line) for line in (line.rstrip(b"\r\n") for line in lines) if line.strip()]


def _expand(argument: str, *, recursive: bool, alone: bool) -> Sequence[_Meant]:
    """Return what one argument or line of stdin means. UsageError, without its name, where that is nothing."""
    if not argument:
        raise UsageError("an empty name instead of a file or folder: a variable that is not set?")
    path = Path(argument)
    try:
        if os.path.isdir(path):  # unlike Path's own, it answers for whatever is no folder, or not to be looked at
            return _folder(path, recursive)
        if suffix(path) == ARCHIVE and os.path.isfile(path):
            return archived(path)
        if not os.path.lexists(path):
            if (inside := within_archive(path)) is not None:
                return inside
            if glob.has_magic(argument):
                return _glob(argument)
    except RecursionError as exc:
        raise UsageError("folders within folders, more than can be looked into; name one further down") from exc
    return [_file(path, alone=alone)]


def _file(path: Path, *, alone: bool) -> Source | PassedOver:
    """Return a file named by hand; one of several may be passed over."""
    named_well = suffix(path) in READ | VIDEOS
    try:
        about = path.stat()
    except (OSError, ValueError) as exc:
        if named_well:
            return Source(str(path))  # becomes an error of its own when it is read
        why = reason(exc) if isinstance(exc, OSError) else "no such file"
        raise UsageError("no such file or folder" if why == "no such file" else why) from exc
    if stat.S_ISFIFO(about.st_mode):
        return Source(str(path))
    why_not = _not_to_read(path, about)
    if why_not and not (alone and is_stored(about)):
        return PassedOver(str(path), why_not)
    if named_well:
        return Source(str(path))
    try:
        if picture_format(_head(path, HEAD)) is not None:
            return Source(str(path))
    except OSError as exc:
        raise UsageError(reason(exc)) from exc
    if alone:
        raise UsageError(f"not a picture or video by its name; pictures end in {', '.join(sorted(READ))}")
    return PassedOver(str(path), NOT_BY_NAME)


def _folder(folder: Path, recursive: bool) -> list[_Meant]:
    found: list[Source | PassedOver] = []
    left_out: list[LeftOut] = []

    def refuse(exc: OSError) -> None:
        why = f"cannot list this folder: {reason(exc)}"
        if Path(exc.filename) == folder:
            raise UsageError(why) from exc
        found.append(Source(str(Path(exc.filename)), error=why))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        paths = [Path(parent, name) for name in names]
        found += [_found(path) for path in paths if suffix(path) in READ]
        found += [
            PassedOver(str(path), _NAMED_ITSELF.get(suffix(path), NOT_BY_NAME))
            for path in paths
            if suffix(path) not in READ and not path.name.startswith(".")
        ]
        folders[:] = sorted(name for name in folders if not name.startswith("."))  # not thumbnails, nor the bin
        if not recursive:
            left_out = [LeftOut(str(Path(parent, name))) for name in folders]
            folders.clear()
    if not any(isinstance(item, Source) for item in found):
        hint = "; --recursive looks into the folders within" if left_out else ""
        raise UsageError(f"no pictures in this folder{but(found)}{hint}")
    return [*sorted(found, key=lambda item: Path(item.name)), *left_out]


def _glob(pattern: str) -> list[Source | PassedOver]:
    paths = sorted(path for path in map(Path, glob.iglob(pattern, recursive=True)) if not os.path.isdir(path))
    found: list[Source | PassedOver] = []
    for path in paths:
        if suffix(path) == ARCHIVE:
            try:
                found += archived(path)
            except UsageError as exc:
                found.append(PassedOver(str(path), str(exc)))
        else:
            found.append(_found(path) if suffix(path) in READ | VIDEOS else PassedOver(str(path), NOT_BY_NAME))
    if not any(isinstance(item, Source) for item in found):
        raise UsageError(f"matches no picture or video{but(found)}")
    return found


def _found(path: Path) -> Source | PassedOver:
    """Return a file named like a picture or video that was found in a folder or by a glob."""
    try:
        why_not = _not_to_read(path, path.stat())
    except OSError:
        why_not = None  # becomes an error of its own when it is read
    return PassedOver(str(path), why_not) if why_not else Source(str(path))


def _not_to_read(path: Path, about: os.stat_result) -> str | None:
    """Return why an existing file is not read for all that its name says, or None."""
    if not is_stored(about):
        return "not a regular file"
    try:
        if path.name.startswith("._") and _head(path, len(_APPLE_DOUBLE)) == _APPLE_DOUBLE:
            return APPLES
        if suffix(path) in SUFFIXES and (command := drawn_in(path)):
            return DRAWN[command]
    except OSError:
        return None  # becomes an error of its own when it is read
    return None


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)
