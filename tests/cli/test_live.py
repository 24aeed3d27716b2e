"""``numbre-edge live``: events, views, options, and how it ends."""

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

from numbre_edge.cli.options import parse_size
from numbre_edge.errors import UsageError
from numbre_edge.events import Statistics
from numbre_edge.sinks.summary import status, summary
from numbre_edge.sinks.window import has_windows

NUMBER_KEYS = ["event", "id", "text", "confidence", "box", "frame", "timestamp", "source", "time"]
SOURCE_KEYS = ["event", "state", "source", "timestamp", "detail", "time"]
PATIENCE = 60  # seconds until a hang is a failure
OWN_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(1, termios.TIOCSCTTY, 0)  # from now on its end is told by SIGHUP
os.execv(sys.argv[1], sys.argv[1:])
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def clip(here: Path, page: NDArray[np.uint8]) -> Path:
    """A video of two seconds: the page with its three ones, at 10 frames a second."""
    writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for _ in range(20):
        writer.write(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
    writer.release()
    return here / "clip.avi"


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


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def boxes(out: str) -> list[object]:
    """Return left, top, width and height of all that appeared, one after the other."""
    return [side for line in lines(out) if line["event"] == "appeared" for side in line["box"]]


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class TestVideoFile:
    def test_events_as_json(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl")
        opened, appeared, ended = lines(done.out)
        assert done.code == 0
        assert list(opened) == list(ended) == SOURCE_KEYS
        assert list(appeared) == NUMBER_KEYS
        assert (opened["event"], opened["state"], opened["source"]) == ("source", "open", "clip.avi")
        assert (appeared["event"], appeared["id"], len(str(appeared["text"]))) == ("appeared", 1, 3)
        assert appeared["timestamp"] == appeared["frame"] / 10
        assert (ended["state"], ended["timestamp"]) == ("ended", 1.9)

    def test_events_as_plain_lines_where_stdout_is_no_terminal(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model)
        said = [line[len("2026-07-01 12:00:00  ") :] for line in done.out.splitlines()]
        assert said[0] == "    0.0 s  open      clip.avi"
        assert said[1].split()[2:4] == ["appeared", "#1"]
        assert said[2] == "    1.9 s  ended     clip.avi"
        assert " unchanged in " in done.err
        assert done.err.endswith(" frames/s\n")
        assert len(done.err.splitlines()) == 1

    def test_quiet_and_verbose(self, run, clip, model) -> None:
        assert run("live", "clip.avi", "--model", model, "-q").err == ""
        assert run("live", "clip.avi", "--model", model, "-v").err.startswith(f"model {model}, backend onnx\n")

    def test_the_annotated_video_can_be_read_again(self, run, clip, model, here) -> None:
        done = run("live", "clip.avi", "--model", model, "--annotate", "drawn.mp4")
        assert done.code == 0
        capture = cv2.VideoCapture("drawn.mp4")
        frames = []
        while (answer := capture.read())[0]:
            frames.append(answer[1])
        assert (len(frames), capture.get(cv2.CAP_PROP_FPS)) == (20, 10)
        capture.release()
        plain = cv2.VideoCapture("clip.avi")
        page = plain.read()[1]
        plain.release()
        changed = [float(cv2.absdiff(frame, page).max()) for frame in (frames[0], frames[-1])]
        assert changed[0] < 60 < 100 < changed[1]  # nothing is drawn before the number has appeared
        assert sorted(path.name for path in here.iterdir()) == ["clip.avi", "drawn.mp4"]

    def test_rules_hold_back_what_breaks_them(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--digits", "5")
        assert [line["event"] for line in lines(done.out)] == ["source", "source"]

    def test_a_region_is_in_pixels_of_the_whole_frame(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--roi", "115,0,90,160")
        (appeared,) = [line for line in lines(done.out) if line["event"] == "appeared"]
        assert len(str(appeared["text"])) == 1
        assert appeared["box"][0] >= 115

    def test_frames_are_turned_and_mirrored_first(self, run, clip, model) -> None:
        upside_down = cv2.VideoWriter("turned.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (160, 320))
        capture = cv2.VideoCapture("clip.avi")
        while (answer := capture.read())[0]:
            upside_down.write(cv2.rotate(cv2.flip(answer[1], 1), cv2.ROTATE_90_CLOCKWISE))
        upside_down.release()
        capture.release()
        turned = run(
            "live", "turned.avi", "--model", model, "--format", "jsonl", "--rotate", "270", "--annotate", "a.avi"
        )
        right = ("--rotate", "90", "--flip", "v", "--roi", "0%,0%,100%,100%")
        done = run("live", "turned.avi", "--model", model, "--format", "jsonl", *right)
        plain = run("live", "clip.avi", "--model", model, "--format", "jsonl")
        assert boxes(done.out) == pytest.approx(boxes(plain.out), abs=2)
        assert turned.code == 0
        assert cv2.VideoCapture("a.avi").read()[1].shape == (160, 320, 3), "what is drawn is the frame set right"

    def test_a_region_outside_is_wrong_usage(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--roi", "900,0,10,10")
        assert done.code == 2
        assert done.err == "error: region 900,0,10,10 lies outside the 320x160 picture\n"

    def test_of_a_damaged_one_comes_first_what_can_be_read(self, run, clip, model) -> None:
        clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--annotate", "drawn.avi")
        assert done.code == 1
        assert [line["event"] for line in lines(done.out)] == ["source", "appeared"]
        said, error = done.err.splitlines()
        assert " unchanged in " in said
        assert error.startswith("error: clip.avi: damaged: ")
        assert cv2.VideoCapture("drawn.avi").grab()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["gone.avi"], 1, "gone.avi: no such file"),
        (["/dev/video97"], 1, "/dev/video97"),
        (["nonsense"], 2, "nonsense: not a source of frames"),
        (["clip.avi", "--roi", "1,2,3"], 2, "--roi 1,2,3: must be four whole numbers"),
        (["0", "--size", "big"], 2, "--size big: must be two whole numbers WxH in pixels, like 1280x720"),
        (["clip.avi", "--annotate", "drawn.gif"], 2, "--annotate drawn.gif: a video's name must end in .mp4 or .avi"),
        (["clip.avi", "--annotate", "clip.avi"], 2, "--annotate clip.avi: would overwrite what is read"),
        (["clip.avi", "--max-rate", "0"], 2, "rate"),
    ],
)
def test_what_cannot_work_is_one_line(run, clip, model, here, arguments, code, message) -> None:
    done = run("live", *arguments, "--model", model)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("error: ")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert [path.name for path in here.iterdir()] == ["clip.avi"]


@pytest.mark.skipif(has_windows(cv2.getBuildInformation()), reason="this OpenCV has windows")
def test_a_window_needs_the_other_opencv(run, clip, model) -> None:
    done = run("live", "clip.avi", "--model", model, "--window")
    assert (done.code, done.out) == (2, "")
    assert "pip uninstall opencv-python-headless && pip install opencv-python" in done.err


def test_which_opencv_has_windows() -> None:
    assert has_windows("  Build:\n\n  GUI:                           QT5\n    QT:   YES (ver 5.15.16 )\n")
    assert has_windows("  GUI:                           GTK3\n")
    assert not has_windows("  GUI:                           NONE\n    VTK support:                 NO\n")
    assert not has_windows("")


def test_least_values_are_values(run, clip, model) -> None:
    sure = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--min-confidence", "1")
    unsure = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--min-confidence", "0")
    assert [line["event"] for line in lines(sure.out)] == ["source", "source"], "all digits are doubtful"
    assert "appeared" in unsure.out


@pytest.mark.parametrize(
    ("option", "least"), [("--fps", "0"), ("--digits", "0"), ("--max-rate", "0"), ("--roi", "0,0,0,0")]
)
def test_a_least_value_that_means_nothing_is_refused(run, clip, model, option, least) -> None:
    done = run("live", "0" if option == "--fps" else "clip.avi", "--model", model, option, least)
    assert (done.code, done.out) == (2, "")


def test_it_ends_between_two_frames_not_within_one(run, clip, model) -> None:
    done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--duration", "0")
    assert (done.code, len(lines(done.out))) == (0, 1)
    assert done.err.startswith("1 frame read, 0 unchanged in ")


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


def test_a_size_is_two_whole_numbers() -> None:
    assert parse_size("1280x720") == parse_size("1280X720") == (1280, 720)
    for text in ("", "1280", "1280x", "1280x720x3", "0x5", "-1x5", "1.5x2"):
        with pytest.raises(UsageError, match="--size"):
            parse_size(text)


def test_figures_are_in_the_units_of_people() -> None:
    statistics = Statistics(read=1204, unchanged=33, dropped=2, seconds=41.2, fps=29.84, p50=0.0211, p95=0.0342)
    assert status(statistics) == "29.8 frames/s, capture to reading p50 21 ms, p95 34 ms"
    assert summary(statistics) == (
        "1204 frames read, 33 unchanged, 2 dropped in 41.2 s: 30.0 frames/s, capture to reading p50 21 ms, p95 34 ms"
    )
    assert summary(Statistics(read=1)) == "1 frame read, 0 unchanged in 0.0 s"
