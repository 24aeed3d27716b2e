"""A file of results that grows under another name, held against other runs, and has its own once it is whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from numbre_edge.atomic import create, own_errors, partial, real
from numbre_edge.errors import UsageError
from numbre_edge.sinks.journal import Journal, journal_of
from numbre_edge.sinks.output import WholeFlushes, open_output

Finish = Callable[[Path, Path], None]  # given the partial file, whole by now, and the name that results are to have
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)  # Windows has no such option


@contextmanager
def open_growing(
    path: Path | None, *, resume: bool = False, finish: Finish = os.replace
) -> Iterator[tuple[TextIO, Journal | None]]:
    """Yield the stream for results, and the journal of a run that writes them to a file; begin it before all else.

    As ``open_output``, but the partial file is held against other runs, the system is asked to have all of it on the
    disk before it gets its name, and a partial file without a single byte is nothing.

    Args:
        path: where results go; None for stdout.
        resume: go on with the partial file, if there is one.
        finish: gives what is whole its name.

    Raises:
        UsageError: another run writes the partial file, or it is there and ``resume`` is not asked for.
        NumbreError: the file cannot be written.
    """
    if path is None or (path.exists() and not path.is_file()):
        with open_output(path) as stream:
            yield stream, None
        return
    growing = partial(path)
    with own_errors(path), _held(growing, real(path), resume=resume), WholeFlushes(growing) as rows:
        journal = Journal(rows, growing)
        try:
            yield rows, journal
            rows.flush()
            rows.sync()
        except BaseException:
            journal.close()
            if growing.exists() and not growing.stat().st_size:
                _remove(growing)
            raise
        journal.close()
        rows.close()  # Windows renames no open file
        finish(growing, real(path))
        _sync(growing.parent)
        _remove(growing)


def _remove(growing: Path) -> None:
    growing.unlink(missing_ok=True)
    journal_of(growing).unlink(missing_ok=True)


@contextmanager
def _held(growing: Path, target: Path, *, resume: bool) -> Iterator[None]:
    """Hold the partial file against other runs until the block ends, or the process does, however that comes."""
    if growing.is_symlink():
        raise UsageError(f"{growing} is a link; delete it, or choose another name")
    while True:
        new = True
        try:
            create(growing, target)
        except FileExistsError:
            new = False
        try:
            descriptor = os.open(growing, os.O_RDWR | _NO_LINKS)
        except FileNotFoundError:
            continue  # the run that had it is done
        with open(descriptor, "rb"):
            _lock(descriptor, growing)
            if not _is_still(growing, descriptor):
                continue
            if not new and not os.fstat(descriptor).st_size:
                growing.unlink()  # nobody's, and nothing: made anew, for those who may use the target
                continue
            if not new and not resume:
                raise UsageError(
                    f"{growing} is there already, kept by a run that ended early: "
                    "--resume goes on with it; or delete it to begin anew"
                )
            yield
            return


def _lock(descriptor: int, growing: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise UsageError(f"{growing} is being written by another run; wait for it, or choose another name") from exc
    except OSError:  # a file system that has no locks
        return


def _is_still(path: Path, descriptor: int) -> bool:
    """Return whether a file that was opened still has this name."""
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    """Have the system write to the disk what names a folder has, where it does that at all."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
