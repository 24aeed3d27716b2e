"""The doctor looks at the machine and its Python."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from numbre_edge.doctor.machine import Machine, check_machine, this_machine

PI = Machine("aarch64", 64, "Linux", "3.13.1", "Raspberry Pi 5 Model B Rev 1.0")
RANGE = ">=3.11,<3.14"


def test_a_raspberry_pi_is_well_and_named() -> None:
    architecture, python = check_machine(PI, RANGE)

    assert (architecture.status, python.status) == ("ok", "ok")
    assert architecture.found == "aarch64, 64-bit, Linux, Raspberry Pi 5 Model B Rev 1.0"


@pytest.mark.parametrize("processor", ["armv7l", "aarch64"])  # a 32-bit system has a 64-bit kernel on a Pi 4
def test_a_32_bit_raspberry_pi_needs_another_system(processor: str) -> None:
    check, _ = check_machine(Machine(processor, 32, "Linux", "3.11.2", "Raspberry Pi 4 Model B Rev 1.5"), RANGE)

    assert check.status == "problem"
    assert check.found.endswith("numbre-edge needs 64 bits")
    assert check.remedy == "write Raspberry Pi OS (64-bit) to the card with Raspberry Pi Imager"


def test_32_bits_elsewhere_need_another_python_too() -> None:
    check, _ = check_machine(Machine("i686", 32, "Linux", "3.11.2"), RANGE)

    assert (check.status, check.remedy) == ("problem", "install a 64-bit system and a 64-bit Python")


@pytest.mark.parametrize(
    ("processor", "system", "status", "tested"),
    [
        ("x86_64", "Linux", "ok", True),
        ("arm64", "Darwin", "ok", False),
        ("AMD64", "Windows", "ok", False),
        ("riscv64", "Linux", "warning", False),
    ],
)
def test_it_says_where_nobody_tried(processor: str, system: str, status: str, tested: bool) -> None:
    check, _ = check_machine(Machine(processor, 64, system, "3.12.0"), RANGE)

    assert check.status == status
    assert ("not tested" in check.found) is not tested


@pytest.mark.parametrize(("python", "status"), [("3.10.14", "problem"), ("3.11.0", "ok"), ("3.14.0", "problem")])
def test_python_must_be_in_range(python: str, status: str) -> None:
    _, check = check_machine(Machine("x86_64", 64, "Linux", python), RANGE)

    assert check.status == status
    assert check.found == f"{python}; numbre-edge runs on >=3.11,<3.14"
    assert (check.remedy is None) == (status == "ok")


def test_a_board_says_what_it_is(tmp_path: Path) -> None:
    tree = tmp_path / "model"
    tree.write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")

    assert this_machine(tree).is_pi
    assert this_machine(tree).board == "Raspberry Pi Zero 2 W Rev 1.0"
    assert not this_machine(tmp_path / "none").is_pi
    assert this_machine(tmp_path / "none").python == "{}.{}.{}".format(*sys.version_info)
