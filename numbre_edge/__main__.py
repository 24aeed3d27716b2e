"""The program's first step, as ``numbre-edge`` and ``python -m numbre_edge``: before anything that takes time."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress

from numbre_edge.cli.signals import at_once


def main() -> None:
    """Run the command line and exit."""
    codes: list[int] = []
    atexit.register(_leave, codes)
    with at_once():
        _fill_closed_streams()
        from numbre_edge.cli.app import main as run
    try:
        run()
    except SystemExit as exc:
        codes += [exc.code] if isinstance(exc.code, int) else []
        raise


def _leave(codes: list[int]) -> None:
    """End, after all else that is done at the end, with the code that there is: what is closed is closed by now.

    To take NumPy, OpenCV and onnxruntime apart first takes a fifth of what reading one picture takes in all.
    """
    if codes:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(codes[0])


def _fill_closed_streams() -> None:
    """Put something where the caller closed stdin, stdout or stderr (``>&-``): Python has None there.

    Its number would go to the next file that is opened, here or in a program that we start, which is then written
    over. What is read is empty, what is said is lost, but a result that cannot be written fails.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(_nowhere(os.O_RDONLY), encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = os.fdopen(_nowhere(os.O_RDONLY), "w", encoding="utf-8")  # not for writing: that fails
    if sys.stderr is None:
        sys.stderr = os.fdopen(_nowhere(os.O_WRONLY), "w", encoding="utf-8")


def _nowhere(flags: int) -> int:
    descriptor = os.open(os.devnull, flags)
    os.set_inheritable(descriptor, True)
    return descriptor


if __name__ == "__main__":
    main()
