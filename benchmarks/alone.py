"""The page without a server: whether it reads as `Reader` does, how soon, and how large it is.

    python benchmarks/alone.py --mnist FOLDER [--runtime web-runtime/node_modules/onnxruntime-web/dist] [--digits 1000]

Writes the page with `numbre-edge web-export`, gives it from this machine to Debian's chromium, and prints Markdown.

digits: the first test digits of MNIST as 28x28 patches through the classifier there and here. The targets: the same
digits, probabilities within 1e-3.

samples: all of samples/ there, and by `Reader(finder="learned")` here, which sets pages upright first. The target: the
same numbers.

start: from asking for the page to its first reading, of a stroke that is drawn and of samples/plain-number.jpg, each in
a new browser; medians of five, and the processor's time of all of the browser. The target: 3 seconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for what the tests drive the page with

from numbre_edge import Reader  # noqa: E402
from numbre_edge.web.alone import export  # noqa: E402
from numbre_export.data.mnist import load_mnist  # noqa: E402
from tests.web.alone import RUNTIME, Scripts, packed, serving  # noqa: E402
from tests.web.browsing import ONE, SAMPLE, SAMPLES, chromium, done, dropped, reads, write  # noqa: E402

REPEATS = 5
PATIENCE = 600_000  # milliseconds
DIGITS = "return (await its.answers('classifier', given.map(bytes))).map((row) => [...row]);"


def digits(scripts: Scripts, reader: Reader, folder: Path, count: int) -> None:
    patches = load_mnist(folder).test.images[:count]
    there = np.array(scripts.run("networks", DIGITS, [packed(patch)["pixels"] for patch in patches]))
    here = reader.backend.predict(patches)
    same = int((there[:, :10].argmax(1) == here[:, :10].argmax(1)).sum())
    print(f"| {len(patches):,} test digits: the same digit | {same:,} |")
    print(f"| the largest difference of a probability | {np.abs(there - here).max():.1e} |")


def samples(scripts: Scripts, reader: Reader) -> None:
    files = sorted(file for kind in ("*.jpg", "*.png") for file in SAMPLES.glob(kind))
    differ = []
    for file in files:
        there = [reading["text"] for reading in scripts.read(file.read_bytes())["readings"]]
        if there != [reading.text for reading in reader.read(file)]:
            differ.append(file.name)
    print(f"| {len(files)} samples: the same numbers | {len(files) - len(differ)} (not {', '.join(differ) or 'one'}) |")


def start(address: str, what: str, tab: str, read: Callable[[Any], None]) -> None:
    seconds, worked = [], []
    for _ in range(REPEATS):
        with chromium() as browser:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            begun = time.perf_counter(), _worked()
            page.goto(f"{address}#/{tab}")
            read(page)
            seconds.append(time.perf_counter() - begun[0])
            worked.append(_worked() - begun[1])
    print(f"| first reading, {what}: seconds | {statistics.median(seconds):.1f} |")
    print(f"| of the processor | {statistics.median(worked):.1f} |")


def _worked() -> float:
    """Return the processor's seconds of all that this process started (proc(5))."""
    children: dict[int, list[tuple[int, float]]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        children.setdefault(int(fields[1]), []).append(
            (int(stat.parent.name), (int(fields[11]) + int(fields[12])) / 100)
        )
    total, waiting = 0.0, [int(Path("/proc/self").resolve().name)]
    while waiting:
        for process, seconds in children.get(waiting.pop(), []):
            total += seconds
            waiting.append(process)
    return total


def draw(page: Any) -> None:
    write(page, ONE)
    reads(page, "1")


def drop(page: Any) -> None:
    page.wait_for_selector("#tab-photo[aria-selected=true]")
    dropped(page, SAMPLE)
    done(page, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--runtime", type=Path, default=RUNTIME)
    parser.add_argument("--digits", type=int, default=1000)
    given = parser.parse_args()
    reader = Reader(finder="learned")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "site") as address:
        print(f"| | measured |\n|---|---|\n| all files | {export(Path(folder) / 'site', given.runtime) / 1e6:.1f} MB |")
        with chromium() as browser:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            scripts = Scripts(page, address)
            digits(scripts, reader, given.mnist, given.digits)
            samples(scripts, reader)
        start(address, "a stroke that is drawn", "draw", draw)
        start(address, SAMPLE.name, "photo", drop)


if __name__ == "__main__":
    main()
