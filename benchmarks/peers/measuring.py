"""Every reader reads every picture; then all take turns, so that what else the machine does slows all of them alike."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
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
    told: dict[str, Any] = {"size": size(contestant.environment, environments), "peak": 0, "variants": {}}
    for variant in contestant.variants or ((),):
        settings = (*contestant.settings, *([variant] if variant else []))
        with running(python, contestant.adapter, settings) as reader:
            told["versions"] = reader.versions
            read = [{"set": name} | reader.read(path) for name, path in pictures]
            told["variants"][" ".join(variant)] = read
            told["peak"] = max(told["peak"], reader.peak)
    return told


def take_turns(
    who: Sequence[Contestant], pictures: Sequence[Picture], environments: Path, rounds: int
) -> dict[str, Any]:
    """Return each reader's cold start, and its speed once warm; those that cannot be had are left out.

    Cold start: from the start of its process until the first picture is read, its files read before by an earlier
    round. Then that picture and the others are read once more, and timed.
    """
    times: dict[str, list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [upright(picture.path, Path(folder)) for picture in pictures]
        for number in range(1 + rounds):
            for contestant in who:
                print(number, contestant.name, file=sys.stderr, flush=True)
                try:
                    once = _time(contestant, paths, environments)
                except AdapterError:
                    continue
                if number:
                    times.setdefault(contestant.name, []).append(once)
    named = {
        name: dict(zip(("cold", "wall", "cpu"), map(median, zip(*own, strict=True)), strict=True))
        for name, own in times.items()
    }
    machine = {"processor": _processor(), "cores": os.cpu_count(), "python": platform.python_version()}
    told = {"date": f"{date.today():%Y-%m-%d}", "rounds": rounds, "pictures": len(pictures), "threads": THREADS}
    return {"time": told | machine | {"readers": named}}


def _time(contestant: Contestant, paths: Sequence[Path], environments: Path) -> tuple[float, float, float]:
    """Return the cold start, the time of a pass over all pictures, and the processors' time for it, seconds."""
    python = interpreter(contestant.environment, environments)
    with running(python, contestant.adapter, (*contestant.settings, *contestant.variants[:1])) as reader:
        reader.read(paths[0])
        cold, before = time.monotonic() - reader.begun, reader.cpu
        wall = sum(reader.read(path)["seconds"] for path in paths)
        return cold, wall, reader.cpu - before


def _processor() -> str:
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), platform.machine())
