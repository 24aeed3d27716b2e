"""The doctor looks at the packages: there, in range, alive, and not in each other's way."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from packaging.requirements import Requirement

from numbre_edge.doctor.check import Check
from numbre_edge.doctor.machine import Machine
from numbre_edge.doctor.packages import check_extra, check_packages, wanted
from numbre_edge.doctor.probe import Import

DESKTOP = Machine("x86_64", 64, "Linux", "3.11.2")
PI = Machine("aarch64", 64, "Linux", "3.11.2", "Raspberry Pi 4 Model B Rev 1.5")
NUMPY, ORT = Requirement("numpy>=2,<3"), Requirement("onnxruntime>=1.28,<2")
OPENCV = Requirement("opencv-python-headless>=4.14,<6")
NO_GL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"


def check(
    requirement: Requirement,
    installed: Mapping[str, str],
    imported: Import = Import(),  # noqa: B008 - frozen
    machine: Machine = DESKTOP,
) -> Check:
    """Return what there is to say of one package where ``installed`` are."""
    (found,) = check_packages((requirement,), machine, installed.get, lambda module: imported)
    return found


@pytest.mark.parametrize(
    ("requirement", "version"), [(NUMPY, "2.4.1"), (ORT, "1.30.0"), (OPENCV, "5.0.0.93"), (NUMPY, "2.5.0rc1")]
)
def test_what_is_in_range_and_loads_is_ok(requirement: Requirement, version: str) -> None:
    found = check(requirement, {requirement.name: version}, Import(version))

    assert (found.status, found.remedy) == ("ok", None)
    assert version in found.found


@pytest.mark.parametrize(
    ("requirement", "remedy"),
    [
        (NUMPY, "pip install 'numpy>=2,<3'"),
        (OPENCV, "pip install 'opencv-python-headless>=4.14,<6'"),
        (Requirement("typer>=0.29"), "pip install 'typer>=0.29'"),
    ],
)
def test_what_is_missing_is_installed(requirement: Requirement, remedy: str) -> None:
    found = check(requirement, {}, Import(error="ModuleNotFoundError: No module named it"))

    assert (found.status, found.found, found.remedy) == ("problem", "not installed", remedy)


def test_what_is_too_old_is_replaced_by_what_is_in_range() -> None:
    found = check(NUMPY, {"numpy": "1.26.4"}, Import("1.26.4"))

    assert found == Check("numpy", "problem", "1.26.4; numbre-edge needs >=2,<3", "pip install 'numpy>=2,<3'")


def test_what_does_not_load_is_installed_again() -> None:
    found = check(NUMPY, {"numpy": "2.4.1"}, Import(error="ImportError: half a file"))

    assert found.status == "problem"
    assert found.found == "2.4.1: importing it fails: ImportError: half a file"
    assert found.remedy == "pip install --force-reinstall --no-deps 'numpy>=2,<3'"


@pytest.mark.parametrize(("machine", "said"), [(PI, True), (DESKTOP, False)])
def test_onnxruntime_1_21_kills_a_raspberry_pi_4(machine: Machine, said: bool) -> None:
    dead = Import(error="dies of an illegal instruction: it was built for another processor")

    found = check(ORT, {"onnxruntime": "1.21.1"}, dead, machine)

    assert (found.status, found.remedy) == ("problem", "pip install 'onnxruntime>=1.28,<2'")
    assert ("illegal instruction on a Raspberry Pi 4" in found.found) is said


BOTH = {"opencv-python-headless": "5.0.0.93", "opencv-python": "4.12.0.88"}
ONE_OPENCV = "pip uninstall -y opencv-python-headless opencv-python && pip install 'opencv-python-headless>=4.14,<6'"


def test_two_builds_of_opencv_are_a_warning_while_they_load() -> None:
    found = check(OPENCV, BOTH, Import("5.0.0"))

    assert (found.status, found.remedy) == ("warning", ONE_OPENCV)
    assert "opencv-python-headless 5.0.0.93 and opencv-python 4.12.0.88 overwrite each other's files" in found.found


def test_two_builds_of_opencv_are_a_problem_once_they_are_broken() -> None:
    found = check(OPENCV, BOTH, Import(error="its files are gone, only the folder is left"))

    assert (found.status, found.remedy) == ("problem", ONE_OPENCV)


def test_opencv_for_desktops_is_as_good_where_it_loads() -> None:
    assert check(OPENCV, {"opencv-python": "5.0.0.93"}, Import("5.0.0")).status == "ok"


def test_opencv_for_desktops_without_libgl_makes_way_for_the_headless_build() -> None:
    found = check(OPENCV, {"opencv-python": "4.14.0.90"}, Import(error=NO_GL))

    assert found.status == "problem"
    assert "libGL.so.1, which comes with a desktop" in found.found
    assert found.remedy == "pip uninstall -y opencv-python && pip install 'opencv-python-headless>=4.14,<6'"


def test_opencv_of_the_system_counts_by_the_version_it_says() -> None:
    assert check(OPENCV, {}, Import("4.14.0")).status == "ok"
    assert check(OPENCV, {}, Import("4.6.0")).status == "problem"


TFLITE = (Requirement("ai-edge-litert>=2.3,<3"),)


@pytest.mark.parametrize(
    ("installed", "status", "remedy"),
    [
        ({}, "ok", "pip install 'numbre-edge[tflite]'"),
        ({"ai-edge-litert": "2.3.0"}, "ok", None),
        ({"ai-edge-litert": "1.0.0"}, "warning", "pip install 'numbre-edge[tflite]'"),
    ],
)
def test_an_extra_may_be_missing_but_not_old(installed: dict[str, str], status: str, remedy: str | None) -> None:
    found = check_extra("tflite", TFLITE, installed.get)

    assert (found.name, found.status, found.remedy) == ("extra tflite", status, remedy)


def test_numbre_edge_says_itself_what_it_needs() -> None:
    needs = wanted()
    if needs is None:
        pytest.skip("numbre-edge is not installed: only its source is here")

    assert {"numpy", "opencv-python-headless", "onnxruntime", "typer"} <= {r.name for r in needs.requirements}
    assert "ai-edge-litert" in {requirement.name for requirement in needs.extras["tflite"]}
    assert "dev" not in needs.extras


def test_what_is_not_installed_says_nothing() -> None:
    assert wanted("no-such-distribution") is None
