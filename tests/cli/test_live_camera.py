"""``numbre-edge live`` for as long as somebody looks: cameras, folders that fill, terminals, and how a run ends."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cli.conftest import lines

PATIENCE = 60  # seconds until a hang is a failure
OWN_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(1, termios.TIOCSCTTY, 0)  # from now on its end is told by SIGHUP
os.execv(sys.argv[1], sys.argv[1:])
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def camera(here: Path, page: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ``rpicam-vid`` on PATH that shows the page, 20 frames a second without end; it notes its process id."""
    cv2.imwrite(str(here / "page.jpg"), page)
    (here / "camera.py").write_text(
        "import os, pathlib, sys, time\n"
        f"folder = pathlib.Path({str(here)!r})\n"
        "(folder / 'camera.pid').write_text(str(os.getpid()))\n"
        "while True:\n"
        "    sys.stdout.buffer.write((folder / 'page.jpg').read_bytes())\n"
        "    sys.stdout.buffer.flush()\n"
        "    time.sleep(0.05)\n"
    )
    program = here / "bin" / "rpicam-vid"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{here / "camera.py"}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return program


@pytest.fixture
def start() -> Iterator[Start]:
    """Start ``numbre-edge live`` as a program of its own; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str | Path, stdout: int | IO[str] = subprocess.PIPE, stderr: int = subprocess.PIPE, within: str = ""
    ) -> subprocess.Popen[str]:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "TERM": "xterm",
            "COLUMNS": "100",
            "LINES": "40",
        }
        command = [sys.executable, "-m", "numbre_edge", "live", *map(str, arguments)]
        if within:
            command = [sys.executable, "-c", within, *command]
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, text=True, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    """Give the two ends of a terminal: ours, and the program's."""
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class TestCamera:
    def test_a_duration_ends_it(self, run, camera, model, here) -> None:
        done = run("live", "rpicam", "--model", model, "--format", "jsonl", "--duration", "3")
        assert done.code == 0
        assert [line["event"] for line in lines(done.out)] == ["source", "appeared"]
        assert "capture to reading p50 " in done.err
        assert not running(int((here / "camera.pid").read_text()))

    def test_it_is_found_without_being_named(self, start, camera, model) -> None:
        process = start("--model", model, "--format", "jsonl")
        assert json.loads(process.stdout.readline())["source"] == "rpicam"

    def test_frames_of_another_size_are_read_on(self, start, camera, model, here, page) -> None:
        process = start("rpicam", "--model", model, "--format", "jsonl", "--annotate", "drawn.avi")
        boxes = []
        for enlarged in (1, 2):
            show(here, cv2.resize(page, None, fx=enlarged, fy=enlarged, interpolation=cv2.INTER_CUBIC))
            while (event := json.loads(process.stdout.readline()))["event"] != "appeared":
                pass
            boxes.append(event["box"])
        process.terminate()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert boxes[1] == pytest.approx([2 * side for side in boxes[0]], abs=6)
        drawn = cv2.VideoCapture("drawn.avi")
        sizes = []
        while (answer := drawn.read())[0]:
            sizes.append(answer[1].shape)
        drawn.release()
        assert set(sizes) == {(160, 320, 3)}

    @pytest.mark.parametrize(
        "wishes",
        [[signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP], [signal.SIGHUP, signal.SIGHUP]],
        ids=["Ctrl-C", "SIGTERM", "SIGHUP", "SIGHUP twice, as a shell and the system send it"],
    )
    def test_a_stop_that_is_asked_for_is_a_normal_end(self, start, camera, model, here, wishes) -> None:
        process = start("rpicam", "--model", model, "--format", "jsonl", "--annotate", "drawn.avi")
        events = [json.loads(process.stdout.readline()) for _ in range(2)]  # each is there as soon as it happened
        assert [event["event"] for event in events] == ["source", "appeared"]
        for wish in wishes:
            process.send_signal(wish)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (0, "")
        assert len(err.splitlines()) == 1
        assert " unchanged" in err
        assert not running(int((here / "camera.pid").read_text()))
        assert cv2.VideoCapture("drawn.avi").grab()

    def test_whoever_reads_may_leave(self, start, camera, model, here, page) -> None:
        process = start("rpicam", "--model", model)
        for _ in ("open", "appeared"):
            process.stdout.readline()
        process.stdout.close()  # as `head -2` does
        show(here, np.full_like(page, 225))  # so that there is something to say again
        assert process.stderr.read() == ""
        assert process.wait(PATIENCE) == 1
        assert not running(int((here / "camera.pid").read_text()))

    def test_on_a_terminal_there_is_a_view(self, start, camera, model) -> None:
        with terminal() as (ours, theirs):
            process = start("rpicam", "--model", model, stdout=theirs)
            os.close(theirs)
            shown = read_until(ours, "appeared  #1")
            process.send_signal(signal.SIGINT)
            shown += read_until(ours, None)
            assert process.wait(PATIENCE) == 0
        assert shown.rindex("\x1b[?25h") > shown.index("\x1b[?25l")  # the cursor is back
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)  # without colours
        assert "Numbers" in text
        assert "open  rpicam" in text
        assert "capture to reading p50 " in text

    def test_what_is_wrong_with_a_broker_is_shown_in_the_view(self, start, camera, model) -> None:
        pytest.importorskip("paho.mqtt", reason="needs numbre-edge[mqtt]")
        with terminal() as (ours, theirs), socket.create_server(("127.0.0.1", 0)) as nobody:
            address = f"127.0.0.1:{nobody.getsockname()[1]}"
            nobody.close()
            process = start("rpicam", "--model", model, "--mqtt", f"mqtt://{address}/hall", stdout=theirs)
            os.close(theirs)
            read_until(ours, f"MQTT broker {address} refuses connections")
            process.send_signal(signal.SIGINT)
            read_until(ours, None)
            assert process.wait(PATIENCE) == 0
        assert "MQTT" not in process.stderr.read()

    @pytest.mark.parametrize("format", ["table", "jsonl"])
    def test_a_terminal_that_is_closed_leaves_the_annotated_video_whole(
        self, start, camera, model, here, format
    ) -> None:
        with terminal() as (ours, theirs):
            arguments = ("rpicam", "--model", model, "--format", format, "--annotate", "drawn.avi")
            process = start(*arguments, stdout=theirs, stderr=theirs, within=OWN_TERMINAL)
            os.close(theirs)
            read_until(ours, "appeared")
        assert process.wait(PATIENCE) == 0
        assert cv2.VideoCapture("drawn.avi").grab()
        assert not running(int((here / "camera.pid").read_text()))

    def test_a_full_disk_for_events_is_one_line(self, start, camera, model, here) -> None:
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("needs /dev/full")
        with full.open("w") as disk:
            process = start("rpicam", "--model", model, "--format", "jsonl", "--annotate", "drawn.avi", stdout=disk)
            err = process.communicate(timeout=PATIENCE)[1]
        assert process.returncode == 1
        assert err.splitlines()[-1] == "error: cannot write to stdout: no space left on device"
        assert not running(int((here / "camera.pid").read_text()))


def show(folder: Path, page: NDArray[np.uint8]) -> None:
    """Put another page before the camera."""
    cv2.imwrite(str(folder / "new.jpg"), page)
    os.replace(folder / "new.jpg", folder / "page.jpg")


def read_until(terminal: int, text: str | None) -> str:
    """Return what a program shows until ``text`` has come, or until it ends."""
    shown = b""
    deadline = time.monotonic() + PATIENCE
    while text is None or text.encode() not in shown:
        assert select.select([terminal], [], [], deadline - time.monotonic())[0], shown
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            data = b""
        if not data:
            break
        shown += data
    return shown.decode()


def test_pictures_that_arrive_in_a_folder_are_read_one_by_one(start, here, page, model) -> None:
    pytest.importorskip("watchfiles")
    folder = here / "in"
    folder.mkdir()
    cv2.imwrite(str(here / "page.png"), page)
    process = start("in", "--model", model, "--format", "jsonl")
    told = [json.loads(process.stdout.readline())]
    for name in ("a.png", "b.png"):
        shutil.copy(here / "page.png", folder / name)
        while told[-1]["event"] != "appeared" or told[-2]["source"] != os.path.join("in", name):
            told.append(json.loads(process.stdout.readline()))
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert [event["event"] for event in told] == ["source", "source", "appeared", "vanished", "source", "appeared"]
    assert [event["source"] for event in told] == ["in", *[f"in/{name}.png" for name in "aaabb"]]
    assert [event["id"] for event in told if "id" in event] == [1, 1, 2]
