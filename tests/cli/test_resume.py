"""``predict --resume``: a run that was cut short ends as if nothing had been, and never mixes two kinds of runs."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

import numbre_edge
from numbre_edge.batch import Tally
from numbre_edge.cli.resuming import Keeper
from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.sinks.growing import open_growing
from numbre_edge.sources.files import Source

resource = pytest.importorskip("resource", reason="POSIX limits")
ROOT = Path(numbre_edge.__file__).parents[1]
PARQUET = pytest.param(
    "parquet", marks=pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="needs [parquet]")
)
EVERY_FORMAT = ["jsonl", "csv", "txt", PARQUET]
FOUR = ["photos/good.jpg", "photos/cut.jpg", "clip.avi", "photos/good.jpg"]


@pytest.fixture
def model(model) -> list[str | Path]:
    """The options that make it quick."""
    return ["--model", model, "--finder", "components"]


@pytest.fixture
def pictures(photos) -> Path:
    """Beside the folder with a picture that reads, and two that do not, a video of a hundred frames."""
    writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (32, 32))
    for _ in range(100):
        writer.write(np.full((32, 32, 3), 225, np.uint8))
    writer.release()
    return photos.parent


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """A disk on which no file has room for more bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def cut(run, pictures, model):
    """Read four sources, and have the disk full in the third, the video; return what was said."""

    def cut(name: str, *arguments: str | Path) -> str:
        with full_disk(1200):
            done = run("predict", *FOUR, *model, "-o", name, *arguments)
        assert done.code == 1
        assert Path(f"{name}.partial.journal").read_text().count("\n") == 3, "the settings, and two sources"
        assert not Path(name).exists()
        return done.err

    return cut


def left() -> list[str]:
    return sorted(name for name in os.listdir() if Path(name).is_file() and name != "clip.avi")


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_a_disk_that_was_full_costs_nothing_but_time(run, cut, model, kind) -> None:
    """The video, of which there was a part, is read again as a whole."""
    undisturbed = run("predict", *FOUR, *model, "-o", f"whole.{kind}")
    cut(f"out.{kind}")
    done = run("predict", *FOUR, *model, "-o", f"out.{kind}", "--resume")

    assert Path(f"out.{kind}").read_bytes() == Path(f"whole.{kind}").read_bytes()
    assert left() == [f"out.{kind}", f"whole.{kind}"]
    assert done.code == undisturbed.code == 1, "a picture could not be read, before or after"
    before, counted = done.err.splitlines()
    assert before == "2 of 4 files done already"
    assert counted.partition(" in ")[0] == undisturbed.err.partition(" in ")[0] == "103 pictures, 2 numbers, 1 error"


def test_it_says_what_is_kept_and_how_to_go_on(cut) -> None:
    said = r"\d+ pictures, 1 number, 1 error until then, kept in out\.csv\.partial; --resume goes on with it"
    assert re.fullmatch(rf"error: cannot write out\.csv: file too large; {said}\n", cut("out.csv"))


def test_a_disk_that_is_full_from_the_first_leaves_nothing(run, pictures, model) -> None:
    with full_disk(100):
        done = run("predict", *FOUR, *model, "-o", "out.csv")
    assert (done.code, done.err) == (1, "error: cannot write out.csv: file too large\n")
    assert left() == []


def refused(run, *arguments: str | Path) -> str:
    """Return what is said of a run that cannot go on, and leaves what there is as it is."""
    before = {name: Path(name).read_bytes() for name in left()}
    done = run("predict", *arguments, "-o", "out.csv", "--resume")
    assert (done.code, done.out) == (2, "")
    assert {name: Path(name).read_bytes() for name in left()} == before
    assert done.err.startswith("error: out.csv.partial cannot be gone on with: ")
    assert done.err.endswith("delete out.csv.partial to begin anew\n")
    return done.err


def test_another_picture_is_noticed(run, cut, model) -> None:
    cut("out.csv")
    first, second, *_ = FOUR
    others = refused(run, second, first, *model)
    fewer = refused(run, first, *model)
    os.utime(first)
    changed = refused(run, *FOUR, *model)
    Path(first).unlink()
    gone = refused(run, *FOUR, *model)

    assert f"{first} was number 1 of the files to read, and now {second} is" in others
    assert f"{second} was read, and is none of the files to read any more" in fewer
    assert f"{first} was changed since it was read" in changed
    assert f"{first} was read, and is not there any more" in gone


def test_what_is_still_to_be_read_may_change(run, cut, model) -> None:
    cut("out.csv")
    others = [*FOUR[:2], "photos/zero.png"]
    run("predict", *others, *model, "-o", "out.csv", "--resume")
    run("predict", *others, *model, "-o", "whole.csv")
    assert Path("out.csv").read_bytes() == Path("whole.csv").read_bytes()


def test_another_option_or_model_is_noticed(run, cut, model) -> None:
    cut("out.csv")
    other = shutil.copy(model[1], "photos/other.onnx")
    for arguments, says in [
        (["--min-confidence", "0.5"], "--min-confidence was not given and is 0.5;"),
        (["--every", "2", "--roi", "0,0,9,9"], "--every was 1 and is 2, --roi was not given and is 0,0,9,9;"),
        (["--format", "jsonl"], "--format was csv and is jsonl,"),
        (["--annotate", "drawn"], "--annotate was not given and is "),
        (["--model", other], "--model was tiny.onnx (SHA-256 "),
    ]:
        assert says in refused(run, *FOUR, *model, *arguments)


def test_a_wider_table_is_noticed(run, cut, model) -> None:
    cut("out.txt")
    longer = shutil.copy("photos/good.jpg", "photos/a-longer-name.jpg")
    done = run("predict", *FOUR, longer, *model, "-o", "out.txt", "--resume")
    assert done.code == 2
    assert "columns of the table are as wide as the longest name of a file to read, and that is another now" in done.err


@pytest.mark.parametrize("arguments", [[], ["-o", "-"], ["-o", "/dev/null"]])
def test_without_a_file_there_is_nothing_to_go_on_with(run, pictures, model, arguments) -> None:
    done = run("predict", "photos/good.jpg", *model, "--resume", *arguments)
    assert done.code == 2
    assert done.err.startswith("error: --resume needs --output FILE")


def test_a_folder_is_no_file_to_go_on_with(run, photos, model) -> None:
    done = run("predict", "photos/good.jpg", *model, "--resume", "-o", "photos", "-f", "csv")
    assert (done.code, done.err) == (2, "error: --output photos: is a folder; give a file name in it\n")


def test_a_picture_that_changes_after_it_was_read_is_noticed(tmp_path) -> None:
    """By another process it is read before its turn to be written comes."""
    picture, growing = tmp_path / "a.png", tmp_path / "out.csv"
    picture.write_bytes(b"read")
    source = Source(str(picture))

    def begun(resume: bool) -> None:
        with open_growing(growing, resume=resume) as (rows, journal):
            assert journal is not None
            keeper = Keeper(journal, Tally(), None)
            keeper.go_on({}, [source])
            assert list(keeper.stamped([source])) == [source]
            picture.write_bytes(b"changed")
            rows.write("row\n")
            rows.flush()
            keeper.end(source)
            raise NumbreError("ended")

    with pytest.raises(NumbreError, match="ended"):
        begun(resume=False)
    with pytest.raises(UsageError, match="was changed since it was read"):
        begun(resume=True)


def test_what_is_whole_stays_as_it_is(run, pictures, model) -> None:
    Path("out.csv").write_text("whole")
    done = run("predict", "photos/good.jpg", *model, "-o", "out.csv", "--resume")
    assert (done.code, done.err) == (0, "out.csv is there, and nothing of it is partial: nothing to go on with\n")
    assert Path("out.csv").read_text() == "whole"


def test_where_nothing_is_it_begins(run, pictures, model) -> None:
    done = run("predict", "photos/good.jpg", *model, "-o", "out.csv", "--resume")
    assert done.code == 0
    assert Path("out.csv").read_text().splitlines()[1].startswith("photos/good.jpg,0,111,")
    assert left() == ["out.csv"]


def test_a_killed_run_goes_on_as_often_as_it_takes(run, pictures, model, page) -> None:
    """Pictures are drawn where an undisturbed run draws them, too: those of one name on many a disk."""
    for index in range(60):
        name = f"{'Aa'[index // 30]}{index % 30}.png"
        cv2.imwrite(f"photos/{name}", page if index % 3 else np.full_like(page, 225))
    arguments = ["predict", "photos", *model, "--quiet", "--annotate", "drawn", "-o"]
    assert run(*arguments, "out.jsonl").code == 1
    Path("out.jsonl").rename("whole.jsonl")
    Path("drawn").rename("whole")

    lines = Path("out.jsonl.partial.journal")
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    for goal in (1, 30):
        command = [sys.executable, "-m", "numbre_edge", *map(str, arguments), "out.jsonl", "--resume"]
        with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}) as process:
            while not (lines.exists() and lines.read_bytes().count(b"\n") > goal):
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)

    assert run(*arguments, "out.jsonl", "--resume").code == 1
    assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()
    drawn, whole = ({file.name: file.read_bytes() for file in Path(name).glob("[!.]*")} for name in ("drawn", "whole"))
    assert drawn == whole
    assert {"A7.png", "a7-2.png"} < set(drawn)
