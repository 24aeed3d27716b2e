"""Files that want to do harm, thousands of them: does any crash, hang, silence or fill the memory?

usage: python benchmarks/hostile.py [--seed N] [--only KIND]... [--keep DIR]

Makes the files in a temporary folder (or DIR, where they stay), the same ones for a seed, and has the program read
them in a few processes: pictures and videos by `predict`, each model and card by `models show` and `predict` in one
process after the other, motion JPEG from a server on the loopback, and what the workshop takes. Needs Linux, and
`[export]`. Prints Markdown, a row a kind, then each file that failed, and how; the exit code is 1 if one did.

- crash: the process ended by a signal, or by a traceback
- hang: nothing said for 10 s of its own time, or 60 s by the clock, without those in which others had the processors
- silent: no line for a file, or an error of other than one line
- peak: of the process's memory, in MB; more than 1000 is a failure
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from hostile_files.damage import Rng
from hostile_files.data import archives, form_files, idx_files, label_files, npz_files
from hostile_files.documents import documents
from hostile_files.models import cards, models
from hostile_files.paths import paths
from hostile_files.pictures import pictures, videos
from hostile_files.streams import streams

PATIENCE, PATIENCE_BY_CLOCK = 10.0, 60.0  # seconds
MEMORY = 1000  # MB
ROOT = Path(__file__).parents[1]

File = tuple[str, bytes]
# By kind, what makes its files.
KINDS: Mapping[str, Callable[[Rng], Iterator[File]]] = {
    "pictures": pictures,
    "documents": documents,
    "videos": videos,
    "streams": streams,
    "models": models,
    "cards": cards,
    "idx": idx_files,
    "npz": npz_files,
    "tgz": archives,
    "labels": label_files,
    "forms": form_files,
    "paths": lambda rng: iter(()),  # see _made
}
_ENVIRONMENT = os.environ | {
    # This checkout, whatever is installed.
    "PYTHONPATH": os.pathsep.join(map(str, (Path(__file__).parent, ROOT, ROOT / "export")))
}


@dataclass
class Row:
    """What became of one kind of file.

    Attributes:
        failures: name of a file -> what went wrong.
        peak: MB.
        noise: lines on stderr that are not the program's.
    """

    kind: str
    files: int
    failures: dict[str, str] = field(default_factory=dict)
    peak: float = 0.0
    noise: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.failures and self.peak <= MEMORY

    def count(self, what: str) -> int:
        return sum(reason.startswith(what) for reason in self.failures.values())


class Process:
    """A program that takes names on stdin, each ended by a NUL, and says a line of JSON of each, in their order."""

    def __init__(self, command: Sequence[str], names: Sequence[str]) -> None:
        self._command, self._names = command, names
        self._said = bytearray()
        self.peak = 0.0  # MB

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stdin = stack.enter_context(tempfile.TemporaryFile())
            stdin.write(b"".join(os.fsencode(name) + b"\0" for name in self._names))
            stdin.seek(0)
            self._stderr = stack.enter_context(tempfile.TemporaryFile())
            self._process = stack.enter_context(
                subprocess.Popen(
                    *(self._command, 0),
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=self._stderr,
                    cwd=ROOT,
                    env=_ENVIRONMENT,
                )
            )
            self._files = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._files.close()

    def line(self) -> bytes | None:
        """Return the next line, b"" at the end, None where there was none for too long."""
        assert self._process.stdout is not None
        begun, busy = time.monotonic() - self._kept_waiting(), self._busy()
        while b"\n" not in self._said:
            self._look()
            waited = time.monotonic() - self._kept_waiting() - begun
            if select.select([self._process.stdout], [], [], 0.2)[0]:
                part = self._process.stdout.read(1 << 16)
                self._said += part or b""
                if not part:
                    return b""
            elif waited > PATIENCE and (self._busy() - busy > PATIENCE or waited > PATIENCE_BY_CLOCK):
                return None
        self._look()
        line, _, self._said = self._said.partition(b"\n")
        return bytes(line)

    def end(self, *, kill: bool) -> tuple[int, list[bytes]]:
        """Return how it ended, and what it said on stderr."""
        if kill:
            self._process.kill()
        code = self._process.wait(PATIENCE_BY_CLOCK)
        self._stderr.seek(0)
        return code, self._stderr.read().splitlines()

    def _look(self) -> None:
        """See how much memory it has had at most. What the kernel counts for it at its end has its parent's in it."""
        found = re.search(r"VmHWM:\s+(\d+) kB", _of_process(self._process.pid, "status"))
        self.peak = max(self.peak, int(found[1]) / 1024 if found else 0.0)

    def _busy(self) -> float:
        """Return the seconds of processor time that it has taken."""
        fields = _of_process(self._process.pid, "stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def _kept_waiting(self) -> float:
        """Return the seconds for which its threads would have run, but for others."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*")
        said = (_of_process(self._process.pid, f"task/{task.name}/schedstat").split() for task in tasks)
        return sum(int(fields[1]) for fields in said if fields) / 1e9


def _of_process(number: int, what: str) -> str:
    try:
        return Path(f"/proc/{number}/{what}").read_text()
    except OSError:
        return ""


def judged(kind: str, command: Sequence[str], names: Sequence[str]) -> Row:
    """Have all files read; what ends or stops the process is told of the file it was at, and the others go on."""
    row, left, begun = Row(kind, len(names)), list(names), time.monotonic()
    while left:
        with Process(command, left) as process:
            while left and (line := process.line()):
                name = left.pop(0)
                try:
                    error = json.loads(line)["error"] or ""
                except ValueError:
                    error = f"silent: {line[:80]!r} for a line"
                if error.startswith(("crash", "silent")):
                    row.failures[name] = error
                if process.peak > max(MEMORY, row.peak):
                    row.failures[name] = f"memory: {process.peak:.0f} MB"
                row.peak = max(row.peak, process.peak)
            code, said = process.end(kill=bool(left) and line is None)
        row.peak, row.noise = max(row.peak, process.peak), row.noise + len(said)
        if left:
            told = said[-1].decode(errors="replace") if said else "not a word"
            what = "hang" if line is None else "crash" if code < 0 or b"Traceback" in b"".join(said) else "silent"
            row.failures[left.pop(0)] = f"{what}: exit code {code}, {told}"
    row.seconds = time.monotonic() - begun
    return row


def written(kind: str, files: Iterable[File], folder: Path) -> list[str]:
    """Write files to a folder, and return their names."""
    names = []
    for name, content in files:
        path = folder / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        names.append(str(path))
    return names


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=KINDS, action="append")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        print("| kind | files | crashes | hangs | silent | peak, MB | lines of noise | time, s |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
        for kind in given.only or KINDS:
            row = judged(kind, _command(kind), _made(kind, given.seed, folder))
            counts = " | ".join(str(row.count(what)) for what in ("crash", "hang", "silent"))
            print(f"| {kind} | {row.files} | {counts} | {row.peak:.0f} | {row.noise} | {row.seconds:.0f} |", flush=True)
            rows.append(row)
        print(f"| all | {sum(row.files for row in rows)} | | | | {max(row.peak for row in rows):.0f} | | |", flush=True)
    for row in rows:
        for name, reason in row.failures.items():
            print(f"- {'/'.join(Path(name).parts[-2:])!a:.80}: {reason:.200}")
    return 0 if all(row.good for row in rows) else 1


def _made(kind: str, seed: int, folder: Path) -> list[str]:
    if kind == "paths":
        (folder / kind).mkdir(parents=True)
        return list(paths(folder / kind))
    return written(kind, KINDS[kind](np.random.default_rng(seed)), folder)


def _command(kind: str) -> list[str]:
    if kind == "pictures":
        return [sys.executable, "-m", "numbre_edge", "predict", "--quiet", "--format", "jsonl", "--jobs", "1", "-"]
    return [sys.executable, "-m", "hostile_files.worker", kind]


if __name__ == "__main__":
    sys.exit(main())
