"""Time reading a folder of pictures against decoding them and no more, and say what memory all processes take.

    python benchmarks/batch.py [--finder NAME]... [--large N] [--small N] [--many N] [--rounds N] [--jobs N]

Makes photographs of 4000x3000 pixels of samples/, and PNGs of 28x28 of tests/data/mnist_test_100.npz, in a temporary
folder. Of each kind, in every round one after the other, each in a process of its own: a plain loop of ``cv2.imread``;
one job; several threads that share a Reader; several jobs. Prints pictures a second, their median ratio to the loop's,
the processor time of a picture and the most memory; then memory by the number of files, and where the time of one job
goes. Times are of the run, with what it takes to start other processes, without starting the program itself.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from numbre_edge.batch import ReadOptions, Tally, run
from numbre_edge.batch.sharing import Sharing
from numbre_edge.reader import Reader
from numbre_edge.recognition import FINDER
from numbre_edge.sources.files import Source
from numbre_edge.types import Pixels

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 4000, 3000  # pixels, of a photograph
QUALITY = 92
LOOK = 0.01  # seconds between two looks at the memory
WAYS = ("imread", "1 job", "threads", "jobs")
# Functions that the profile shows, some within others.
STAGES = ("decode_frame", "_grey", "read_frame", "grey_at", "remove_rules", "candidates", "look_at", "cut_out")
STAGES += ("predict", "answer", "_answer", "run")


@dataclass(frozen=True)
class Took:
    """What one run took: seconds; processor seconds of all its processes; the most MB of memory they had at once."""

    seconds: float
    processor: float
    memory: float


def photographs(folder: Path, count: int) -> Path:
    """Write large JPEGs: samples, enlarged to fill most of a page of their own colour."""
    folder.mkdir()
    samples = [cv2.imread(str(path)) for path in sorted((ROOT / "samples").glob("*.jpg"))]
    for number in range(count):
        cv2.imwrite(
            str(folder / f"{number:04}.jpg"),
            _enlarged(samples[number % len(samples)]),
            [cv2.IMWRITE_JPEG_QUALITY, QUALITY],
        )
    return folder


def _enlarged(sample: Pixels) -> Pixels:
    scale = min(WIDTH / sample.shape[1], HEIGHT / sample.shape[0])
    large = cv2.resize(sample, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    paper = np.full((HEIGHT, WIDTH, 3), np.median(sample, axis=(0, 1)), np.uint8)
    paper[: large.shape[0], : large.shape[1]] = large
    return paper


def digits(folder: Path, count: int) -> Path:
    """Write PNGs of one digit each."""
    folder.mkdir()
    with np.load(ROOT / "tests" / "data" / "mnist_test_100.npz") as data:
        for number in range(count):
            cv2.imwrite(str(folder / f"{number:05}.png"), data["x"][number % len(data["x"])])
    return folder


def read(folder: Path, way: str, finder: str, jobs: int, worth: float) -> dict[str, float]:
    """Read a folder in one of WAYS, in this process; return the seconds it took."""
    paths = sorted(folder.iterdir())
    if way != "imread":
        reader = Reader(finder=finder)
        reader.read(paths[0])
    begun, used = time.perf_counter(), _processor()
    if way == "imread":
        for path in paths:
            cv2.imread(str(path))
    elif way == "threads":
        cv2.setNumThreads(1)
        with ThreadPoolExecutor(jobs) as threads:
            for _ in threads.map(reader.read, paths):
                pass
    else:
        run(
            [Source(str(path)) for path in paths],
            reader,
            [Tally()],
            options=ReadOptions(keep_frames=False),
            jobs=1 if way == "1 job" else jobs,
            sharing=Sharing(worth=worth),
        )
    return {"seconds": time.perf_counter() - begun, "processor": _processor() - used}


def _processor() -> float:
    """Return the processor seconds of this process and those that it started, which have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def alone(folder: Path, way: str, finder: str, jobs: int, worth: float) -> Took:
    """Read a folder in a process of its own, and watch what it and those that it starts have of the memory."""
    arguments = [str(folder), way, finder, str(jobs), str(worth)]
    most = 0
    with subprocess.Popen(
        [sys.executable, __file__, "--one", *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            most = max(most, _memory([process.pid, *_children(process.pid)]))
            time.sleep(LOOK)
        assert process.stdout
        assert process.returncode == 0
        took = json.loads(process.stdout.read())
    return Took(**took, memory=most / 1024)


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _memory(processes: list[int]) -> int:
    """Return what processes have of the memory, kB: what each has of its own, and the program's files once."""
    own, files = [0], [0]
    for process in processes:
        try:
            told = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
            own.append(int(told["RssAnon"].split()[0]))
            files.append(int(told["RssFile"].split()[0]))
        except (OSError, KeyError):  # it has just ended
            continue
    return sum(own) + max(files)


def table(rows: list[list[str]]) -> Iterator[str]:
    """Yield a Markdown table."""
    yield f"| {' | '.join(rows[0])} |"
    yield f"|---|{'---:|' * (len(rows[0]) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows[1:])


def speeds(name: str, folder: Path, finder: str, jobs: int, rounds: int) -> list[list[str]]:
    """Return a row for each of WAYS."""
    count = len(list(folder.iterdir()))
    took = [{way: alone(folder, way, finder, jobs, Sharing.worth) for way in WAYS} for _ in range(rounds)]
    return [
        [
            f"{name}, {finder}, {way.replace('threads', f'{jobs} threads').replace('jobs', f'{jobs} jobs')}",
            f"{count / median(one[way].seconds for one in took):,.3g}",
            f"{median(one['imread'].seconds / one[way].seconds for one in took):.3g}",
            f"{1000 * median(one[way].processor for one in took) / count:.3g}",
            f"{max(one[way].memory for one in took):.0f}",
        ]
        for way in WAYS
    ]


def profile(folder: Path, finder: str) -> Iterator[str]:
    """Yield where the time of one job goes, the stages within each other."""
    sources = [Source(str(path)) for path in sorted(folder.iterdir())[:40]]
    reader = Reader(finder=finder)
    profiler = cProfile.Profile(time.process_time)
    cv2.setNumThreads(1)
    run(sources[:1], reader, [])
    profiler.runcall(run, sources, reader, [])
    found = pstats.Stats(profiler).get_stats_profile()
    for name, one in sorted(found.func_profiles.items(), key=lambda item: -item[1].cumtime):
        if name in STAGES:
            share = one.cumtime / found.total_tt
            yield f"{share:5.0%}  {1000 * one.cumtime / len(sources):8.2f} ms  {one.ncalls:>6}  {name}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--finder", action="append", help=f"by default components and {FINDER}")
    parser.add_argument("--large", type=int, default=40, metavar="N", help="photographs")
    parser.add_argument("--small", type=int, default=1000, metavar="N", help="PNGs that are timed")
    parser.add_argument(
        "--many", type=int, default=10_000, metavar="N", help="PNGs whose memory is compared with 100's"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        folder, way, finder, jobs, worth = given.one
        print(json.dumps(read(Path(folder), way, finder, int(jobs), float(worth))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        kinds = {
            "12 megapixels": photographs(here / "large", given.large),
            "28x28": digits(here / "small", given.small),
        }
        finders = given.finder or ["components", FINDER]
        rows = [["", "pictures/s", "of imread's", "processor ms", "memory MB"]]
        for finder in finders:
            for name, folder in kinds.items():
                rows += speeds(name, folder, finder, given.jobs, given.rounds)
        print(*table(rows), sep="\n")
        if given.many:
            sizes = {count: digits(here / f"of{count}", count) for count in (100, given.many)}
            took = {count: alone(folder, "jobs", "components", given.jobs, 0) for count, folder in sizes.items()}
            shown = ", ".join(f"{count:,}: {one.memory:.0f} MB" for count, one in took.items())
            print(f"\nmemory of {given.jobs} jobs, pictures of 28x28: {shown}")
        for finder in finders:
            for name, folder in kinds.items():
                print(f"\n{name}, {finder}, one job:", *profile(folder, finder), sep="\n")


if __name__ == "__main__":
    main()
