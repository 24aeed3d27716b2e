"""Single files out of a ``.tgz`` from anywhere: read as a stream, so that nothing can land beside where it should."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import IO, cast

from numbre_edge.errors import DataError

_MOST = 256 << 20  # bytes of an archive, unpacked; MNIST's has 55 million
_MEMBERS = 10_000


def members(archive: Path, names: Container[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the path and the content of each file in ``archive`` whose own name is one of ``names``.

    Each is to be read before the next is asked for. Links and devices are passed over.

    Raises:
        DataError: no such archive, damaged, or larger than any that holds MNIST.
    """
    try:
        with gzip.open(archive) as packed, _stream(packed, archive) as tar:
            for count, member in enumerate(tar):
                if count == _MEMBERS:
                    raise DataError(f"{archive}: holds more than {_MEMBERS:,} files; name the .tgz with MNIST's four")
                content = tar.extractfile(member) if member.isreg() else None
                if content and member.name.rpartition("/")[2] in names:
                    yield member.name, content
    except (tarfile.TarError, OSError, EOFError, zlib.error) as exc:
        raise DataError(f"{archive}: is not a readable .tgz ({exc})") from exc


def _stream(packed: gzip.GzipFile, archive: Path) -> tarfile.TarFile:
    return tarfile.open(fileobj=cast(IO[bytes], _Bounded(packed, archive)), mode="r|")


class _Bounded:
    """What is unpacked of an archive: an error where that is more than there is any use for."""

    def __init__(self, packed: gzip.GzipFile, archive: Path) -> None:
        self._packed, self._archive, self._left = packed, archive, _MOST

    def read(self, size: int) -> bytes:
        content = self._packed.read(min(size, self._left + 1))
        self._left -= len(content)
        if self._left < 0:
            raise DataError(
                f"{self._archive}: unpacks to more than {_MOST:,} bytes; name the .tgz with MNIST's four files"
            )
        return content
