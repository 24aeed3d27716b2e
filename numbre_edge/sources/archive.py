"""ZIP archive -> the files in it: read one at a time, and never unpacked to the disk."""

from __future__ import annotations

import io
import os
import re
import struct
import weakref
import zlib
from dataclasses import dataclass
from functools import lru_cache
from shutil import copyfileobj
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from numbre_edge.errors import SourceError, printable
from numbre_edge.sources.content import check_size, reason

_AT_ONCE = 2**20  # bytes of an entry
_MOST_DIRECTORY = 8 * 2**20  # bytes that list the entries: 80,000 of ordinary names; Python takes 15 times as many
_OUTSIDE = re.compile(r"[/\\]|[A-Za-z]:[/\\]|(.*[/\\])?\.\.([/\\]|\Z)", re.DOTALL)
_ENCRYPTED = 1  # general purpose bit flag (APPNOTE.TXT, 4.4.4)
_LOCAL_HEADER = 30  # bytes before an entry's name and content (4.3.7)
# What zipfile and zlib raise of damaged archives; NotImplementedError is a RuntimeError.
_DAMAGED = (BadZipFile, EOFError, IndexError, RuntimeError, ValueError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive.

    Attributes:
        archive: the archive's path.
        name: the entry's, with ``/`` between folders; what a terminal would obey is written out, since it is nobody's
            here who reads it.
        index: its number in the archive's directory.
        size: bytes that it holds, as the directory says.
        refused: why it is not read, in one line, or None.
    """

    archive: str
    name: str
    index: int
    size: int
    refused: str | None = None

    def read(self) -> bytes:
        """Return what it holds.

        Raises:
            SourceError: it is damaged or too large, or the archive cannot be read any more.
        """
        try:
            archive = _opened(self.archive, _stamp(self.archive))
            info = archive.infolist()[self.index]
            check_size(info.file_size)
            with archive.open(info) as file:
                unpacked = io.BytesIO()  # its value is no copy
                copyfileobj(file, unpacked, _AT_ONCE)
            content = unpacked.getvalue()
        except OSError as exc:
            raise SourceError(reason(exc)) from exc
        except _DAMAGED as exc:
            raise SourceError("damaged: cannot be unpacked; get the archive again") from exc
        if printable(info.filename) != self.name or len(content) != info.file_size:
            raise SourceError("damaged: the archive holds something else than it says; get it again")
        return content


def entries(path: str) -> list[Entry]:
    """Return the files in an archive, sorted by their names.

    Raises:
        SourceError: it is none, or damaged, or of too many entries. The message leaves its name out.
    """
    try:
        infos = _opened(path, _stamp(path)).infolist()
    except OSError as exc:
        raise SourceError(reason(exc)) from exc
    except _DAMAGED as exc:
        raise SourceError("damaged: this ZIP archive cannot be opened; get it again") from exc
    overlapping, seen = _overlapping(infos), set[str]()
    found = []
    for index, info in enumerate(infos):
        if not info.is_dir():
            name = printable(info.filename)
            refused = _refused(info, again=name in seen, overlaps=info.header_offset in overlapping)
            found.append(Entry(path, name, index, info.file_size, refused))
            seen.add(name)
    return sorted(found, key=lambda entry: entry.name.split("/"))


def _refused(info: ZipInfo, *, again: bool, overlaps: bool) -> str | None:
    if _OUTSIDE.match(info.filename):
        return "refused: its name leads out of the archive"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted: unpack the archive with its password, and read the folder"
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return f"packed by method {info.compress_type}, not known here: unpack the archive, and read the folder"
    if overlaps:
        return "refused: shares its bytes with another entry, as in a zip bomb"
    return "refused: the archive has another entry of this name" if again else None


def _overlapping(infos: list[ZipInfo]) -> set[int]:
    """Return where entries begin that others, which begin before them or there, reach into."""
    found, end = set(), 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            found.add(info.header_offset)
        end = max(end, info.header_offset + _LOCAL_HEADER + info.compress_size)
    return found


class _Bounded(io.FileIO):
    """A file of which nobody takes more at once than an archive's directory may have."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MOST_DIRECTORY:
            raise SourceError(
                f"too many entries: their list may take {_MOST_DIRECTORY // 2**20} MB; cut the archive up"
            )
        return super().read(size) or b""


def _stamp(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=1)  # entries are read in their order: opening it for each would list all of them each time
def _opened(path: str, stamp: tuple[int, int]) -> ZipFile:
    file = _Bounded(path)
    try:
        archive = ZipFile(file)
    except BaseException:
        file.close()
        raise
    weakref.finalize(archive, file.close)
    return archive
