"""A file is written whole or not at all: under a temporary name first, then renamed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from numbre_edge.errors import NumbreError, UsageError

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_STEM = 40  # characters of a file's name that its temporary name repeats: for whoever finds one after a power cut

_unfinished: dict[Path, bool] = {}  # temporary files of this process -> whether they are kept where they hold something


@contextmanager
def replacing(path: Path, *, keep: bool = False) -> Iterator[Path]:
    """Yield a temporary file beside ``path`` that replaces it when the block ends without an exception.

    The file is there, empty, under a name that nobody can foresee, and for the same people as the one that it
    replaces. The name ends in ``path``'s own suffix, which many writers choose a format by. It goes after an
    exception, and when SIGTERM or SIGHUP ends the program. A pipe or a device is given as it is: replacing it would
    destroy it.

    Args:
        path: of a symbolic link, what it points to is replaced.
        keep: the temporary file is ``partial(path)``, and what was written to it stays there after an exception.

    Raises:
        UsageError: ``keep``, and there is such a file already.
        NumbreError: the file cannot be written.
    """
    with own_errors(path):
        if path.exists() and not path.is_file():
            yield path
            return
        target = real(path)
        hidden = f".{target.stem[:_STEM]}.{os.urandom(8).hex()}.part{target.suffix}"
        temporary = partial(path) if keep else target.with_name(hidden)
        try:
            create(temporary, target)
        except FileExistsError as exc:
            why = "kept by a run that ended early or still goes on"
            raise UsageError(f"{temporary} is there already, {why}; move or delete it first") from exc
        with _unfinished_until_left(temporary, keep=keep):
            yield temporary
            os.replace(temporary, target)


def create(temporary: Path, target: Path) -> None:
    """Create a file that nobody else writes, for those who may use ``target``; no link under its name is followed.

    Raises:
        FileExistsError: something has this name already.
    """
    before = target.stat() if target.exists() else None
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if before else 0o666))
    if before is not None:
        with suppress(OSError, AttributeError):  # a group that we are not in, or no groups there: it stays for us alone
            os.chown(temporary, -1, before.st_gid)
            temporary.chmod(before.st_mode & 0o777)
            os.chown(temporary, before.st_uid, -1)


@contextmanager
def _unfinished_until_left(temporary: Path, *, keep: bool) -> Iterator[None]:
    """Have a temporary file removed at the end of the block, or of the program."""
    mine = threading.current_thread() is threading.main_thread()  # no other may handle signals
    _unfinished[temporary] = keep
    for number in _ENDING if mine else ():
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end_at_once)
    try:
        yield
    finally:
        _remove(temporary)
        for number in _ENDING if mine and not _unfinished else ():
            if signal.getsignal(number) == end_at_once:
                signal.signal(number, signal.SIG_DFL)


def _remove(temporary: Path) -> None:
    if not (_unfinished[temporary] and temporary.exists() and temporary.stat().st_size > 0):
        temporary.unlink(missing_ok=True)
    del _unfinished[temporary]


def end_at_once(number: int, frame: FrameType | None) -> None:
    """End the program as a signal does that nobody handles, but leave no temporary file behind."""
    for temporary in list(_unfinished):
        with suppress(OSError):
            _remove(temporary)
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


@contextmanager
def own_errors(path: Path) -> Iterator[None]:
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


def write_file(path: Path, content: bytes) -> None:
    """Write ``content``, whole or not at all.

    Raises:
        NumbreError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)
