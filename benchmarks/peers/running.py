"""A reader's process, asked for one picture after the other."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ADAPTERS = Path(__file__).parent / "adapters"
THREADS = 1  # what numbre-edge's runtimes are given
_POOLS = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class AdapterError(Exception):
    """An adapter that said nothing more; the message is the last that it wrote to stderr."""


@dataclass
class Running:
    """An adapter that is ready.

    Attributes:
        process: its own.
        begun: when it was started, of ``time.monotonic``.
        errors: what it writes to stderr.
        versions: of its packages, as it told them.
    """

    process: subprocess.Popen[str]
    begun: float
    errors: IO[str]
    versions: dict[str, str]

    def read(self, picture: Path) -> dict[str, Any]:
        """Return what the adapter answers, as ``adapters/protocol.py`` writes it."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # what went wrong is told where the answer is missing
            print(picture, file=self.process.stdin, flush=True)
        return _answer(self.process, self.errors)

    @property
    def peak(self) -> int:
        """The most memory it has held, bytes; the peaks of its children are added."""
        return sum(map(_peak, _family(self.process.pid)))


@contextmanager
def running(python: Path, adapter: str, settings: tuple[tuple[str, str], ...]) -> Iterator[Running]:
    """Start an adapter, wait until it is ready, and end it.

    Raises:
        AdapterError: it is not installed, or cannot start.
    """
    words = [word for name, value in settings for word in ("--set", name, value)]
    command = [str(python), str(ADAPTERS / adapter), "--threads", str(THREADS), *words]
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    surroundings |= dict.fromkeys(_POOLS, str(THREADS))
    if not python.exists():
        raise AdapterError("its environment is not there; make it first")
    with tempfile.TemporaryFile("w+") as errors:
        begun = time.monotonic()
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=errors, text=True, env=surroundings)
        try:
            yield Running(process, begun, errors, _answer(process, errors)["versions"])
        finally:
            process.kill()
            process.communicate()


def _answer(process: subprocess.Popen[str], errors: IO[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait()
        errors.seek(0)
        said = [line.strip() for line in errors.read().splitlines() if line.strip()]
        raise AdapterError(said[-1] if said else f"ended with exit code {process.returncode}")
    return dict(json.loads(line))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
