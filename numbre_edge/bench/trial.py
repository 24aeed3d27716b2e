"""One model in one runtime over all pictures, as a program of its own: what else a process did is in its memory.

``python -m numbre_edge.bench.trial`` with a JSON object of :func:`tried`'s arguments prints a JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.bench.pictures import Numbers, pictures_in
from numbre_edge.bench.stopwatch import DECODE, READ, STAGES, Stopwatch, watched
from numbre_edge.errors import NumbreError, SourceError, one_line
from numbre_edge.labels import number_f1, numbers_in
from numbre_edge.reader import Reader
from numbre_edge.sources.pictures import as_frame
from numbre_edge.types import Frame, Pixels

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Times:
    """Milliseconds of what was done many times: the median, and what 95 % did not exceed."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95]).tolist()
        return cls(p50, p95)


@dataclass(frozen=True)
class Trial:
    """What one model in one runtime did.

    Attributes:
        pictures: that were read and timed.
        first: of them, its path.
        errors: of others that could not be read, which and why.
        readings: that were timed: the pictures, several times.
        stages: of a reading, by name.
        whole: a reading, from the file to its numbers.
        imread: ``cv2.imread`` of the same file.
        components: grey, an adaptive threshold and connected components of the same pixels.
        times_imread, times_components: how many times as long a reading takes, the median over readings.
        per_second: pictures.
        memory: bytes that the process held at most; None where the system does not say.
        exact: share of pictures whose list of numbers is right; None without labels.
        f1: of the numbers, over all pictures.
    """

    pictures: int
    first: str
    errors: tuple[str, ...]
    readings: int
    stages: dict[str, Times]
    whole: Times
    imread: Times
    components: Times
    times_imread: float
    times_components: float
    per_second: float
    memory: int | None
    exact: float | None
    f1: float | None


def tried(model: str, backend: str, finder: str, folder: str, repeat: int) -> Trial:
    """Read every picture of a folder ``repeat`` times, and once before that is not timed.

    Raises:
        NumbreError: the model, the backend or the folder cannot be used, or no picture can be read.
    """
    pictures = pictures_in(Path(folder))
    return measured(Reader(model, backend=backend, finder=finder), pictures, repeat=repeat)


def measured(
    reader: Reader,
    pictures: Mapping[Path, Numbers | None],
    *,
    repeat: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Trial:
    """Measure a reader; arguments and errors as of :func:`tried`, and a clock that gives seconds."""
    read, errors = _read(reader, pictures)
    memory = peak_memory()
    timed = [path for path in read if cv2.imread(str(path)) is not None]
    if not timed:
        raise SourceError(f"none of {len(pictures)} pictures can be read, such as {[*errors, *map(str, read)][0]}")
    laps, imread, components = [], [], []
    for path in timed * repeat:  # in turn: a busy machine slows the one as the other
        stopwatch = Stopwatch(clock)
        with watched(stopwatch):
            frame = _timed_reading(reader, path, stopwatch)
        laps.append(stopwatch.seconds)
        imread.append(_seconds(clock, cv2.imread, str(path)))
        components.append(_seconds(clock, bare_components, frame.pixels))
    whole = [sum(lap.values()) for lap in laps]
    pairs = [(there, read.get(path, ())) for path, there in pictures.items() if there is not None]
    return Trial(
        pictures=len(timed),
        first=str(timed[0]),
        errors=tuple(errors),
        readings=len(laps),
        stages={stage: Times.of([lap[stage] for lap in laps]) for stage in STAGES},
        whole=Times.of(whole),
        imread=Times.of(imread),
        components=Times.of(components),
        times_imread=float(np.median(np.array(whole) / imread)),
        times_components=float(np.median(np.array(whole) / components)),
        per_second=len(whole) / sum(whole),
        memory=memory,
        exact=sum(there == numbers for there, numbers in pairs) / len(pairs) if pairs else None,
        f1=number_f1(pairs) if pairs else None,
    )


def bare_components(pixels: Pixels) -> int:
    """Return how many pieces of ink the least that anybody would do finds in (H, W) or (H, W, 3) uint8."""
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 51, 15)
    return int(cv2.connectedComponentsWithStats(mask)[0]) - 1


def peak_memory(status: Path = _STATUS) -> int | None:
    """Return the bytes that this process held at most, by Linux; getrusage counts its parent's too."""
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)


def _read(reader: Reader, pictures: Iterable[Path]) -> tuple[dict[Path, Numbers], list[str]]:
    """Return the numbers read in each picture, and which cannot be read and why."""
    found: dict[Path, Numbers] = {}
    errors = []
    for path in pictures:
        try:
            found[path] = tuple(number for reading in reader.read(path) for number in numbers_in(reading.text))
        except SourceError as exc:
            errors.append(one_line(exc))
    return found, errors


def _timed_reading(reader: Reader, path: Path, stopwatch: Stopwatch) -> Frame:
    with stopwatch.stage(DECODE):
        frame = as_frame(path)
    with stopwatch.stage(READ):
        reader.read_frame(frame)
    return frame


def _seconds(clock: Callable[[], float], work: Callable[..., object], *arguments: object) -> float:
    since = clock()
    work(*arguments)
    return clock() - since


if __name__ == "__main__":
    try:
        print(json.dumps(asdict(tried(**json.loads(sys.argv[1])))))
    except NumbreError as exc:
        print(json.dumps({"error": one_line(exc)}))
