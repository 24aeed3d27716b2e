"""Arrays out of an ``.npz`` from anywhere: no object is unpickled, and no more memory taken than there is data."""

from __future__ import annotations

import math
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from numbre_edge.errors import DataError

_MOST = 1 << 30  # bytes of one array
_PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # as numpy does; of others zipfile makes gigabytes at once


def load_npz(path: Path, names: Sequence[str], *, wanted: str) -> dict[str, NDArray[Any]]:
    """Load the arrays ``names`` of an ``.npz``.

    Args:
        path: the file.
        names: of the arrays; what else the file holds is not looked at.
        wanted: what was expected, for the message.

    Raises:
        DataError: not such a file, damaged, without one of ``names``, or an array over a gigabyte.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            missing = [name for name in names if f"{name}.npy" not in archive.NameToInfo]
            if missing:
                raise DataError(f"{path}: has no {', '.join(missing)}; expected {wanted}")
            return {name: _array(archive, name, path) for name in names}
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, tokenize.TokenError) as exc:
        raise DataError(f"{path}: is not a readable .npz ({exc}); expected {wanted}") from exc


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> NDArray[Any]:
    if archive.getinfo(f"{name}.npy").compress_type not in _PACKED_BY:
        raise ValueError(f"{name} is packed otherwise than by deflate")
    with archive.open(f"{name}.npy") as member:
        shape, fortran, dtype = _header(member)
        size = math.prod(shape) * dtype.itemsize
        if dtype.hasobject or min(shape, default=0) < 0:
            raise ValueError(f"{name} is {shape} {dtype}")
        if size > _MOST:
            raise DataError(f"{path}: {name} says that it holds {shape} {dtype}, {size:,} bytes; the most is {_MOST:,}")
        content = member.read(size)
    if len(content) < size:
        raise ValueError(f"{name} is truncated: {len(content)} bytes of {size}")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether in Fortran's order, and type. The later formats are for types with names in Unicode."""
    if npy.read_magic(member) != (1, 0):
        raise ValueError("of a later version of the .npy format than arrays of numbers have")
    with warnings.catch_warnings(action="ignore"):  # of Python 2's way to write numbers
        return npy.read_array_header_1_0(member)
