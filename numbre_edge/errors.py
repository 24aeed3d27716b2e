"""Everything that can go wrong, in words meant for the person at the terminal.

    NumbreError
    ├── UsageError          a wrong option or argument            exit 2
    ├── MissingExtra        a package that is not installed       exit 2
    ├── SourceError         a picture, video or camera            exit 1
    │   └── TooLarge        a picture of too many bytes           exit 1
    ├── ModelError          a model file or its card              exit 1
    ├── BackendError        an inference runtime                  exit 1
    └── DataError           a training data set                   exit 1

The message says what, which, and what to do next; the CLI prints it on one
line and exits with ``exit_code``. Errors of other libraries become one of
these where they enter, with ``raise … from``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

# Control characters, lone surrogates (bytes that are no UTF-8), and what turns the direction of writing.
_UNPRINTABLE = frozenset(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


class NumbreError(Exception):
    """Base of every error of this package; ``str(error)`` is displayed to the user."""

    exit_code = 1


class UsageError(NumbreError):
    """An option or argument that cannot be used as given."""

    exit_code = 2


class MissingExtra(UsageError):  # noqa: N818 - what is missing, not what went wrong
    """A feature whose optional packages are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs packages that are not installed: pip install 'numbre-edge[{extra}]'")
        self.extra = extra


class SourceError(NumbreError):
    """A picture, video or camera that cannot be read."""


class TooLarge(SourceError):  # noqa: N818 - what it is
    """A picture that takes more memory than is given to one."""


class ModelError(NumbreError):
    """A model file that is damaged, unsuitable or does not explain itself."""


class BackendError(NumbreError):
    """An inference runtime that is missing or failed."""


class DataError(NumbreError):
    """A data set that is missing, damaged or of the wrong shape."""


def one_line(error: Exception) -> str:
    """Return an error's message without line breaks, fit for a terminal."""
    return printable(" ".join(str(error).split()))


def out_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory ran out: Python's own, or OpenCV's (``Error::StsNoMem``)."""
    return isinstance(error, MemoryError) or (type(error).__module__ == "cv2" and getattr(error, "code", 0) == -4)


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn running out of memory into an error of the picture's.

    Raises:
        TooLarge: there was too little memory for what was done meanwhile.
    """
    try:
        yield
    except Exception as exc:
        if not out_of_memory(exc):
            raise
        raise TooLarge("out of memory: close other programs, or scale the picture down") from exc


def is_unicode(text: str) -> bool:
    """Return whether a text is without lone surrogates, which stand for the bytes of a name that are no UTF-8.

    OpenCV, given others as a name, ends the whole program by SIGSEGV.
    """
    return not any("\ud800" <= c <= "\udfff" for c in text)


def printable(text: str) -> str:
    """Return text with what a terminal would obey, or cannot show, written out: a file name may hold anything."""
    return "".join(c.encode("unicode_escape").decode() if c in _UNPRINTABLE else c for c in text)


def escaped(text: str) -> str:
    """Return text with the same signs by their numbers, which JSON and systemd read back as they were."""
    return "".join(f"\\u{ord(c):04x}" if c in _UNPRINTABLE else c for c in text)
