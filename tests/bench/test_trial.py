"""One model over all pictures: what is timed, counted and compared."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.bench.pages import page, write_pages
from numbre_edge.bench.pictures import Numbers, pictures_in
from numbre_edge.bench.trial import Times, measured, peak_memory
from numbre_edge.errors import SourceError, UsageError
from numbre_edge.reader import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(finder="components")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One drawn page, and a file that is none."""
    write_pages(tmp_path, 1)
    (tmp_path / "torn.jpg").write_bytes(b"no picture")
    return tmp_path


def ticks() -> float:
    return next(_TICKS)


_TICKS = map(float, count())


def test_drawn_pages_are_read_right(reader: Reader, folder: Path) -> None:
    trial = measured(reader, pictures_in(folder), repeat=1)

    assert (trial.exact, trial.f1) == (1.0, 1.0)


def test_each_picture_is_read_several_times_beside_the_least_anybody_would_do(reader: Reader, folder: Path) -> None:
    pictures: dict[Path, Numbers | None] = {folder / "torn.jpg": ("4",), folder / "0.jpg": ("1", "23")}

    trial = measured(reader, pictures, repeat=3, clock=ticks)

    assert (trial.pictures, trial.readings, trial.first) == (1, 3, str(folder / "0.jpg"))
    assert [error.partition(": ")[0] for error in trial.errors] == [str(folder / "torn.jpg")]
    assert trial.imread == trial.components == Times(1000.0, 1000.0)  # one tick of the clock each
    assert trial.times_imread == trial.times_components == trial.whole.p50 / 1000 > 4
    assert sum(times.p50 for times in trial.stages.values()) == trial.whole.p50
    assert trial.per_second == pytest.approx(1000 / trial.whole.p50)
    assert trial.exact == 0.0  # one that cannot be read is read wrong


def test_without_labels_nothing_is_compared(reader: Reader, folder: Path) -> None:
    (folder / "labels.csv").unlink()

    trial = measured(reader, pictures_in(folder), repeat=1)

    assert (trial.pictures, len(trial.errors), trial.exact, trial.f1) == (1, 1, None, None)


def test_where_nothing_can_be_read_there_is_nothing_to_measure(reader: Reader, folder: Path) -> None:
    with pytest.raises(SourceError, match=r"none of 1 pictures can be read, such as .*torn\.jpg: \w"):
        measured(reader, {folder / "torn.jpg": None}, repeat=1)


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no pictures in this folder"):
        pictures_in(tmp_path)


def test_memory_is_the_most_that_the_process_held(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("VmPeak:\t  900 kB\nVmHWM:\t  200 kB\nVmRSS:\t  100 kB\n")

    assert peak_memory(status) == 200 * 1024
    assert peak_memory(tmp_path / "none") is None


def test_pages_are_the_same_on_every_machine() -> None:
    (pixels, numbers), (again, same) = page(3), page(3)

    assert np.array_equal(pixels, again)
    assert numbers == same
    assert (pixels.shape, pixels.dtype) == ((720, 1280, 3), np.uint8)
    assert not np.array_equal(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), page(4)[0][:, :, 0])
