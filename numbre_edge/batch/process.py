"""A process that does this one's work on what it is given: both ends of it.

It is a Python of its own, not a fork: a fork of a program with threads, as OpenCV's, may hang. It needs nothing of the
program that starts it, so that scripts need no ``if __name__ == "__main__":``.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import IO, Any, Generic, TypeVar

import cv2

from numbre_edge.errors import NumbreError, one_line
from numbre_edge.sources.files import Source
from numbre_edge.sources.noise import own_stderr, stderr_is_own

Result = TypeVar("Result")
Whole = Callable[[Source], list[Result] | None]

_BOOT = "import sys; sys.path[:] = sys.argv[1:]; from numbre_edge.batch.process import serve; serve()"
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_ENDED = (EOFError, OSError, pickle.UnpicklingError)  # what a pipe says whose other end is gone


class Helper(Generic[Result]):
    """The process, as this one sees it; for one thread at a time.

    It hears no Ctrl-C, being in a process group of its own, and goes when this one does, however that ends: what it
    reads from is then at its end.
    """

    def __init__(self, work: Whole[Result]) -> None:
        """``work`` is pickled: a function of a module, and its arguments, have to be found there again."""
        import subprocess  # not for the start of a program that needs no other process

        self._hello = pickle.dumps((stderr_is_own(), work))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | _ONE_THREAD,
                process_group=0,
            )
        except OSError as exc:
            raise NumbreError(f"another process cannot be started: {one_line(exc)}; give fewer --jobs") from exc
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout

    def wait(self) -> None:
        """Wait until it is ready, or will never be: then what is asked of it says so."""
        with suppress(*_ENDED):
            self._to.write(self._hello)
            self._to.flush()
            _received(self._from)

    def done(self, sources: list[Source]) -> list[list[Result] | None]:
        """Return what comes of each source.

        Raises:
            NumbreError: the process has ended.
        """
        try:
            _send(sources, self._to)
            results: list[list[Result] | None] = _received(self._from)
        except _ENDED as exc:
            code = self._process.wait()
            how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
            raise NumbreError(
                f"one of several processes ended {how} at {_named(sources)}; out of memory? --jobs 1 starts no others"
            ) from exc
        return results

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close what led to it; nobody may be asking any more."""
        self._from.close()
        with suppress(OSError):  # what was still to be written to it
            self._to.close()


def serve() -> None:
    """Do the work, as the process that was started."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # what reads stdin, or prints, is not in the way
    os.dup2(2, 1)
    cv2.setNumThreads(1)
    own, work = _received(requests)
    answer = None
    with own_stderr() if own else nullcontext():
        while True:
            try:
                _send(answer, answers)
                sources = _received(requests)
            except _ENDED:
                os._exit(0)
            answer = None  # before the next frames are made
            answer = [work(source) for source in sources]


def _send(what: object, pipe: IO[bytes]) -> None:
    pickle.dump(what, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _received(pipe: IO[bytes]) -> Any:
    return pickle.load(pipe)  # noqa: S301 - what the other end, ours too, has sent


def _named(sources: list[Source]) -> str:
    first, last = sources[0].name, sources[-1].name
    return first if first == last else f"one of {first} to {last}"
