"""Files that are written whole or not at all, for the same people as before, and leave nothing else behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import numbre_edge
from numbre_edge.atomic import partial, replacing, write_file
from numbre_edge.errors import NumbreError, UsageError

ROOT = Path(numbre_edge.__file__).parents[1]
WAITING = """
import sys
from pathlib import Path
from numbre_edge.atomic import replacing
with replacing(Path(sys.argv[1]), keep=len(sys.argv) > 2) as temporary:
    temporary.write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes, links and signals")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out.csv").write_text("old")
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nobody_sees_half_of_it(folder: Path) -> None:
    with replacing(folder / "out.csv") as temporary:
        temporary.write_text("new")
        assert contents(folder) == {"out.csv": "old", temporary.name: "new"}
        assert temporary.suffix == ".csv"
    assert contents(folder) == {"out.csv": "new"}


def test_an_error_leaves_what_was_there(folder: Path) -> None:
    def fill_the_disk() -> None:
        with replacing(folder / "out.csv") as temporary:
            temporary.write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(NumbreError, match=r"^cannot write .*out\.csv: no space left on device$"):
        fill_the_disk()
    assert contents(folder) == {"out.csv": "old"}


def test_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / f"{'ü' * 125}.csv"  # of 255 bytes that a name may have, 254
    write_file(path, b"new")
    assert contents(tmp_path) == {path.name: "new"}


@posix
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("before", [0o600, 0o640, 0o666])
def test_it_is_for_those_who_could_read_it_before(folder: Path, before: int, keep: bool) -> None:
    (folder / "out.csv").chmod(before)
    with replacing(folder / "out.csv", keep=keep) as temporary:
        assert mode(temporary) == before, "while it is written, too"
    assert mode(folder / "out.csv") == before


@posix
def test_a_new_file_is_for_those_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "out.csv", b"new")
    finally:
        os.umask(before)
    assert mode(tmp_path / "out.csv") == 0o640


@posix
def test_a_planted_link_is_not_followed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one under the very name, which nobody can foresee."""
    monkeypatch.setattr(os, "urandom", bytes)
    for link in (folder / f".out.{'00' * 8}.part.csv", partial(folder / "out.csv")):
        link.symlink_to(folder / "mine")
    for keep in (False, True):
        with pytest.raises(UsageError, match="is there already"), replacing(folder / "out.csv", keep=keep):
            pass
    assert not (folder / "mine").exists()


def test_the_temporary_name_is_another_each_time(folder: Path) -> None:
    with replacing(folder / "out.csv") as one, replacing(folder / "out.csv") as other:
        assert one != other


@posix
@pytest.mark.parametrize(
    ("name", "keep", "left"),
    [
        ("SIGTERM", False, {"out.csv": "old"}),
        ("SIGHUP", False, {"out.csv": "old"}),
        ("SIGTERM", True, {"out.csv": "old", "out.csv.partial": "half"}),
    ],
)
def test_a_program_that_is_ended_leaves_nothing_half(folder: Path, name: str, keep: bool, left: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, str(folder / "out.csv"), *["keep"] * keep],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.Signals[name])
        assert process.wait() == -signal.Signals[name], "as the shell is told of it"
    assert contents(folder) == left


@posix
def test_signals_are_the_caller_s_again_once_it_is_written(folder: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with replacing(folder / "a.csv"), replacing(folder / "b.csv"):
        pass
    assert signal.getsignal(signal.SIGTERM) == before == signal.SIG_DFL
