"""How live reading keeps up with a camera, what it costs where nothing changes, and whether memory stays flat.

    python benchmarks/live.py [latency] [memory] [unchanged] [--backend onnx] [--seconds 20] [--frames 20000]

All three by default, with both backends that are installed. A scripted camera stands in for a real one: it gives
JPEG pictures that are decoded here, as OpenCV does with a USB camera's, to the very stream, change detector, reader
and tracker of `numbre-edge live`. Runs on one core, one thread for each library. Prints Markdown.

latency: 30 frames a second of 1280x720, three numbers in view, the camera in an unsteady hand. The age of a frame is
the time since it was captured. The target: no frame is older than one interval, 33 ms, when its reading begins.

memory: numbers come and go, no frame is dropped. Resident memory after a tenth of the frames is compared with all
that follows. The target: 5 MB more or less.

unchanged: time of the processor from frame to frame, on a tripod and in a hand, each with a sensor's noise. The
target: less than 25 %.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge import Reader
from numbre_edge.events import NumberEvent, Seen
from numbre_edge.live import watch
from numbre_edge.reader import StreamReader
from numbre_edge.recognition import FINDERS, LIVE_FINDER
from numbre_edge.sources.live import LiveStream
from numbre_edge.tracking import Tracker
from numbre_edge.types import Box, Frame, Pixels, Reading

DIGITS = Path(__file__).parents[1] / "tests" / "data" / "mnist_test_100.npz"
FPS = 30
HEIGHT, WIDTH, SIZE = 720, 1280, 84  # pixels; 84 is a digit's 28 three times
NUMBERS = (3, 4, 2)  # digits of the numbers in view
PICTURES = 90  # before they come again
WARM_UP = 30  # frames that are not counted
SMALL = 2  # the memory's pictures are so many times smaller, to be done in minutes
BACKENDS = {"onnx": "onnxruntime", "tflite": "ai_edge_litert"}
MEGABYTE = 1e6


def page(seed: int) -> Pixels:
    """Return (720, 1280) grey paper in uneven light, with a few handwritten numbers."""
    with np.load(DIGITS) as data:
        digits = np.random.default_rng(seed).permutation(data["x"])
    rows, columns = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    paper = 150 + 70 * columns * (1 - 0.4 * rows)
    remaining = iter(digits)
    for line, length in enumerate(NUMBERS):
        for place in range(length):
            x, y = 180 + 260 * line + 66 * place, 110 + 200 * line
            ink = cv2.resize(next(remaining), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC) / 255
            paper[y : y + SIZE, x : x + SIZE] *= 1 - 0.7 * ink
    return np.asarray(cv2.GaussianBlur(paper.clip(0, 255).astype(np.uint8), (0, 0), 0.8), np.uint8)


def filmed(paper: Pixels, *, hand: float, smaller: int = 1) -> list[NDArray[np.uint8]]:
    """Return JPEG pictures of ``paper``, which moves by up to ``hand`` pixels, with a sensor's noise."""
    rng = np.random.default_rng(0)
    pictures = []
    for number in range(PICTURES):
        angle = 2 * np.pi * number / PICTURES
        way = np.array([[1, 0, hand * np.sin(3 * angle)], [0, 1, hand * np.cos(2 * angle)]])
        seen = cv2.warpAffine(paper, way, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        seen = cv2.resize(seen, (WIDTH // smaller, HEIGHT // smaller), interpolation=cv2.INTER_AREA)
        colour = seen[:, :, None] + rng.normal(0, 2, (*seen.shape, 3))
        ok, encoded = cv2.imencode(".jpg", colour.clip(0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 90])
        assert ok
        pictures.append(np.asarray(encoded, np.uint8))
    return pictures


class Camera:
    """Gives pictures one after the other, again and again: when ``ready`` says so."""

    def __init__(self, pictures: list[NDArray[np.uint8]], ready: Callable[[], bool]) -> None:
        self._pictures, self._ready = pictures, ready
        self._count = 0

    def read(self) -> Pixels | None:
        if not self._ready():
            return None
        picture = self._pictures[self._count % len(self._pictures)]
        self._count += 1
        return np.asarray(cv2.imdecode(picture, cv2.IMREAD_COLOR), np.uint8)

    def close(self) -> None: ...


class Clock:
    """Ready thirty times a second, whether or not anybody keeps up."""

    def __init__(self) -> None:
        self._due = time.monotonic()

    def __call__(self) -> bool:
        self._due = max(self._due + 1 / FPS, time.monotonic() - 1 / FPS)
        time.sleep(max(0.0, self._due - time.monotonic()))
        return True


class OnDemand:
    """Ready when the frame before has been dealt with: none is dropped."""

    def __init__(self) -> None:
        self._wanted = threading.Semaphore(1)

    def __call__(self) -> bool:
        return self._wanted.acquire(timeout=0.1)

    def next(self) -> None:
        self._wanted.release()


class Ages:
    """A reader that notes how old each frame is when its reading begins, and when it ends, in milliseconds."""

    def __init__(self, reader: StreamReader, stream: LiveStream) -> None:
        self._reader, self._stream = reader, stream
        self.begun: list[float] = []
        self.ended: list[float] = []

    def read_frame(self, frame: Frame, *, roi: Box | None = None, thorough: bool = True) -> list[Reading]:
        captured = self._stream.began + frame.timestamp
        self.begun.append(1000 * (time.monotonic() - captured))
        readings = self._reader.read_frame(frame, roi=roi, thorough=thorough)
        self.ended.append(1000 * (time.monotonic() - captured))
        return readings


def latency(reader: Reader, seconds: float) -> None:
    """Print a row: how old frames are when they are read, and how many are not."""
    pictures = filmed(page(0), hand=6)
    stream = LiveStream("scripted", lambda: Camera(pictures, Clock()), kind="camera")
    with stream:
        ages = Ages(reader.following(), stream)
        last = None
        with closing(watch(stream, ages, Tracker())) as items:
            for item in items:
                last = item if isinstance(item, Seen) else last
                if time.monotonic() - stream.began > seconds:
                    break
    assert last is not None
    begun, ended = np.array(ages.begun[WARM_UP:]), np.array(ages.ended[WARM_UP:])
    figures = [f"{np.percentile(times, share):.1f}" for times in (begun, ended) for share in (50, 95, 100)]
    late = int((begun > 1000 / FPS).sum())
    cells = [
        reader.backend.name,
        f"{last.statistics.fps:.1f}",
        *figures,
        str(last.statistics.dropped),
        f"{late} of {len(begun)}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def seen_on_demand(
    pictures: list[NDArray[np.uint8]], reader: Reader, *, frames: int, happened: list[NumberEvent] | None = None
) -> Iterator[Seen]:
    """Yield ``frames`` frames, none dropped; the next is captured when the caller is done with one."""
    demand = OnDemand()
    with LiveStream("scripted", lambda: Camera(pictures, demand), kind="camera") as stream:
        count = 0
        with closing(watch(stream, reader.following(), Tracker(patience=0.5))) as items:
            for item in items:
                if isinstance(item, NumberEvent) and happened is not None:
                    happened.append(item)
                if isinstance(item, Seen):
                    yield item
                    count += 1
                    if count == frames:
                        return
                    demand.next()


def memory(reader: Reader, frames: int) -> None:
    """Print a row: how far resident memory moves over ``frames`` frames."""
    empty = np.full((HEIGHT, WIDTH), 200, np.uint8)
    pictures = [picture for paper in (page(0), empty, page(1)) for picture in filmed(paper, hand=12, smaller=SMALL)]
    happened: list[NumberEvent] = []
    rss: list[float] = []
    read = 0
    for item in seen_on_demand(pictures, reader, frames=frames, happened=happened):
        read = item.statistics.read
        if (item.statistics.read + item.statistics.unchanged) % 50 == 0:
            rss.append(resident())
    steady = np.array(rss[len(rss) // 10 :])
    cells = [reader.backend.name, str(frames), str(read), str(len(happened)), f"{steady[0]:.1f}"]
    cells += [f"{steady.min() - steady[0]:+.2f}", f"{steady.max() - steady[0]:+.2f}", f"{steady[-1] - steady[0]:+.2f}"]
    print(f"| {' | '.join(cells)} |", flush=True)


def resident() -> float:
    """Return this process's resident memory, MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def unchanged(reader: Reader, frames: int) -> None:
    """Print a row: what a frame costs where all is still, and where it is not."""
    busy, skipped = cost(filmed(page(0), hand=6), reader, frames, read=True)
    still, passed_over = cost(filmed(page(0), hand=0), reader, frames, read=False)
    cells = [reader.backend.name, f"{busy:.2f}", str(skipped), f"{still:.2f}", str(passed_over), f"{still / busy:.1%}"]
    print(f"| {' | '.join(cells)} |", flush=True)


def cost(pictures: list[NDArray[np.uint8]], reader: Reader, frames: int, *, read: bool) -> tuple[float, int]:
    """Return the median time a frame, of the processor in this thread, ms; and how many frames it is of."""
    times = []
    before = time.thread_time()
    for number, item in enumerate(seen_on_demand(pictures, reader, frames=frames)):
        now = time.thread_time()
        if number >= WARM_UP and (item.readings is not None) == read:
            times.append(1000 * (now - before))
        before = now
    return float(np.median(times)), len(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="latency, memory or unchanged")
    parser.add_argument("--backend", choices=BACKENDS, action="append", help="by default all that are installed")
    parser.add_argument("--finder", choices=FINDERS, default=LIVE_FINDER, help="by default that of live")
    parser.add_argument("--seconds", type=float, default=20.0, help="of latency")
    parser.add_argument("--frames", type=int, default=20_000, help="of memory")
    options = parser.parse_args()
    parts = options.parts or ["latency", "memory", "unchanged"]
    if not {"latency", "memory", "unchanged"}.issuperset(parts):
        parser.error("PART is latency, memory or unchanged")
    backends = options.backend or [name for name, module in BACKENDS.items() if importlib.util.find_spec(module)]
    readers = [Reader(backend=name, finder=options.finder) for name in backends]

    cv2.setNumThreads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if "latency" in parts:
        print(f"### Capture to reading, {FPS} frames a second of {WIDTH}x{HEIGHT}, {len(NUMBERS)} numbers, ms\n")
        print("| backend | frames/s | begins: p50 | p95 | max | ends: p50 | p95 | max | dropped | begins after 33 ms |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for reader in readers:
            latency(reader, options.seconds)
        print()
    if "memory" in parts:
        print(
            f"### Resident memory, {WIDTH // SMALL}x{HEIGHT // SMALL}, MB after a tenth of the frames, and from there\n"
        )
        print("| backend | frames | read | events | MB | least | most | at the end |")
        print("|---|---|---|---|---|---|---|---|")
        for reader in readers:
            memory(reader, options.frames)
        print()
    if "unchanged" in parts:
        print("### Time of the processor a frame, ms, median\n")
        print("| backend | in a hand | frames | on a tripod | frames | share |")
        print("|---|---|---|---|---|---|")
        for reader in readers:
            unchanged(reader, 300)


if __name__ == "__main__":
    main()
