"""A file is written whole or not at all: under a temporary name first, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from numbre_edge.errors import NumbreError, UsageError


@contextmanager
def replacing(path: Path, *, keep: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it when the block ends without an exception.

    The temporary name ends in ``path``'s own suffix, which many writers choose a format by. A pipe or a
    device is given as it is: replacing it would destroy it.

    Args:
        path: of a symbolic link, what it points to is replaced.
        keep: the temporary file is ``partial(path)``, and what was written to it stays there after an exception.

    Raises:
        UsageError: ``keep``, and there is such a file already.
        NumbreError: the file cannot be written.
    """
    with _own_errors(path):
        if path.exists() and not path.is_file():
            yield path
            return
        target = real(path)
        temporary = partial(path) if keep else target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
        if keep:
            _claim(temporary)
        try:
            yield temporary
            os.replace(temporary, target)
        finally:
            if not (keep and _holds_something(temporary)):
                temporary.unlink(missing_ok=True)


def _claim(temporary: Path) -> None:
    """Create a file that nobody else writes: of two runs at once, one is told of the other."""
    try:
        temporary.touch(exist_ok=False)
    except FileExistsError as exc:
        raise UsageError(
            f"{temporary} is there already, kept by a run that ended early or still goes on; move or delete it first"
        ) from exc


@contextmanager
def _own_errors(path: Path) -> Iterator[None]:
    """Turn what the system says about writing ``path`` into a NumbreError; that a pipe's reader left is no error."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise NumbreError(f"cannot write {path}: {(exc.strerror or str(exc)).lower()}") from exc


def partial(path: Path) -> Path:
    """Return the file beside ``path`` that holds what is done of it."""
    target = real(path) if path.is_symlink() else path
    return target.with_name(f"{target.name}.partial")


def real(path: Path) -> Path:
    """Return where a path leads, all links followed; one that can lead nowhere as it is."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):  # ValueError: a NUL
        return path


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def write_file(path: Path, content: bytes) -> None:
    """Write ``content``, whole or not at all.

    Raises:
        NumbreError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)
