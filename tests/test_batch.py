"""A run over many pictures: in order, one at a time, past whatever cannot be read."""

from __future__ import annotations

import weakref
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.batch import Listener, Outcome, ReadOptions, Tally, outcomes, run
from numbre_edge.errors import BackendError
from numbre_edge.sources.files import Source
from numbre_edge.sources.view import Orientation, Region
from numbre_edge.types import Box, Digit, Frame, Pixels, Reading
from numbre_edge.vision.page import Page

THREE = Reading.of([Digit(3, 0.9, Box(0, 0, 5, 5))])


class OneNumber:
    """A reader that reads one number in every frame, and gives up on the frames whose number is in ``fails``."""

    def __init__(self, *fails: int) -> None:
        self.fails = fails
        self.read = 0
        self.roi: Box | None = None

    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        self.read += 1
        self.roi = roi
        if self.read - 1 in self.fails:
            raise BackendError("the runtime\ngave up")
        return [THREE]


class Diary(Listener):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, source: Source) -> None:
        self.said.append(f"begin {source.path.name}")

    def take(self, outcome: Outcome) -> None:
        self.said.append(f"{outcome.result.frame}: {outcome.result.error or outcome.result.readings[0].text}")

    def end(self, source: Source) -> None:
        self.said.append(f"end {source.path.name}")


@pytest.fixture
def pictures(tmp_path: Path) -> list[Source]:
    """Three picture files; the second is empty."""
    paths = [tmp_path / name for name in ("a.png", "b.png", "c.png")]
    for path in paths:
        cv2.imwrite(str(path), np.full((20, 30), 255, np.uint8))
    paths[1].write_bytes(b"")
    return [Source(str(path)) for path in paths]


@pytest.fixture
def clip(tmp_path: Path) -> Source:
    """A video of five frames."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for _ in range(5):
        writer.write(np.full((160, 320, 3), 255, np.uint8))
    writer.release()
    return Source(str(path))


def test_every_source_is_told_of_in_order_and_errors_do_not_end_the_run(pictures: list[Source]) -> None:
    diary, tally = Diary(), Tally()

    run(pictures, OneNumber(), [diary, tally])

    assert diary.said == [
        *("begin a.png", "0: 3", "end a.png"),
        *("begin b.png", "0: empty: the file has 0 bytes", "end b.png"),
        *("begin c.png", "0: 3", "end c.png"),
    ]
    assert tally == Tally(frames=3, numbers=2, errors=1)


def test_pictures_of_too_many_pixels_are_errors(pictures: list[Source], clip: Source) -> None:
    few = ReadOptions(max_pixels=20 * 30 - 1)
    for source in (pictures[0], clip):
        (found,) = outcomes(source, OneNumber(), options=few)
        assert found.result.error is not None
        assert found.result.error.startswith("too large")


def test_a_backend_that_fails_on_one_frame_reads_the_next(clip: Source) -> None:
    found = list(outcomes(clip, OneNumber(1), options=ReadOptions(every=2)))

    assert [(o.result.frame, o.result.error) for o in found] == [(0, None), (2, "the runtime gave up"), (4, None)]
    assert [o.frame is None for o in found] == [False, True, False]
    failed = found[1].result
    assert (failed.source, failed.width, failed.height, failed.readings) == (clip.name, None, None, ())


def test_a_page_that_cannot_be_read_is_an_outcome_and_the_next_is_read(tmp_path: Path) -> None:
    cv2.imwritemulti(str(tmp_path / "a.tif"), [np.full((20, 30), 255, np.uint8), np.full((90, 90), 255, np.uint8)] * 2)
    found = list(outcomes(Source(str(tmp_path / "a.tif")), OneNumber(), options=ReadOptions(every=5, max_pixels=900)))
    assert [(outcome.result.frame, outcome.result.width) for outcome in found] == [
        (0, 30),
        (1, None),
        (2, 30),
        (3, None),
    ]
    assert "its 90x90 pixels are more than 0.0009 million" in str(found[1].result.error)
    assert [outcome.pages for outcome in found] == [4, 1, 4, 1]


def test_a_picture_is_set_right_before_its_region_is_cut_out(pictures: list[Source]) -> None:
    reader = OneNumber()  # of pictures of 30 x 20
    options = ReadOptions(orientation=Orientation(rotate=90), region=Region(10, 50, 50, 50, percent=True))

    (found,) = outcomes(pictures[0], reader, options=options)

    assert reader.roi == Box(2, 15, 10, 15)
    assert (found.result.width, found.result.height) == (20, 30)
    assert found.frame is not None
    assert found.frame.pixels.shape[:2] == (30, 20)


class Watcher(Listener):
    """Counts how many frames are still in memory."""

    def __init__(self) -> None:
        self.most = 0
        self._alive: weakref.WeakSet[Frame] = weakref.WeakSet()

    def take(self, outcome: Outcome) -> None:
        if outcome.frame is not None:
            self._alive.add(outcome.frame)
        self.most = max(self.most, len(self._alive))


def test_a_long_run_holds_few_frames_at_a_time(pictures: list[Source], clip: Source) -> None:
    watcher = Watcher()

    run([*pictures, clip] * 5, OneNumber(), [watcher])

    assert watcher.most <= 2


def test_a_large_photograph_is_looked_at_alike_whether_anybody_draws_on_it_or_not(tmp_path: Path) -> None:
    class Looks(OneNumber):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[Pixels] = []

        def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
            self.seen.append(Page(frame, roi=roi).upright_grey)
            return super().read_frame(frame, roi=roi)

    photograph, reader = tmp_path / "a.jpg", Looks()
    cv2.imwrite(str(photograph), np.random.default_rng(1).integers(0, 256, (1300, 2600, 3), np.uint8))

    (drawn,), (read,) = (
        list(outcomes(Source(str(photograph)), reader, options=ReadOptions(keep_frames=keep))) for keep in (True, False)
    )

    assert drawn.frame is not None
    assert drawn.frame.pixels.shape == (1300, 2600, 3)
    assert (drawn.result.width, drawn.result.height) == (read.result.width, read.result.height) == (2600, 1300)
    assert np.array_equal(*reader.seen)


def test_what_a_listener_cannot_do_ends_the_run(pictures: list[Source]) -> None:
    class Full(Listener):
        def take(self, outcome: Outcome) -> None:
            raise OSError(28, "No space left on device")

    tally = Tally()

    with pytest.raises(OSError, match="No space left"):
        run(pictures, OneNumber(), [tally, Full()])

    assert tally.frames == 1
