"""The doctor looks at the cameras, and whether this user may open them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from numbre_edge.doctor.cameras import check_devices, check_rpicam, listed_groups, rpicam_cameras, rpicam_program
from numbre_edge.doctor.check import Check
from numbre_edge.doctor.machine import Machine
from numbre_edge.sources.devices import Device
from numbre_edge.sources.rpicam import PROGRAMS

DESKTOP = Machine("x86_64", 64, "Linux", "3.11.2")
PI = Machine("aarch64", 64, "Linux", "3.11.2", "Raspberry Pi 4 Model B Rev 1.5")
PROGRAM = "/usr/bin/rpicam-vid"
WEBCAM = Device("/dev/video0", "HD Webcam", camera=True)
CODEC = Device("/dev/video10", "bcm2835-codec-decode", camera=False)
CLOSED = [Device(f"/dev/video{n}", "", camera=True, problem="you may not open it") for n in (0, 1)]

LIST = """\
Available cameras
-----------------
0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx708@1a)
    Modes: 'SRGGB10_CSI2P' : 1536x864 [120.13 fps - (768, 432)/3072x1728 crop]
"""
no_programs = pytest.mark.skipif(
    not Path("/bin/sh").exists(), reason="no /bin/sh for a program that plays the camera's"
)


def test_a_camera_is_named_with_the_command_that_reads_it() -> None:
    (check,) = check_devices([WEBCAM, CODEC], groups=frozenset())

    assert check == Check("camera /dev/video0", "ok", "HD Webcam; numbre-edge live /dev/video0")


@pytest.mark.parametrize(
    ("devices", "said"), [([], "none (no /dev/video*)"), ([CODEC], "none (1 video devices, none of them a camera)")]
)
def test_no_camera_is_no_fault(devices: list[Device], said: str) -> None:
    (check,) = check_devices(devices, groups=frozenset())

    assert check.status == "ok"
    assert check.found.startswith(said)


@pytest.mark.parametrize(
    ("groups", "remedy"),
    [
        ({"users"}, "sudo usermod -aG video $USER, then log out and in again"),
        ({"users", "video"}, "log out and in again: this session began before you joined the group video"),
    ],
)
def test_cameras_that_may_not_be_opened_are_one_problem(groups: set[str], remedy: str) -> None:
    checks = list(check_devices([*CLOSED, CODEC], groups=frozenset(groups)))

    assert checks == [Check("camera", "problem", "/dev/video0, /dev/video1 may not be opened by this user", remedy)]


def test_a_device_that_gives_no_answer_is_a_warning() -> None:
    dead = Device("/dev/video2", "", camera=False, problem="input/output error")

    checks = {check.name: check for check in check_devices([WEBCAM, dead], groups=frozenset())}

    assert checks["camera /dev/video2"].status == "warning"
    assert checks["camera /dev/video0"].status == "ok"


def test_a_raspberry_pi_without_rpicam_is_warned() -> None:
    (check,) = check_rpicam(PI, None, None)

    assert (check.status, check.remedy) == ("warning", "sudo apt install rpicam-apps")


def test_no_other_machine_needs_rpicam() -> None:
    (check,) = check_rpicam(DESKTOP, None, None)

    assert (check.status, check.remedy) == ("ok", None)


def test_the_cameras_on_the_ribbon_are_named() -> None:
    (check,) = check_rpicam(PI, PROGRAM, LIST)

    assert check.status == "ok"
    assert check.found == f"{PROGRAM}; 0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx708@1a)"


def test_an_empty_ribbon_is_no_fault_but_says_what_to_look_at() -> None:
    (check,) = check_rpicam(PI, PROGRAM, "No cameras available!\n")

    assert check.status == "ok"
    assert check.remedy is not None
    assert "ribbon" in check.remedy


def program(folder: Path, name: str, script: str) -> str:
    """Write an executable."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@no_programs
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_is_found_by_either_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rpicam_program() is None

    path = program(tmp_path, name, "")

    assert rpicam_program() == path


@no_programs
def test_the_program_is_asked_for_its_cameras(tmp_path: Path) -> None:
    fake = program(tmp_path, "rpicam-vid", '[ "$*" = --list-cameras ] && echo "0 : imx219 [3280x2464]" >&2')

    assert rpicam_cameras(fake) == "0 : imx219 [3280x2464]\n"


@no_programs
def test_an_empty_ribbon_is_no_failure_of_the_program(tmp_path: Path) -> None:
    assert "No cameras" in rpicam_cameras(program(tmp_path, "rpicam-vid", "echo No cameras available!; exit 255"))


@no_programs
def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    fake = program(tmp_path, "rpicam-vid", "echo libcamera.so.0.5: cannot open shared object file >&2; exit 127")

    with pytest.raises(OSError, match=r"ends with exit code 127: libcamera\.so\.0\.5: cannot open"):
        rpicam_cameras(fake)


@no_programs
def test_a_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbre_edge.doctor.cameras._TIMEOUT", 0.1)

    with pytest.raises(subprocess.TimeoutExpired):
        rpicam_cameras(program(tmp_path, "rpicam-vid", "exec sleep 60"))


def test_groups_are_those_of_the_systems_list() -> None:
    grp = pytest.importorskip("grp", reason="no groups on this system")
    groups = [group for group in grp.getgrall() if group.gr_mem]
    if not groups:
        pytest.skip("no group of this system lists a member")

    assert groups[0].gr_name in listed_groups(groups[0].gr_mem[0])
    assert listed_groups("nobody-of-that-name") == frozenset()
