"""The cameras: which there are, whether they may be opened, and the Raspberry Pi's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator

from numbre_edge.doctor.check import Check
from numbre_edge.doctor.machine import Machine
from numbre_edge.sources.devices import Device

_PROGRAMS = ("rpicam-vid", "libcamera-vid")  # as numbre_edge.sources.rpicam looks for them
_NO_CAMERA = "no cameras available"
_INSTALL = "sudo apt install rpicam-apps"
_TIMEOUT = 20.0  # seconds for the list of cameras


def check_devices(devices: Iterable[Device], *, groups: frozenset[str]) -> Iterator[Check]:
    """Check the video devices.

    Args:
        devices: all of them.
        groups: the user's groups as the system's list has them, which a running session may not have yet.
    """
    listed = list(devices)
    if not any(device.camera for device in listed):
        others = f"none ({len(listed)} video devices, none of them a camera)" if listed else "none (no /dev/video*)"
        yield Check("camera", "ok", f"{others}; pictures, videos and streams need none")
    closed = [device.path for device in listed if device.camera and device.problem]
    if closed:  # in one line: a Raspberry Pi has a dozen
        yield Check("camera", "problem", f"{', '.join(closed)} may not be opened by this user", _access(groups))
    for device in listed:
        name = f"camera {device.path}"
        if device.camera and device.problem:
            continue
        if device.camera:
            yield Check(name, "ok", f"{device.card}; numbre-edge live {device.path}")
        elif device.problem:
            yield Check(name, "warning", f"cannot be asked: {device.problem}", "plug it out and in again, or reboot")


def check_rpicam(machine: Machine, program: str | None, cameras: str | None) -> Iterator[Check]:
    """Check the program that reads a Raspberry Pi's own camera.

    Args:
        machine: what this program runs on.
        program: where it is installed, or None.
        cameras: what it answers when asked which cameras there are; None where it was not asked.
    """
    if program is None and machine.is_pi:
        yield Check("rpicam", "warning", "not installed: the ribbon camera cannot be read", _INSTALL)
    elif program is None:
        yield Check("rpicam", "ok", "not installed; only a Raspberry Pi's ribbon camera needs it")
    elif cameras is None:
        yield Check("rpicam", "ok", program)
    elif _NO_CAMERA in cameras.lower():
        remedy = (
            "where there should be one: switch off, press both ends of the ribbon in the right way round, start again"
        )
        yield Check("rpicam", "ok", f"{program}; no camera on the ribbon connector", remedy)
    else:
        found = [line.strip() for line in cameras.splitlines() if line.strip()[:1].isdecimal() and " : " in line]
        yield Check("rpicam", "ok", "; ".join([program, *found]))


def rpicam_program() -> str | None:
    """Return where ``rpicam-vid``, or what it was called before, is installed."""
    return next((path for program in _PROGRAMS if (path := shutil.which(program))), None)


def rpicam_cameras(program: str) -> str:
    """Return what ``program`` says of the cameras on the ribbon connectors.

    Raises:
        OSError, subprocess.TimeoutExpired: it cannot be run, fails, or hangs.
    """
    done = subprocess.run(
        [program, "--list-cameras"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_TIMEOUT,
        check=False,
    )
    said = done.stdout.decode(errors="replace")
    if done.returncode and _NO_CAMERA not in said.lower():
        last = (said.strip().splitlines() or ["it says nothing"])[-1]
        raise OSError(f"{program} --list-cameras ends with exit code {done.returncode}: {last}")
    return said


def listed_groups(user: str | None = None) -> frozenset[str]:
    """Return the names of the groups that ``user``, by default this one, is a member of by the system's list."""
    try:
        import grp
        import pwd
    except ImportError:  # Windows
        return frozenset()
    try:
        name = user or pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return frozenset()
    return frozenset(group.gr_name for group in grp.getgrall() if name in group.gr_mem)


def _access(groups: frozenset[str]) -> str:
    if "video" in groups:
        return "log out and in again: this session began before you joined the group video"
    return "sudo usermod -aG video $USER, then log out and in again"
