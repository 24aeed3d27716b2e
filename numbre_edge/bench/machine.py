"""What the figures were measured on, and whether it was calm and cool: no figure means anything without."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.doctor.machine import Machine, this_machine
from numbre_edge.doctor.packages import version_of

_CPUINFO = Path("/proc/cpuinfo")
_THERMAL = Path("/sys/class/thermal")
_CPU_ZONES = ("cpu-thermal", "x86_pkg_temp")  # as a Raspberry Pi and a PC call it
# Bits of what `vcgencmd get_throttled` says, by Raspberry Pi's documentation of it; 16 further on: since it started.
_THROTTLED = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "soft temperature limit"}
_SINCE_START = 16


@dataclass(frozen=True)
class About:
    """A machine and what runs on it.

    Attributes:
        processor: what it calls itself, or the board it is on.
        cores: that this process may use.
        system: with its architecture.
        versions: of Python and the packages that read, by name.
    """

    processor: str
    cores: int
    system: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Strain:
    """How busy and how warm it is.

    Attributes:
        load: processes that want to run, the mean of a minute; None where the system does not say.
        celsius: of the processor; None where it does not say.
        throttled: what slows a Raspberry Pi, or did since it started; None where it is none.
    """

    load: float | None
    celsius: float | None
    throttled: tuple[str, ...] | None


def about(machine: Machine | None = None, cpuinfo: Path = _CPUINFO) -> About:
    """Return what this program runs on."""
    machine = machine or this_machine()
    packages = dict.fromkeys(["numbre-edge", "numpy", *(runtime.package for runtime in RUNTIMES.values())])
    versions = {package: version for package in packages if (version := version_of(package))}
    return About(
        processor=machine.board or _model_name(cpuinfo) or machine.processor,
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        system=f"{machine.system} {machine.processor}",
        versions={"Python": machine.python} | versions,
    )


def strain() -> Strain:
    """Return how busy and how warm it is now."""
    return Strain(
        load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        celsius=celsius(),
        throttled=throttled(),
    )


def celsius(thermal: Path = _THERMAL) -> float | None:
    """Return the processor's temperature, by Linux."""
    for zone in sorted(thermal.glob("thermal_zone*")):
        with suppress(OSError, ValueError):
            if (zone / "type").read_text().strip() in _CPU_ZONES:
                return int((zone / "temp").read_text()) / 1000
    return None


def throttled(program: str = "vcgencmd") -> tuple[str, ...] | None:
    """Return what slows this Raspberry Pi, empty where nothing does."""
    if shutil.which(program) is None:
        return None
    try:
        done = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=10, check=True)
        bits = int(done.stdout.partition("=")[2], 16)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    now = [what for bit, what in _THROTTLED.items() if bits >> bit & 1]
    before = [f"{what} since it started" for bit, what in _THROTTLED.items() if bits >> bit + _SINCE_START & 1]
    return (*now, *before)


def _model_name(cpuinfo: Path) -> str:
    with suppress(OSError):
        for line in cpuinfo.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return ""
