"""Has the program take hostile files, and says a line of each: python -m hostile_files.worker KIND.

The names come on stdin, each ended by a NUL. Lines are JSON: "source", and "error", which is what went wrong with the
program; that it refused a file, in one line, is no error.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from hostile_files.models import TESTS
from hostile_files.streams import served
from numbre_edge.cli.app import main
from numbre_edge.errors import NumbreError, SourceError
from numbre_edge.sources.noise import own_stderr

Take = Callable[[str], None]

_PAGE = TESTS.parent / "samples" / "one-digit-marker.jpg"
_READ = ("predict", "--quiet", "--format", "jsonl", "--jobs", "1")
_READS = 2000  # of a stream: more than any here has


class FaultError(Exception):
    """What the program must not do."""


def _said(*arguments: str) -> list[str]:
    """Run the command line, and return the lines that it wrote to stdout."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), suppress(SystemExit):
        main(list(arguments))
    lines, told = out.getvalue().splitlines(), err.getvalue().splitlines()
    if len(told) > 1 or not (lines or told):
        raise FaultError(f"silent: {len(lines)} lines on stdout, on stderr {told[:3]}")
    return lines


def _model(name: str) -> None:
    _said("models", "show", name)
    for backend in ("onnx", "opencv") if name.endswith(".onnx") else ("tflite",):
        _said(*_READ, "--finder", "components", "--backend", backend, "--model", name, str(_PAGE))


def _card(name: str) -> None:
    model = str(TESTS / "backends" / "flat.onnx")
    _said(*_READ, "--finder", "components", "--model", model, "--card", name, str(_PAGE))


def _file(name: str) -> None:
    _said(*_READ, "--finder", "components", name)


def _path(name: str) -> None:
    """Whatever a path is, those before and after it are read."""
    lines = [json.loads(line) for line in _said(*_READ, "--finder", "components", str(_PAGE), name, str(_PAGE))]
    if [line["error"] for line in lines if line["source"] == str(_PAGE)] != [None, None]:
        raise FaultError(f"silent: {len(lines)} lines")


def _idx(name: str) -> None:
    from numbre_export.data.idx import read_idx

    with Path(name).open("rb") as file:
        read_idx(file, name, "images")


def _npz(name: str) -> None:
    from numbre_export.data.mnist import load_mnist
    from numbre_export.data.symbols import load_symbols

    for load in (load_mnist, load_symbols):
        try:
            load(Path(name))
        except NumbreError:
            continue


def _tgz(name: str) -> None:
    from numbre_export.data.mnist import load_mnist

    load_mnist(Path(name))


def _labels(name: str) -> None:
    from numbre_edge.labels import load_labels

    load_labels(Path(name).parent)


def _form(name: str) -> None:
    from numbre_edge.forms import load_form

    load_form(Path(name))


@contextmanager
def _streams() -> Iterator[Take]:
    from numbre_edge.sources.connect import open_url
    from numbre_edge.sources.http import Snapshots

    with served() as address:

        def take(name: str) -> None:
            capture = open_url(address + name, open_timeout=3, read_timeout=2)
            try:
                for _ in range(1 if isinstance(capture, Snapshots) else _READS):
                    capture.read()
            finally:
                capture.close()

        yield take


_TAKES: Mapping[str, Take] = {
    "models": _model,
    "cards": _card,
    "documents": _file,
    "videos": _file,
    "paths": _path,
    "idx": _idx,
    "npz": _npz,
    "tgz": _tgz,
    "labels": _labels,
    "forms": _form,
}


def work(kind: str, names: list[str]) -> None:
    """Take each, and say a line of it."""
    with own_stderr(), _streams() if kind == "streams" else _plain(_TAKES[kind]) as take:
        for name in names:
            error = None
            try:
                take(name)
            except (NumbreError, SourceError) as exc:
                error = None if str(exc).strip() else "silent: an error without a word"
            except FaultError as exc:
                error = str(exc)
            except Exception as exc:
                error = f"crash: {type(exc).__name__}: {exc}"
            print(json.dumps({"source": name, "error": error}), flush=True)


@contextmanager
def _plain(take: Take) -> Iterator[Take]:
    yield take


if __name__ == "__main__":
    work(sys.argv[1], [os.fsdecode(name) for name in sys.stdin.buffer.read().split(b"\0") if name])
