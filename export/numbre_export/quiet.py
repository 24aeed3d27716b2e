"""What TensorFlow and the converters print on their own, in Python and in C++, held back unless they fail."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path


@contextmanager
def held_back() -> Iterator[None]:
    """Let nothing through to stdout and stderr, of the whole process; after an error say it all on stderr."""
    with tempfile.TemporaryFile() as held, Path(os.devnull).open("w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.stdout.flush()
        sys.stderr.flush()
        stdout, stderr = os.dup(1), os.dup(2)
        failed = False
        try:
            os.dup2(held.fileno(), 1)
            os.dup2(held.fileno(), 2)
            with redirect_stdout(nowhere), redirect_stderr(nowhere):
                yield
        except Exception:  # not Ctrl-C, which says all there is to say
            failed = True
            raise
        finally:
            os.dup2(stdout, 1)
            os.dup2(stderr, 2)
            os.close(stdout)
            os.close(stderr)
            if failed:
                held.seek(0)
                sys.stderr.write(held.read().decode(errors="replace"))
