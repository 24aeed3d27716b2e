"""Runs that end before they are done: what was read is kept, whole, and nobody sees a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import numbre_edge
from numbre_edge.cli.console import plural
from numbre_edge.cli.signals import Interrupted, stop_signals

resource = pytest.importorskip("resource", reason="POSIX signals and limits")
ROOT = Path(numbre_edge.__file__).parents[1]
MANY = 3000  # pictures: seconds of work, of which a test waits for the first result alone


@pytest.fixture
def here(tmp_path: Path, page: NDArray[np.uint8]) -> Path:
    """A folder with one picture, which the tests read over and over."""
    cv2.imwrite(str(tmp_path / "a.png"), page)
    return tmp_path


@contextmanager
def reading(
    here: Path,
    model: Path,
    *arguments: str,
    python: tuple[str, ...] = (),
    limits: Callable[[], None] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run ``numbre-edge predict`` over many pictures, by a Python with options and limits of its own."""
    process = subprocess.Popen(
        [sys.executable, *python, "-m", "numbre_edge", "predict", *["a.png"] * MANY, *arguments, "--model", str(model)],
        cwd=here,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limits,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not happened():
        assert process.poll() is None, process.communicate()


def counts(pictures: int) -> str:
    return f"{plural(pictures, 'picture')}, {plural(pictures, 'number')} until then"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("signal_name", "code", "said", "name"),
    [
        ("SIGINT", 130, "interrupted", "out.csv"),
        ("SIGTERM", 143, "ended by SIGTERM", "out.jsonl"),
        ("SIGHUP", 129, "ended by SIGHUP", "out.txt"),
    ],
)
def test_what_was_read_is_kept_in_a_file_that_says_so(
    here: Path, model: Path, signal_name: str, code: int, said: str, name: str
) -> None:
    kept = here / f"{name}.partial"
    with reading(here, model, "--output", name) as process:
        wait_until(lambda: kept.exists() and kept.stat().st_size > 200, process)
        process.send_signal(signal.Signals[signal_name])
        out, err = process.communicate()

    rows = kept.read_text()
    count = rows.count("\n") - (name != "out.jsonl")  # but for the header
    assert process.returncode == code, err
    assert out == ""
    assert err == f"{said}; {counts(count)}, kept in {name}.partial; --resume goes on with it\n"
    assert rows.endswith("\n")
    assert names(here) == ["a.png", f"{name}.partial", f"{name}.partial.journal"]


def test_the_old_file_stays_as_it_was(here: Path, model: Path) -> None:
    (here / "out.csv").write_text("old")
    kept = here / "out.csv.partial"
    with reading(here, model, "--output", "out.csv") as process:
        wait_until(kept.exists, process)
        wait_until(lambda: kept.stat().st_size > 0, process)
        process.send_signal(signal.SIGTERM)
        process.communicate()

    assert (here / "out.csv").read_text() == "old"
    assert kept.read_text().splitlines()[1].startswith("a.png,0,111,")


def test_what_was_printed_is_whole_lines(here: Path, model: Path) -> None:
    with reading(here, model, "--format", "jsonl") as process:
        assert process.stdout
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate()

    lines = [json.loads(line) for line in [first, *rest.splitlines(keepends=True)]]
    assert process.returncode == 130
    assert err == f"interrupted; {counts(len(lines))}\n"


def test_annotated_pictures_are_whole(here: Path, model: Path) -> None:
    drawn = here / "drawn"
    with reading(here, model, "--annotate", "drawn", "--quiet") as process:
        wait_until(lambda: drawn.exists() and names(drawn) != [], process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()

    assert err.endswith(" until then, kept in drawn\n")
    assert names(drawn) == ["a.png"]
    assert cv2.imread(str(drawn / "a.png")) is not None


def test_a_disk_that_fills_up_keeps_the_rows_that_fit(here: Path, model: Path) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # bytes of a file

    with reading(here, model, "--output", "out.jsonl", limits=small_disk) as process:
        _, err = process.communicate()

    rows = [json.loads(line) for line in (here / "out.jsonl.partial").read_text().splitlines()]
    assert process.returncode == 1
    assert 0 < len(rows) < 10
    kept = f"{counts(len(rows))}, kept in out.jsonl.partial; --resume goes on with it"
    assert err == f"error: cannot write out.jsonl: file too large; {kept}\n"
    assert names(here) == ["a.png", "out.jsonl.partial", "out.jsonl.partial.journal"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the processes that were started")
@pytest.mark.parametrize(("signal_name", "code"), [("SIGINT", 130), ("SIGKILL", -9)])
def test_no_process_that_helped_is_left(here: Path, model: Path, signal_name: str, code: int) -> None:
    with reading(here, model, "--jobs", "2", "--output", "out.csv") as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_until(lambda: children.read_text() != "", process)
        (helper,) = children.read_text().split()
        # Until then it is the first process's double, which has not begun to be another program.
        wait_until(lambda: "batch.process" in Path(f"/proc/{helper}/cmdline").read_text(), process)
        wait_until(lambda: "onnxruntime" in Path(f"/proc/{helper}/maps").read_text(), process)
        os.killpg(process.pid, signal.Signals[signal_name])  # as a terminal does
        _, err = process.communicate()

    assert process.returncode == code, err
    assert err == "" if code < 0 else err.startswith("interrupted; ") and err.count("\n") == 1
    end = time.monotonic() + 60
    while running(helper):
        assert time.monotonic() < end, "another process goes on"
        time.sleep(0.01)


def running(process: str) -> bool:
    """Whether it does anything: one that has ended may wait for somebody to ask how."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("module", ["typer.models", "numpy", "cv2"])
def test_ctrl_c_while_it_starts_ends_it_at_once_and_in_silence(here: Path, model: Path, module: str) -> None:
    with reading(here, model, python=("-X", "importtime")) as process:
        assert process.stderr
        for line in process.stderr:
            if line.split("|")[-1].strip() == module:
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()

    assert process.returncode == 130
    assert out == ""
    assert [line for line in err.splitlines() if not line.startswith("import time:")] == []


def test_the_second_ctrl_c_does_not_wait() -> None:
    def run() -> None:
        with stop_signals() as stop:
            signal.raise_signal(signal.SIGINT)
            assert stop.asked
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted) as interrupted:
        run()

    assert interrupted.value.exit_code == 130
    assert signal.getsignal(signal.SIGINT) == before


def test_the_second_sigterm_leaves_nothing_half(tmp_path: Path) -> None:
    """Such as the annotated video of a live run."""
    run = """
import signal, sys
from pathlib import Path
from numbre_edge.atomic import replacing
from numbre_edge.cli.signals import stop_signals
with stop_signals() as stop, replacing(Path(sys.argv[1])) as temporary:
    signal.raise_signal(signal.SIGTERM)
    print(stop.asked, temporary.exists(), flush=True)
    signal.raise_signal(signal.SIGTERM)
"""
    done = subprocess.run(
        [sys.executable, "-c", run, str(tmp_path / "a.mp4")], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "True True\n")
    assert names(tmp_path) == []


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with stop_signals() as stop:
            signal.raise_signal(signal.SIGHUP)
            assert not stop.asked
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_program_s_first_step_imports_next_to_nothing() -> None:
    """Before it, Ctrl-C is Python's own, and ends in a traceback."""
    show = "import sys; before = set(sys.modules); import numbre_edge.__main__; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-S", "-c", show], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"re", "typing", "dataclasses", "pathlib", "typer"} & set(done.stdout.split())
