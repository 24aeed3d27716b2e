"""The text stream or file that results are written to, whole or not at all."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from numbre_edge.atomic import replacing

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
