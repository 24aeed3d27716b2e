"""Does a run that is killed at a random moment, and gone on with, end as if nothing had been?

usage: python benchmarks/resume.py [--kills N] [--pictures N] [--seed N]

Makes a folder of small pictures, and reads it undisturbed once for each format of results. Then again and again: the
run begins, SIGKILL ends it at a random moment of its work, and ``--resume`` goes on; one in four is killed once more on
its way. Prints Markdown, a row a format: how many runs were killed, how many pictures were done by then, and how many
of the runs ended byte for byte like the undisturbed one, with nothing left beside the file. The exit code is 1 if one
did not. Needs POSIX; Parquet is left out without pyarrow.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[1]
FORMATS = ("jsonl", "csv", "txt", *(("parquet",) if find_spec("pyarrow") else ()))
_AGAIN = 0.25  # of the runs that go on are killed too
_TICK = 0.001  # seconds between two looks


def make_pictures(folder: Path, count: int, rng: random.Random) -> None:
    """Write small pictures of a number each; one in ten is damaged."""
    folder.mkdir()
    for index in range(count):
        paper = np.full((60, 140), 225, np.uint8)
        cv2.putText(paper, str(rng.randrange(1000)), (15, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3)
        path = folder / f"{index:04}.png"
        cv2.imwrite(str(path), paper)
        if index % 10 == 9:
            path.write_bytes(path.read_bytes()[:99])


class Trial:
    """Runs of one format in a folder that holds ``pictures/``."""

    def __init__(self, folder: Path, kind: str, rng: random.Random) -> None:
        self._folder, self._rng = folder, rng
        self._out = folder / f"out.{kind}"
        self._growing = folder / f"out.{kind}.partial"
        begun = time.monotonic()
        with self._begun() as process:
            while not self._growing.exists():
                time.sleep(_TICK)
            since = time.monotonic()
            process.wait()
        self._lasts, self._start = time.monotonic() - since, since - begun
        self._whole = self._out.read_bytes()
        self.kills: list[int] = []  # pictures that were done by then

    def survived(self) -> bool:
        """Kill a run, go on with it to its end, and return whether nothing tells that."""
        self._out.unlink()
        while not self._killed():  # it was faster
            self._out.unlink()
        while self._rng.random() < _AGAIN and self._killed():
            pass
        with self._begun() as process:
            process.wait()
        beside = {path.name for path in self._folder.iterdir()} - {"pictures"}
        return self._out.read_bytes() == self._whole and beside == {self._out.name}

    def _killed(self) -> bool:
        """Begin or go on, and return whether it could be killed at a moment of its work before it ended."""
        moment = self._rng.uniform(0, self._lasts)
        was = self._growing.exists()
        with self._begun() as process:
            while not self._growing.exists() and process.poll() is None:
                time.sleep(_TICK)
            time.sleep(moment + (self._start if was else 0))
            process.kill()
            killed = process.wait() != 1
        if killed:
            self.kills.append(self._done())
        return killed

    def _done(self) -> int:
        journal = self._growing.with_name(f"{self._growing.name}.journal")
        return max(0, journal.read_bytes().count(b"\n") - 1) if self._growing.exists() and journal.exists() else 0

    def _begun(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "numbre_edge", "predict", "pictures", "--finder", "components", "--quiet"]
        path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
        return subprocess.Popen(
            [*command, "--output", self._out.name, "--resume"], cwd=self._folder, env=os.environ | {"PYTHONPATH": path}
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=100, help="runs to kill, of all formats together")
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    print("| format | runs killed | kills | done by then, least, median, most | ended alike |\n|---|---|---|---|---|")
    good = 0
    for number, kind in enumerate(FORMATS):
        runs = len(range(number, given.kills, len(FORMATS)))
        with tempfile.TemporaryDirectory() as folder:
            make_pictures(Path(folder, "pictures"), given.pictures, rng)
            trial = Trial(Path(folder), kind, rng)
            alike = sum(trial.survived() for _ in range(runs))
        done = sorted(trial.kills)
        figures = f"{done[0]}, {done[len(done) // 2]}, {done[-1]}"
        print(f"| {kind} | {runs} | {len(done)} | {figures} of {given.pictures} | {alike} |", flush=True)
        good += alike
    print(f"\n{good} of {given.kills} runs that were killed ended byte for byte alike.")
    sys.exit(good != given.kills)


if __name__ == "__main__":
    main()
