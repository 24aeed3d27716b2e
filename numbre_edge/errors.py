"""Everything that can go wrong, in words meant for the person at the terminal.

    NumbreError
    ├── UsageError          a wrong option or argument            exit 2
    ├── MissingExtra        a package that is not installed       exit 2
    ├── SourceError         a picture, video or camera            exit 1
    ├── ModelError          a model file or its card              exit 1
    ├── BackendError        an inference runtime                  exit 1
    └── DataError           a training data set                   exit 1

The message says what, which, and what to do next; the CLI prints it on one
line and exits with ``exit_code``. Errors of other libraries become one of
these where they enter, with ``raise … from``.
"""

from __future__ import annotations


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


class ModelError(NumbreError):
    """A model file that is damaged, unsuitable or does not explain itself."""


class BackendError(NumbreError):
    """An inference runtime that is missing or failed."""


class DataError(NumbreError):
    """A data set that is missing, damaged or of the wrong shape."""


def one_line(error: Exception) -> str:
    """Return an error's message without line breaks."""
    return " ".join(str(error).split())
