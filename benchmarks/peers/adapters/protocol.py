"""How an adapter is spoken to: a path on a line of stdin, what was read in that picture on a line of stdout.

Its first line says that it is ready, and with what. Runs in the reader's own environment, with nothing but it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version

Texts = Iterable[tuple[str, float]]  # as the reader gives them, in its order; confidence 0 to 1


def answer(
    open_reader: Callable[[argparse.Namespace], Callable[[str], Texts]], packages: Iterable[str] = (), **versions: str
) -> None:
    """Open the reader and answer until stdin ends.

    Args:
        open_reader: takes the arguments, gives what reads a picture's file.
        packages: whose versions are told.
        versions: to be told too, of what pip did not install.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"))
    given = parser.parse_args()
    options = argparse.Namespace(threads=given.threads, **dict(given.set))
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    read = open_reader(options)
    print(json.dumps({"versions": {name: version(name) for name in packages} | versions}), file=told, flush=True)
    for line in sys.stdin:
        print(json.dumps(_answered(read, line.rstrip("\n"))), file=told, flush=True)


def _answered(read: Callable[[str], Texts], path: str) -> dict[str, object]:
    begun = time.perf_counter()
    numbers: list[dict[str, object]] = []
    error = None
    try:
        numbers = [{"text": text, "confidence": round(float(sure), 4)} for text, sure in read(path)]
    except Exception as exc:  # a picture that it cannot read; the next one may do
        error = f"{type(exc).__name__}: {exc}"
    seconds = time.perf_counter() - begun
    return {"source": path, "numbers": numbers, "seconds": seconds, "cpu": _spent(), "error": error}


def _spent() -> float:
    """Return the time that processors have spent on this process, its threads and children, seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
