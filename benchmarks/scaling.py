"""What a run on Ray makes of one and of two workers, and what it costs beside reading.

    python benchmarks/scaling.py [--pictures 12] [--repeats 5]

Samples are read by a plain loop in this process, by one worker and by two of one Ray on this machine, in turn; medians
of the repeats. The processor's time is that of the workers: what else runs on the machine hardly changes it, while it
may change pictures a second by half. Before that, what does not depend on the pictures: planning 200,000 of them, and
joining the results of 50,000 in which nothing was read. Prints Markdown.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from numbre_edge import Reader
from numbre_edge.batch import ReadOptions
from numbre_edge.engines import ray as engine
from numbre_edge.engines.parts import Job, Part, cut, join, read_part
from numbre_edge.engines.storage import Folder, Item, local_item
from numbre_edge.reader import networks_of

SAMPLES = Path(__file__).parents[1] / "samples"
READER = partial(Reader)
PLANNED, JOINED, ROWS = 200_000, 50_000, 250
TEN_MILLION = 10_000_000


def timed(part: Part, job: Job, folder: str) -> int:
    """Read a part; return the processor's time that it took, in microseconds."""
    begun = time.process_time()
    read_part(part, job, folder)
    return round((time.process_time() - begun) * 1e6)


def measure(read: Callable[[], int], pictures: int) -> tuple[float, float]:
    """Return pictures a second, and the processor's seconds a picture."""
    begun = time.monotonic()
    processor = read()
    return pictures / (time.monotonic() - begun), processor / 1e6 / pictures


def scaling(parts: list[Part], job: Job, repeats: int) -> None:
    """Compare a loop, one worker and two."""
    import ray

    seat = ray.remote(num_cpus=1)(type("Seat", (), {"taken": lambda self: True}))  # takes a worker's place
    found: dict[str, list[tuple[float, float]]] = {"a loop": [], "1 worker": [], "2 workers": []}
    with tempfile.TemporaryDirectory() as folder:
        read = partial(timed, job=job, folder=folder)

        def on_ray() -> int:
            return sum(engine.results(read, parts))

        sum(map(read, parts[:1]))
        on_ray()  # opens the networks everywhere
        for _ in range(repeats):
            found["a loop"].append(measure(lambda: sum(map(read, parts)), len(parts)))
            found["2 workers"].append(measure(on_ray, len(parts)))
            taken = seat.remote()
            ray.get(taken.taken.remote())
            found["1 worker"].append(measure(on_ray, len(parts)))
            ray.kill(taken)
    print(f"{len(parts)} pictures, medians of {repeats}\n")
    print("| | pictures/s | of one worker | processor's seconds a picture |\n|---|---|---|---|")
    for name, runs in found.items():
        ratio = statistics.median(run[0] / one[0] for run, one in zip(runs, found["1 worker"], strict=True))
        speed, processor = (statistics.median(run[at] for run in runs) for at in (0, 1))
        print(f"| {name} | {speed:.2f} | {ratio:.2f}x | {processor:.3f} |")
    hours = TEN_MILLION * statistics.median(run[1] for run in found["2 workers"]) / 3600
    print(f"\nTen million: {hours:.0f} hours of one core, {hours / 64:.1f} h of 64")


def overhead(job: Job) -> None:
    """Say what planning and joining take."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    names = [f"s3://a-bucket/of/pictures/{n:08d}.jpg" for n in range(PLANNED)]
    listed = [Item(name, name[5:], f"123456 an-etag-of-32-digits-{name[-12:]}", "s3://a-bucket/") for name in names]
    planned = cut(listed, job)
    planning = time.process_time() - begun
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(
        f"Planned {PLANNED} pictures in {len(planned)} parts: {planning / PLANNED * 1e6:.0f} us and "
        f"{memory / PLANNED:.0f} bytes each"
    )
    with tempfile.TemporaryDirectory() as place:
        blank = Part("part.parquet", tuple(replace(item, error="none", address=None) for item in listed[:ROWS]))
        read_part(blank, job, place)
        begun = time.process_time()
        join([blank] * (JOINED // ROWS), Folder(place), f"{place}/out.parquet")
        joining = time.process_time() - begun
    print(f"Joined {JOINED // ROWS} parts of {ROWS} rows: {joining / (JOINED // ROWS) * 1e3:.1f} ms a part\n")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pictures", type=int, default=12)
    arguments.add_argument("--repeats", type=int, default=5)
    chosen = arguments.parse_args()
    job = Job(READER, ReadOptions(), networks_of(READER()), "")
    items = [local_item(path) for path in sorted(SAMPLES.glob("*.jpg"))[: chosen.pictures]]
    overhead(job)  # first: it looks at how far this process's memory grows
    with engine.cluster():
        scaling(cut(items, job), job, chosen.repeats)


if __name__ == "__main__":
    main()
