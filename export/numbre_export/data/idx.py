"""The idx format, which MNIST's own four files have: a magic number, the sizes, the bytes.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import tarfile
import zlib
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import DataError

MAGIC = {"images": 2051, "labels": 2049}  # of unsigned bytes in 3 dimensions and in 1
_MOST = 1 << 30  # bytes: twenty times MNIST's largest file


def read_idx(file: IO[bytes], where: str, kind: str) -> NDArray[np.uint8]:
    """Read images, (N, H, W) uint8, or labels, (N,) uint8; no more of them than their sizes say, nor than a gigabyte.

    Args:
        file: open for reading, at its beginning.
        where: what messages call it; gzipped if it ends in ``.gz``.
        kind: a key of MAGIC.

    Raises:
        DataError: truncated, damaged, or something else.
    """
    plain = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if where.endswith(".gz") else file
    try:
        magic = plain.read(4)
        found = struct.unpack(">I", magic)[0] if len(magic) == 4 else None
        if found != MAGIC[kind]:
            raise DataError(f"{where}: expected idx {kind} (magic number {MAGIC[kind]}), found {found}")
        dimensions = magic[3]
        shape = struct.unpack(f">{dimensions}I", plain.read(4 * dimensions).ljust(4 * dimensions, b"\0"))
        size = math.prod(shape)
        if math.prod(max(1, length) for length in shape) > _MOST:  # numpy has no such shape, empty or not
            raise DataError(f"{where}: says that it holds {shape}, {size:,} bytes; the most is {_MOST:,}")
        content = plain.read(size + 1)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as exc:
        raise DataError(f"{where}: cannot be read, truncated or not gzip ({exc})") from exc
    if len(content) < size:
        raise DataError(f"{where}: truncated: expected {shape} bytes of data, found {len(content)}")
    if len(content) > size:
        raise DataError(f"{where}: damaged: more follows the {shape} bytes that it says it holds")
    return np.frombuffer(content, np.uint8).reshape(shape)
