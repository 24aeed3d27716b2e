"""A file is written whole or not at all: under a temporary name first, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from numbre_edge.errors import NumbreError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends without an exception.

    The temporary name ends in ``path``'s own suffix, which many writers choose a format by. A pipe or a
    device is given as it is: replacing it would destroy it.

    Raises:
        NumbreError: the file cannot be written.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = Path(os.path.realpath(path))  # of a symbolic link, replace what it points to
    temporary = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        yield temporary
        os.replace(temporary, target)
    except OSError as exc:
        if isinstance(exc, BrokenPipeError):
            raise
        raise NumbreError(f"cannot write {path}: {(exc.strerror or str(exc)).lower()}") from exc
    finally:
        temporary.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write ``content``, whole or not at all.

    Raises:
        NumbreError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)
