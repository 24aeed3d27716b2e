"""The Raspberry Pi's camera, played by a program of the same name that writes real JPEGs and dies as cameras do."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from numbre_edge.errors import SourceError
from numbre_edge.sources.devices import describe_devices
from numbre_edge.sources.live import LiveStream, Patience
from numbre_edge.sources.rpicam import RpicamCapture, find_program, open_rpicam
from numbre_edge.types import Frame, Pixels
from tests.sources.mjpeg_server import jpeg, number_of
from tests.sources.scripted_capture import (
    LONG,
    QUICK,
    collect,
    details_in,
    enough_frames,
    frames_in,
    reached,
    said,
    states_in,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rpicam-vid is a program of Raspberry Pi OS")

# What every program begins with. Each start appends a line to the file "starts": its arguments, and its process.
PRELUDE = """\
import os, signal, sys, time
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "starts"), "a") as file:
    print(os.getpid(), *sys.argv[1:], file=file)
with open(os.path.join(here, "starts")) as file:
    start = len(file.readlines())

def picture(name):
    with open(os.path.join(here, f"{name}.jpg"), "rb") as file:
        return file.read()

def write(data):
    os.write(1, data) if len(data) < 4096 else sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()

def film(*names, pause=0.01):
    for name in names:
        write(picture(name))
        time.sleep(pause)

def stay():
    while True:
        time.sleep(60)

"""
FOR_EVER = "while True: film(*range(10))"


class Camera:
    """The programs on PATH, and what they were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for number in range(10):
            (folder / f"{number}.jpg").write_bytes(jpeg(number))
        (folder / "large.jpg").write_bytes(jpeg(77, width=320, height=200))

    def install(self, body: str, *, name: str = "rpicam-vid") -> None:
        """Make a program that does ``body``."""
        program = self.folder / f"{name}.py"
        program.write_text(PRELUDE + body)
        script = self.folder / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I {shlex.quote(str(program))} "$@"\n')
        script.chmod(0o755)

    def starts(self) -> list[list[str]]:
        """Return the words of each start: its process, then its arguments."""
        return [line.split() for line in (self.folder / "starts").read_text().splitlines()]

    def processes(self) -> list[int]:
        return [int(words[0]) for words in self.starts()]


@pytest.fixture
def camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Camera:
    monkeypatch.setenv("PATH", str(tmp_path))
    return Camera(tmp_path)


def stream_of(patience: Patience = QUICK) -> LiveStream:
    return LiveStream("rpicam", open_rpicam, kind="camera", patience=patience)


def read(capture: RpicamCapture) -> Pixels:
    """Return the next frame."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        pixels = capture.read()
        if pixels is not None:
            return pixels
    raise AssertionError("no frame came")


def end_of(capture: RpicamCapture) -> tuple[list[int], str]:
    """Return the numbers of all frames that still come, and why no more do; close it."""
    numbers = []
    end = time.monotonic() + LONG
    try:
        while time.monotonic() < end:
            pixels = capture.read()
            if pixels is not None:
                numbers.append(number_of(pixels))
    except SourceError as exc:
        return numbers, str(exc)
    finally:
        capture.close()
    raise AssertionError(f"it never ended; seen: {numbers}")


def exists(process: int) -> bool:
    """Return whether there is such a process, be it a zombie."""
    try:
        os.kill(process, 0)
    except OSError as exc:
        return exc.errno != errno.ESRCH
    return True


class TestFrames:
    def test_every_picture_is_a_frame_in_its_order(self, camera: Camera) -> None:
        camera.install("film(*range(10), pause=0)")
        numbers, _ = end_of(open_rpicam())

        assert numbers == list(range(10))

    def test_by_default_it_is_asked_for_720p_thirty_times_a_second_without_end_or_preview(self, camera: Camera) -> None:
        camera.install(FOR_EVER)
        capture = open_rpicam()
        pixels = read(capture)
        capture.close()

        (words,) = camera.starts()
        assert words[1:] == [
            *("-t", "0", "-n", "--codec", "mjpeg"),
            *("--width", "1280", "--height", "720", "--framerate", "30"),
            *("-o", "-"),
        ]
        assert pixels.shape == (80, 160, 3), "what the camera gives, and not what was asked of it"

    def test_size_and_rate_are_asked_for(self, camera: Camera) -> None:
        camera.install(FOR_EVER)
        capture = open_rpicam(size=(640, 480), fps=12.5)
        read(capture)
        capture.close()

        asked = " ".join(camera.starts()[0])
        assert "--width 640 --height 480 --framerate 12.5" in asked

    def test_a_size_that_changes_mid_stream_goes_on(self, camera: Camera) -> None:
        camera.install("film(1, 2)\nwhile True: film('large')")
        with stream_of() as stream:
            found = collect(stream, lambda found: any(frame.width == 320 for frame in frames_in(found)))

        assert states_in(found) == ["open"]
        assert frames_in(found)[-1].pixels.shape == (200, 320, 3)

    def test_pictures_may_come_in_crumbs_with_other_bytes_between(self, camera: Camera) -> None:
        camera.install(
            "for name in range(4):\n"
            "    data = b'noise' + picture(name)\n"
            "    for at in range(0, len(data), 7): write(data[at:at + 7])"
        )
        assert end_of(open_rpicam())[0] == [0, 1, 2, 3]

    def test_a_damaged_picture_is_passed_over(self, camera: Camera) -> None:
        camera.install("film(1)\nwrite(bytes([255, 216, 255, 218, 0, 2, 1, 2, 3, 255, 217]))\nfilm(2)")
        assert end_of(open_rpicam())[0] == [1, 2]

    def test_what_it_says_meanwhile_neither_blocks_it_nor_is_printed(
        self, camera: Camera, capfd: pytest.CaptureFixture[str]
    ) -> None:
        camera.install("for name in range(10):\n    film(name, pause=0)\n    os.write(2, b'#1 (30.0 fps)\\n' * 4000)")
        numbers, error = end_of(open_rpicam())

        assert numbers == list(range(10))
        assert error.startswith("rpicam-vid stopped (exit status 0): #1 (30.0 fps); check")
        assert capfd.readouterr() == ("", "")


class TestPrograms:
    def test_its_older_name_is_known_too(self, camera: Camera) -> None:
        camera.install(FOR_EVER, name="libcamera-vid")
        assert find_program() == str(camera.folder / "libcamera-vid")
        with stream_of() as stream:
            assert number_of(frames_in(collect(stream, enough_frames(1)))[0].pixels) in range(10)

    def test_the_newer_name_comes_first(self, camera: Camera) -> None:
        camera.install("", name="libcamera-vid")
        camera.install("")
        assert find_program() == str(camera.folder / "rpicam-vid")

    @pytest.mark.usefixtures("camera")
    def test_without_either_it_is_said_what_to_install_and_what_there_is(self) -> None:
        assert find_program() is None
        with pytest.raises(SourceError) as caught:
            open_rpicam()

        assert str(caught.value) == (
            "rpicam: rpicam-vid and libcamera-vid are not installed: on a Raspberry Pi, sudo apt install rpicam-apps; "
            + describe_devices(ribbon=False)
        )
        assert str(caught.value).count("rpicam-apps") == 1

    def test_one_that_cannot_be_started_is_an_error(self, camera: Camera) -> None:
        script = camera.folder / "rpicam-vid"
        script.write_text("#!/no/such/program\n")
        script.chmod(0o755)

        with pytest.raises(
            SourceError, match=r"rpicam: .*/rpicam-vid cannot be started: No such file or directory; rein"
        ):
            open_rpicam()


class TestLoss:
    def test_one_that_dies_in_the_middle_of_a_picture_is_said_and_started_again(self, camera: Camera) -> None:
        camera.install(
            "if start == 1:\n"
            "    film(1, 2)\n"
            "    write(picture(3)[:-200])\n"
            "    os.write(2, b'\\x1b[1;31mERROR: \\x1b[0m*** camera timed out ***\\nclosing\\n')\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
            "while True: film(8, 9)"
        )
        with stream_of() as stream:
            found = collect(stream, reached("open", "lost", "open"))
            found += collect(stream, enough_frames(2))

        (detail,) = details_in(found)
        assert detail == (
            "rpicam-vid stopped (exit status -9): ERROR: *** camera timed out ***; check the camera's cable, that no "
            "other program uses it, and `rpicam-hello --list-cameras`; trying again in 0.02 s"
        )
        numbers = [number_of(frame.pixels) for frame in frames_in(found)]
        assert set(numbers) <= {1, 2, 8, 9}, "half a picture is no frame"
        assert numbers[-1] in (8, 9)
        assert len(camera.starts()) == 2

    def test_without_a_camera_the_program_s_own_words_are_the_error(self, camera: Camera) -> None:
        camera.install("sys.exit('ERROR: *** no cameras available ***')", name="libcamera-vid")
        with stream_of() as stream, pytest.raises(SourceError) as caught:
            list(stream.events())

        assert str(caught.value) == (
            "libcamera-vid stopped (exit status 1): ERROR: *** no cameras available ***; check the camera's cable, "
            "that no other program uses it, and `libcamera-hello --list-cameras`"
        )

    def test_one_that_stalls_is_ended_and_started_again(self, camera: Camera) -> None:
        camera.install(f"if start == 1:\n    film(1)\n    stay()\n{FOR_EVER}")
        with stream_of(Patience(retry=0.02, stall=0.5)) as stream:
            found = collect(stream, reached("open", "lost", "open"))
            first, second = camera.processes()
            assert not exists(first)
            assert exists(second)

        assert details_in(found)[0].startswith("rpicam: no frame for 0.5 s")

    def test_one_that_closes_its_output_and_stays_is_lost(self, camera: Camera) -> None:
        camera.install("film(1)\nos.close(1)\nstay()")
        numbers, error = end_of(open_rpicam())

        assert numbers == [1]
        assert error.startswith("rpicam-vid stopped (its output is closed); check")

    def test_a_program_that_is_taken_away_is_waited_for(self, camera: Camera) -> None:
        camera.install("film(1)")
        with stream_of() as stream:
            collect(stream, said("open"))
            (camera.folder / "rpicam-vid").unlink()
            found = collect(stream, lambda found: any("are not installed" in detail for detail in details_in(found)))
            camera.install(FOR_EVER)
            found += collect(stream, said("open"))

        assert states_in(found)[-1] == "open"


class TestClosing:
    def test_closing_ends_the_program_and_leaves_no_zombie(self, camera: Camera) -> None:
        camera.install(FOR_EVER)
        with stream_of() as stream:
            collect(stream, enough_frames(3))
            (process,) = camera.processes()
            assert exists(process)

        assert not exists(process)

    def test_it_is_asked_to_end_and_may_do_so_in_order(self, camera: Camera) -> None:
        camera.install(
            "def end(*_):\n"
            "    open(os.path.join(here, 'in-order'), 'w').close()\n"
            "    os._exit(0)\n"
            f"signal.signal(signal.SIGTERM, end)\n{FOR_EVER}"
        )
        capture = open_rpicam()
        read(capture)
        capture.close()

        assert (camera.folder / "in-order").exists()

    def test_one_that_does_not_want_to_end_is_killed(self, camera: Camera) -> None:
        camera.install(f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{FOR_EVER}")
        capture = open_rpicam()
        read(capture)
        (process,) = camera.processes()
        capture.close()

        assert not exists(process)

    def test_closing_twice_one_that_has_already_gone_is_no_error(self, camera: Camera) -> None:
        camera.install("film(1)")
        capture = open_rpicam()
        end_of(capture)
        capture.close()

        assert not exists(camera.processes()[0])

    @pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts in /proc, which only Linux has")
    def test_many_losses_leave_no_process_no_pipe_and_no_thread(self, camera: Camera) -> None:
        camera.install("film(1, 2)")
        files, threads = set(os.listdir("/proc/self/fd")), threading.active_count()
        with stream_of() as stream:
            collect(stream, lambda found: states_in(found).count("lost") == 6)

        assert set(os.listdir("/proc/self/fd")) == files
        assert threading.active_count() == threads
        assert len(camera.processes()) >= 6
        assert not any(map(exists, camera.processes()))

    def test_a_ctrl_c_in_the_terminal_does_not_reach_the_program(self, camera: Camera) -> None:
        camera.install(FOR_EVER)
        capture = open_rpicam()
        read(capture)
        (process,) = camera.processes()

        assert os.getpgid(process) != os.getpgid(0), "a terminal signals its whole group"
        os.kill(process, signal.SIGINT)  # yet it ends in order if it is told to itself
        assert "exit status" in end_of(capture)[1]


def test_frames_are_stamped_and_counted(camera: Camera) -> None:
    camera.install(FOR_EVER)
    with stream_of() as stream:
        found = collect(stream, enough_frames(5))

    frames: list[Frame] = frames_in(found)
    assert [frame.source for frame in frames] == ["rpicam"] * 5
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames})
    assert [number_of(frame.pixels) for frame in frames] == [frame.index % 10 for frame in frames]
    times = [frame.timestamp for frame in frames]
    assert times == sorted(times)
