"""The text stream or file that results are written to: whole lines, and a whole file or a partial one that says so."""

from __future__ import annotations

import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from numbre_edge.atomic import replacing

# A file name that is not valid UTF-8 reaches us with lone surrogates; as \udcxx they are valid JSON.
_ERRORS = "backslashreplace"


@contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """Yield a UTF-8 text stream: stdout, or a file that becomes ``path`` when the block ends well.

    Until then it is ``atomic.partial(path)``, and when the block ends with an exception it stays there:
    all that was flushed, and nothing of what was not.

    Raises:
        UsageError: there is such a partial file already.
        NumbreError: the file cannot be written.
    """
    if path is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors=_ERRORS, encoding=None if sys.stdout.isatty() else "utf-8")
        yield sys.stdout
        return
    with replacing(path, keep=True) as growing, WholeFlushes(growing) as stream:
        yield stream
        stream.flush()


class WholeFlushes(io.StringIO):
    """A UTF-8 file that grows, at each flush, by all that was written since the last one; or, if it cannot, by nothing.

    What is not flushed is dropped on closing: half of a result is worse than none.

    Attributes:
        size: bytes of the file.
        crc: their CRC-32.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(newline="")
        self._file = path.open("ab", buffering=0)
        self.size = self.crc = 0

    def flush(self) -> None:
        content = self.getvalue().encode("utf-8", _ERRORS)
        self.seek(0)
        self.truncate()
        try:
            written = 0
            while written < len(content):
                written += self._file.write(content[written:])
        except BaseException:
            with suppress(OSError):  # a pipe or a device keeps what it has got
                self._file.truncate(self.size)
            raise
        self.size += len(content)
        self.crc = zlib.crc32(content, self.crc)

    def go_on(self, size: int, crc: int) -> None:
        """Go on after the file's first ``size`` bytes, whose CRC-32 is ``crc``; what is not flushed is dropped."""
        self.seek(0)
        self.truncate()
        self._file.truncate(size)
        self.size, self.crc = size, crc

    def sync(self) -> None:
        """Have the system write the file to the disk, and wait for it."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
        super().close()
