"""What the figures are of: a machine, and how busy and warm it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from numbre_edge.bench.machine import about, celsius, throttled
from numbre_edge.doctor.machine import Machine

PI = Machine("aarch64", 64, "Linux", "3.13.1", "Raspberry Pi 5 Model B Rev 1.0")
PC = Machine("x86_64", 64, "Linux", "3.13.1")


def test_a_board_says_what_it_is_and_a_pc_what_its_processor_is(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Any  CPU @ 3 GHz\n")

    assert about(PI, cpuinfo).processor == "Raspberry Pi 5 Model B Rev 1.0"
    assert about(PC, cpuinfo).processor == "Any CPU @ 3 GHz"
    assert about(PC, tmp_path / "none").processor == "x86_64"
    assert about(PC).versions.keys() >= {"Python", "numpy", "onnxruntime"}


def test_the_temperature_is_the_processor_s(tmp_path: Path) -> None:
    for number, (kind, value) in enumerate([("acpitz", "27800"), ("cpu-thermal", "61342")]):
        zone = tmp_path / f"thermal_zone{number}"
        zone.mkdir()
        (zone / "type").write_text(f"{kind}\n")
        (zone / "temp").write_text(f"{value}\n")

    assert celsius(tmp_path) == pytest.approx(61.342)
    assert celsius(tmp_path / "none") is None


@pytest.mark.skipif(os.name != "posix", reason="a shell script plays vcgencmd")
@pytest.mark.parametrize(
    ("says", "means"),
    [
        ("throttled=0x0", ()),
        (
            "throttled=0x50005",
            ("under-voltage", "throttled", "under-voltage since it started", "throttled since it started"),
        ),
        ("VCHI initialization failed", None),
    ],
)
def test_a_raspberry_pi_says_what_slows_it(tmp_path: Path, says: str, means: tuple[str, ...] | None) -> None:
    program = tmp_path / "vcgencmd"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)

    assert throttled(str(program)) == means


def test_elsewhere_nobody_says() -> None:
    assert throttled("no-such-program") is None
