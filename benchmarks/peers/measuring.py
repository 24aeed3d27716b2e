"""Every reader reads every picture; then all take turns, so that what else the machine does slows all of them alike."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers.contestants import Contestant
from benchmarks.peers.environments import interpreter, size
from benchmarks.peers.running import THREADS, AdapterError, running
from benchmarks.peers.sets import Picture, Set, upright


def read_sets(who: Sequence[Contestant], sets: Sequence[Set], environments: Path, answers: Path) -> None:
    """Write ``answers``/NAME.json: what a reader read in each picture, or why it cannot be had."""
    answers.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pictures = [(one.name, upright(picture.path, Path(folder))) for one in sets for picture in one.pictures]
        for contestant in who:
            print(contestant.name, file=sys.stderr, flush=True)
            try:
                told = _read(contestant, pictures, environments)
            except AdapterError as exc:
                told = {"reason": str(exc)}
            (answers / f"{contestant.name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def _read(contestant: Contestant, pictures: Sequence[tuple[str, Path]], environments: Path) -> dict[str, Any]:
    python = interpreter(contestant.environment, environments)
    told: dict[str, Any] = {"peak": 0, "variants": {}}
    for variant in contestant.variants or ((),):
        settings = (*contestant.settings, *([variant] if variant else []))
        with running(python, contestant.adapter, settings) as reader:
            told["versions"] = reader.versions
            read = [{"set": name} | reader.read(path) for name, path in pictures]
            told["variants"][" ".join(variant)] = read
            told["peak"] = max(told["peak"], reader.peak)
    return told | {"size": size(contestant.environment, environments)}


def take_turns(
    who: Sequence[Contestant], pictures: Sequence[Picture], environments: Path, rounds: int
) -> dict[str, Any]:
    """Return each reader's cold start, and its speed once warm; those that cannot be had are left out.

    Cold start: from the start of its process until the first picture is read, its files in the system's cache. Then
    that picture and the others are read, and timed.
    """
    left, taken = list(who), {one.name: list[Times]() for one in who}
    with tempfile.TemporaryDirectory() as folder:
        paths = [upright(picture.path, Path(folder)) for picture in pictures]
        for number in range(rounds):
            for contestant in tuple(left):
                print(number, contestant.name, file=sys.stderr, flush=True)
                try:
                    taken[contestant.name].append(_time(contestant, paths, environments))
                except AdapterError:
                    left.remove(contestant)
    medians = {one.name: asdict(Times(*map(median, zip(*map(astuple, taken[one.name]), strict=True)))) for one in left}
    machine = {"processor": _processor(), "cores": os.cpu_count(), "python": platform.python_version()}
    told = {"date": f"{date.today():%Y-%m-%d}", "rounds": rounds, "pictures": len(pictures), "threads": THREADS}
    return {"time": told | machine | {"readers": medians}}


@dataclass(frozen=True)
class Times:
    """Of a process, seconds: by the clock and of the processors, the cold start, and all pictures once warm."""

    cold: float
    cold_cpu: float
    warm: float
    warm_cpu: float


def _time(contestant: Contestant, paths: Sequence[Path], environments: Path) -> Times:
    python = interpreter(contestant.environment, environments)
    with running(python, contestant.adapter, (*contestant.settings, *contestant.variants[:1])) as reader:
        first = reader.read(paths[0])
        cold = time.monotonic() - reader.begun
        read = [reader.read(path) for path in paths]
    return Times(cold, first["cpu"], sum(one["seconds"] for one in read), read[-1]["cpu"] - first["cpu"])


def _processor() -> str:
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), platform.machine())
