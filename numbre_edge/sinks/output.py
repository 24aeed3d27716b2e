"""The text stream or file that results are written to, whole or not at all."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from numbre_edge.errors import NumbreError

# A file name that is not valid UTF-8 reaches us with lone surrogates; as \udcxx they are valid JSON.
_ERRORS = "backslashreplace"


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """Yield a UTF-8 text stream: stdout, or a temporary file that becomes ``path`` when the block ends well.

    Raises:
        NumbreError: the file cannot be written.
    """
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors=_ERRORS, encoding=None if sys.stdout.isatty() else "utf-8")
        yield sys.stdout
        return
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", errors=_ERRORS, newline="") as stream:
        yield stream


def write_picture(path: Path, content: bytes) -> None:
    """Write an encoded picture, whole or not at all.

    Raises:
        NumbreError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends without an exception.

    A pipe or a device is given as it is: replacing it would destroy it.

    Raises:
        NumbreError: the file cannot be written.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = Path(os.path.realpath(path))  # of a symbolic link, replace what it points to
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, target)
    except OSError as exc:
        if isinstance(exc, BrokenPipeError):
            raise
        raise NumbreError(f"cannot write {path}: {(exc.strerror or str(exc)).lower()}") from exc
    finally:
        temporary.unlink(missing_ok=True)
