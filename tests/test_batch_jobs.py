"""A run that several processes share: nobody who follows it can tell."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge import batch
from numbre_edge.batch import Listener, Outcome, ReadOptions, Tally, read_all, run
from numbre_edge.batch.sharing import SHARING, Sharing, default_jobs, in_order, portions
from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.reader import Reader
from numbre_edge.sinks.annotate import AnnotatedFolder, draw
from numbre_edge.sinks.jsonl import JsonLines
from numbre_edge.sources.files import Source
from numbre_edge.sources.noise import own_stderr
from numbre_edge.types import Reading
from tests.waiting import Blind, Waiting, letters

ROOT = Path(__file__).parents[1]
TINY_MODEL = Path(__file__).parent / "cli" / "tiny.onnx"
AT_ONCE = Sharing(worth=0.0)
children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
linux = pytest.mark.skipif(not children.exists(), reason="asks Linux for the processes that it has started")


def alive() -> list[str]:
    return children.read_text().split()


@pytest.fixture
def kinds(tmp_path: Path) -> list[Source]:
    """Files of many kinds, and what is none."""
    folder = tmp_path / "kinds"
    folder.mkdir()
    photo = (ROOT / "samples" / "plain-number.jpg").read_bytes()
    page = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    (folder / "a.jpg").write_bytes(photo)
    (folder / "b-damaged.jpg").write_bytes(photo[:-3000] + photo[-2900:])
    (folder / "c-cut.jpg").write_bytes(photo[:1000])
    (folder / "d-empty.png").write_bytes(b"")
    cv2.imwritemulti(str(folder / "e-pages.tiff"), [page, page])
    writer = cv2.VideoWriter(str(folder / "f.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for _ in range(3):
        writer.write(np.full((160, 320, 3), 255, np.uint8))
    writer.release()
    for number in range(40):
        cv2.imwrite(str(folder / f"g{number:02}.png"), np.full((28, 28), 255 - number, np.uint8))
    (folder / "h.png").write_bytes((ROOT / "samples" / "scanned-label.png").read_bytes())
    on_stdin = Source("-", content=photo)
    return [*map(Source, map(str, sorted(folder.iterdir()))), on_stdin, Source("gone.png"), Source("x", error="no")]


class Diary(Listener):
    """Writes down all that it is told, to the last bit."""

    def __init__(self) -> None:
        self.said: list[bytes] = []

    def begin(self, source: Source) -> None:
        self.said.append(pickle.dumps(("begin", source)))

    def take(self, outcome: Outcome) -> None:
        frame = outcome.frame
        seen = None if frame is None else (frame.pixels.shape, frame.pixels.tobytes(), frame.timestamp, frame.note)
        self.said.append(pickle.dumps((outcome.source, outcome.result, outcome.note, seen)))

    def end(self, source: Source) -> None:
        self.said.append(pickle.dumps(("end", source)))


class Drawn(Listener):
    """Writes each frame with its readings."""

    def __init__(self, folder: Path, sources: list[Source]) -> None:
        self._folder = AnnotatedFolder[Reading](folder, sources=[source.path for source in sources], draw=draw)

    def take(self, outcome: Outcome) -> None:
        if outcome.frame is not None:
            self._folder.write(outcome.frame, outcome.result.readings, numbered=outcome.source.is_video)


class Rows(Listener):
    """JSON Lines."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        self._lines = JsonLines(self.text)

    def take(self, outcome: Outcome) -> None:
        self._lines.write(outcome.result)


@pytest.mark.parametrize(("drawn", "several"), [(True, 3), (False, 2)], ids=["with its frames", "without"])
def test_every_listener_is_told_the_same_with_any_number_of_jobs(
    kinds: list[Source], tmp_path: Path, drawn: bool, several: int
) -> None:
    told = []
    reader = Reader(TINY_MODEL, finder="components")
    for jobs in (1, several):
        diary, rows, tally, folder = Diary(), Rows(), Tally(), tmp_path / str(jobs)
        shared = reader if jobs == 1 else Waiting(reader, tmp_path / "helped")
        listeners = [diary, rows, tally, Drawn(folder, kinds)]
        with own_stderr():
            run(kinds, shared, listeners, options=ReadOptions(keep_frames=drawn), jobs=jobs, sharing=AT_ONCE)
        pictures = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
        told.append((diary.said, rows.text.getvalue(), tally, pictures))

    assert told[0] == told[1]
    assert (tmp_path / "helped").exists()
    tally = told[0][2]
    assert (tally.frames, tally.errors, tally.notes) == (53, 4, 1)
    assert len(told[0][3]) == (48 if drawn else 0)


def test_a_process_that_dies_is_an_error_in_its_turn(tmp_path: Path) -> None:
    sources = blank(tmp_path, 6)
    diary = Diary()
    reader = Waiting(Blind(), tmp_path / "helped", fails="1.png")

    with pytest.raises(NumbreError, match=r"ended by SIGKILL at \S+1\.png; out of memory\? --jobs 1 starts no others"):
        run(sources, reader, [diary], options=ReadOptions(), jobs=2, sharing=AT_ONCE)

    assert len(diary.said) == 3  # of 0.png


def test_a_process_that_cannot_be_started_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    threads = cv2.getNumThreads()

    with pytest.raises(NumbreError, match=r"^another process cannot be started: .*python.*; give fewer --jobs$"):
        run(blank(tmp_path, 6), Blind(), [], jobs=2, sharing=AT_ONCE)

    assert cv2.getNumThreads() == threads


@linux
def test_what_another_process_would_see_otherwise_is_not_handed_over() -> None:
    """A path into /proc leads each process to its own files."""
    with TINY_MODEL.open("rb") as file:
        names = [str(TINY_MODEL), f"/dev/fd/{file.fileno()}", f"/proc/self/fd/{file.fileno()}"]
        sources = portions(map(Source, names), batch._weight, SHARING)

    assert [portion.shared for portion in sources] == [True, False, False]


@linux
def test_results_come_in_order_and_nobody_is_left_when_they_are_not_wanted_any_more(tmp_path: Path) -> None:
    paths = [source.path for source in blank(tmp_path, 40)]
    threads, before = cv2.getNumThreads(), alive()
    reader = Waiting(Blind(), tmp_path / "helped")

    with closing(read_all([*paths, "gone.png"] * 2, reader, jobs=2, sharing=AT_ONCE)) as results:
        found = [next(results) for _ in range(50)]
        assert len(alive()) == len(before) + 1
        assert cv2.getNumThreads() == 1

    assert [result.source for result in found] == [*map(str, paths), "gone.png", *map(str, paths[:9])]
    assert [result.error for result in found[39:42]] == [None, "no such file", None]
    assert alive() == before
    assert cv2.getNumThreads() == threads


def test_a_handful_of_pictures_starts_no_other_process(tmp_path: Path) -> None:
    class OnlyHere(Blind):
        """Of no module: no other process could have it."""

    tally = Tally()
    run(blank(tmp_path, 10), OnlyHere(), [tally], jobs=4)
    assert tally.frames == 10


@pytest.mark.parametrize(("kept", "most"), [(True, 2), (False, 2 * SHARING.ahead * SHARING.sources)])
def test_few_pictures_are_under_way(tmp_path: Path, kept: bool, most: int) -> None:
    ahead, tally = [], Tally()

    def listed() -> Iterator[Source]:
        for number, source in enumerate(blank(tmp_path, 1) * 500):
            ahead.append(number - tally.frames)
            yield source

    run(listed(), Blind(), [tally], options=ReadOptions(keep_frames=kept), jobs=2)

    assert tally.frames == 500
    assert max(ahead) <= most


def test_small_files_are_handed_over_together() -> None:
    weights = [10, 10, 10, 10, 90, 50, 50, 10, None, 1000, 1]
    sources = [Source(str(weight)) for weight in weights]
    sharing = Sharing(sources=3, weight=100)

    found = list(portions(sources, lambda s: None if s.name == "None" else int(s.name), sharing))

    assert [[source.name for source in portion.sources] for portion in found] == [
        *(["10", "10", "10"], ["10", "90"], ["50", "50"], ["10"], ["None"], ["1000"], ["1"])
    ]
    assert [portion.shared for portion in found] == [True] * 4 + [False] + [True] * 2


def test_what_one_file_has_too_much_of_is_made_in_its_turn() -> None:
    sources = [Source(name) for name in ("a", "bc", "", "def", "g") * 9]
    sharing = Sharing(worth=0.0, sources=2, most=1)

    with closing(in_order(sources, letters, jobs=2, weigh=lambda source: 0, sharing=sharing)) as found:
        told = [(source, isinstance(results, list), list(results)) for source, results in found]

    assert [(source, letters) for source, _, letters in told] == [(source, list(source.name)) for source in sources]
    assert not any(kept for source, kept, _ in told if len(source.name) > 1)


def test_there_are_as_many_jobs_as_cores_at_most_four() -> None:
    assert 1 <= default_jobs() <= min(4, os.cpu_count() or 1)


def test_less_than_one_job_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="jobs must be at least 1, not 0"):
        run([], Blind(), [], jobs=0)


def blank(folder: Path, count: int) -> list[Source]:
    paths = [folder / f"{number}.png" for number in range(count)]
    for path in paths:
        cv2.imwrite(str(path), np.full((20, 30), 255, np.uint8))
    return [Source(str(path)) for path in paths]
