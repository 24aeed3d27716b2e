"""Files wherever fsspec reaches: a path of this machine, ``s3://``, ``gs://`` and the rest."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from numbre_edge.atomic import replacing
from numbre_edge.errors import NumbreError, SourceError, UsageError
from numbre_edge.sources.content import check_size, read_bytes
from numbre_edge.sources.files import PICTURES, suffix
from numbre_edge.sources.masking import masked

_MAGIC = re.compile(r"[*?[]")
# What tells one state of a file from the next: as S3, GCS, Azure and file systems call it.
_STAMPS = ("size", "ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated")


@dataclass(frozen=True)
class Item:
    """A picture to read.

    Attributes:
        name: what results call it.
        path: where any worker finds it: on this machine, or in the file system of ``address``.
        stamp: what changes when the file does.
        address: as it was listed; None on this machine.
        error: why it cannot be read, where that is known already.
    """

    name: str
    path: str
    stamp: str
    address: str | None = None
    error: str | None = None


def is_remote(location: str | Path) -> bool:
    """Return whether it is an address, not a path of this machine."""
    return "://" in str(location)


def local_item(path: Path, *, error: str | None = None) -> Item:
    """Return a picture of this machine; one that is not there becomes an error when it is read."""
    try:
        found = path.stat()
        stamp = f"{found.st_size} {found.st_mtime_ns}"
    except (OSError, ValueError):
        stamp = ""
    return Item(str(path), str(path.absolute()), stamp, error=error)


def remote_items(address: str, *, recursive: bool = False) -> tuple[list[Item], int]:
    """Return the pictures that an address stands for, sorted, and how many other files and folders it names.

    Args:
        address: of a picture, of a folder, or with ``*`` in it.
        recursive: look into folders within the folder too.

    Raises:
        UsageError: it names no picture.
        NumbreError: it cannot be listed.
    """
    with _own_errors(address):
        fs, path = _at(address)
        below = path
        if glob.has_magic(path):
            found = fs.glob(path, detail=True)
            below = _MAGIC.split(path)[0].rpartition("/")[0]
        elif fs.isdir(path):
            found = fs.find(path, maxdepth=None if recursive else 1, withdirs=not recursive, detail=True)
            found.pop(path, None)
        else:
            found = {path: fs.info(path)}
    pictures = [name for name in sorted(found) if _is_picture(name, below=below)]
    if not pictures:
        raise UsageError(f"{masked(address)}: no pictures there; they end in {', '.join(sorted(PICTURES))}")
    base = address.rstrip("/")
    before = base.removesuffix(path) if base.endswith(path) else fs.unstrip_protocol("")
    items = [_remote_item(masked(before + name), name, address, found[name]) for name in pictures]
    return items, len(found) - len(items)


def content(item: Item) -> bytes:
    """Return a picture file's bytes.

    Raises:
        SourceError: it is not there, is too large, or may not be read on this machine: it alone.
        NumbreError: where it is cannot be reached, or lets nobody in: with it, all others there.
    """
    if item.address is None:
        return read_bytes(Path(item.path))
    with _own_errors(item.name):
        fs, _ = _at(item.address)
        try:
            data: bytes = fs.cat_file(item.path)
        except FileNotFoundError as exc:
            raise SourceError("no such file") from exc
        return data


class Folder:
    """A folder of files, each of them whole.

    Args:
        location: a path or an address.

    Every method raises NumbreError where the folder cannot be used.
    """

    def __init__(self, location: str) -> None:
        self.location = location

    def make(self) -> None:
        """Make it, where it is not there; what it would be in must be."""
        with _own_errors(self.location):
            fs, path = _at(self.location)
            with suppress(FileExistsError):
                fs.mkdir(path, create_parents=False)  # or s3fs makes a bucket too

    def names(self) -> set[str]:
        """Return what the files in it are called."""
        with _own_errors(self.location):
            fs, path = _at(self.location)
            try:
                return {name.rpartition("/")[2] for name in fs.ls(path, detail=False)}
            except FileNotFoundError:
                return set()

    def write(self, name: str, data: bytes) -> None:
        """Write a file; over one of this name."""
        with whole(f"{self.location}/{name}") as file:
            file.write(data)

    def read(self, name: str) -> bytes:
        """Return what is in a file."""
        with _own_errors(f"{self.location}/{name}"):
            fs, path = _at(f"{self.location}/{name}")
            data: bytes = fs.cat_file(path)
            return data

    def remove(self) -> None:
        """Remove it, and what is in it."""
        with _own_errors(self.location):
            fs, path = _at(self.location)
            fs.rm(path, recursive=True)


@contextmanager
def whole(location: str) -> Iterator[BinaryIO]:
    """Yield a file that is there when the block has ended well, and not before.

    Raises:
        NumbreError: it cannot be written.
    """
    if not is_remote(location):
        with replacing(Path(location)) as temporary, temporary.open("wb") as local:
            yield local
        return
    with _own_errors(location):
        fs, path = _at(location)
        with fs.transaction, fs.open(path, "wb") as remote:
            yield remote


@contextmanager
def opened(location: str) -> Iterator[BinaryIO]:
    """Yield a file to read from, at any place in it.

    Raises:
        FileNotFoundError: there is none.
        NumbreError: it cannot be read.
    """
    with _own_errors(location, but=FileNotFoundError):
        fs, path = _at(location)
        with fs.open(path, "rb") as file:
            yield file


def _at(location: str) -> tuple[Any, str]:
    """Return the file system of a location, and its path there. What was listed once is listed anew."""
    from fsspec.core import url_to_fs

    fs, path = url_to_fs(location, **({"use_listings_cache": False} if is_remote(location) else {}))
    return fs, path


def _is_picture(path: str, *, below: str) -> bool:
    """Return whether a file is one by its name, and neither it nor a folder that it is in is hidden, as bins are."""
    return suffix(Path(path)) in PICTURES and "/." not in path[len(below.rstrip("/")) :]


def _remote_item(name: str, path: str, address: str, info: dict[str, Any]) -> Item:
    try:
        check_size(info.get("size") or 0)
        error = None
    except SourceError as exc:
        error = str(exc)
    return Item(name, path, " ".join(str(info[key]) for key in _STAMPS if key in info), address, error)


@contextmanager
def _own_errors(location: str, *, but: type[Exception] = NumbreError) -> Iterator[None]:
    """Turn whatever a file system raises into a NumbreError that names the place: they share no base but Exception."""
    try:
        yield
    except (NumbreError, but):
        raise
    except FileNotFoundError as exc:
        raise NumbreError(f"{masked(location)}: no such file or folder ({exc})") from exc
    except PermissionError as exc:
        raise NumbreError(
            f"{masked(location)}: access denied ({exc}); check the credentials and who may do this"
        ) from exc
    except ImportError as exc:
        raise UsageError(f"{masked(location)}: {exc} (pip install it on every node)") from exc
    except Exception as exc:
        raise NumbreError(f"{masked(location)}: {str(exc) or type(exc).__name__}") from exc
