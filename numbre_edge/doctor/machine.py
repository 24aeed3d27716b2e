"""The machine and its Python."""

from __future__ import annotations

import platform
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet

from numbre_edge.doctor.check import Check

_DEVICE_TREE = Path("/proc/device-tree/model")
_TESTED = {"x86_64", "aarch64"}
_EXPECTED = _TESTED | {"amd64", "arm64"}  # the same processors, as Windows and macOS call them


@dataclass(frozen=True)
class Machine:
    """What this program runs on.

    Attributes:
        processor: as the system calls it: ``x86_64``, ``aarch64``, ...
        bits: of this Python; a 64-bit kernel may run a 32-bit system.
        system: ``Linux``, ``Darwin``, ``Windows``.
        python: its version, ``3.13.1``.
        board: what a single-board computer calls itself, "" elsewhere.
    """

    processor: str
    bits: int
    system: str
    python: str
    board: str = ""

    @property
    def is_arm(self) -> bool:
        return self.processor.lower() in ("aarch64", "arm64")

    @property
    def is_pi(self) -> bool:
        return self.board.startswith("Raspberry Pi")


def this_machine(device_tree: Path = _DEVICE_TREE) -> Machine:
    """Return what this program runs on."""
    return Machine(
        processor=platform.machine(),
        bits=struct.calcsize("P") * 8,
        system=platform.system(),
        python=".".join(map(str, sys.version_info[:3])),
        board=_board(device_tree),
    )


def check_machine(machine: Machine, requires_python: str | None) -> Iterator[Check]:
    """Check that there are packages for this processor and this Python.

    Args:
        machine: what this program runs on.
        requires_python: the supported range, as ``>=3.11,<3.14``; None where it is not known.
    """
    yield _check_architecture(machine)
    if requires_python is None:
        yield Check("python", "ok", machine.python)
        return
    found = f"{machine.python}; numbre-edge runs on {as_range(requires_python)}"
    if SpecifierSet(requires_python).contains(machine.python, prereleases=True):
        yield Check("python", "ok", found)
    else:
        yield Check(
            "python",
            "problem",
            found,
            "install such a Python, make a venv with it (pythonX.Y -m venv venv) and install numbre-edge there",
        )


def as_range(specifier: SpecifierSet | str) -> str:
    """Return a range of versions with its lower end first: ``>=2,<3``."""
    return ",".join(sorted(str(specifier).split(","), reverse=True))


def _check_architecture(machine: Machine) -> Check:
    found = ", ".join(
        part for part in (machine.processor, f"{machine.bits}-bit", machine.system, machine.board) if part
    )
    if machine.bits != 64:
        remedy = (
            "write Raspberry Pi OS (64-bit) to the card with Raspberry Pi Imager"
            if machine.is_pi
            else "install a 64-bit system and a 64-bit Python"
        )
        return Check("architecture", "problem", f"{found}: numbre-edge needs 64 bits", remedy)
    if machine.processor.lower() not in _EXPECTED:
        return Check(
            "architecture", "warning", f"{found}: not tested", "try it; OpenCV and onnxruntime may have to be built"
        )
    tested = machine.system == "Linux" and machine.processor in _TESTED
    return Check("architecture", "ok", found if tested else f"{found} (expected to work, not tested)")


def _board(device_tree: Path) -> str:
    try:
        return device_tree.read_text(errors="replace").strip("\0\n ")
    except OSError:
        return ""
