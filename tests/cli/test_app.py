"""The program as a whole: quick help, one-line errors, quiet exits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import numbre_edge

HEAVY = ("cv2", "numpy", "onnxruntime", "ai_edge_litert", "tensorflow", "keras", "matplotlib")
RunPython = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["predict", "--help"], ["explain", "--help"], ["models", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments: list[str], run_python: RunPython) -> None:
    program = (
        "import sys\nfrom numbre_edge.cli.app import main\n"
        f"try: main({arguments})\nexcept SystemExit as end: code = end.code\n"
        f"found = [name for name in {HEAVY} if name in sys.modules]\n"
        "assert not code and not found, (code, found)"
    )
    done = run_python("-c", program)
    assert done.returncode == 0, done.stderr
    assert "numbre-edge" in done.stdout


def test_the_package_never_imports_tensorflow(run_python: RunPython) -> None:
    program = "import sys, numbre_edge; numbre_edge.Reader; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    done = run_python("-c", program)
    assert done.returncode == 0, done.stderr


def test_the_module_is_the_program(run_python: RunPython) -> None:
    done = run_python("-m", "numbre_edge", "--version")
    assert (done.returncode, done.stdout) == (0, f"numbre-edge {numbre_edge.__version__}\n")


def test_without_a_command_it_shows_help_and_exits_2(run_python: RunPython) -> None:
    done = run_python("-m", "numbre_edge")
    assert done.returncode == 2
    assert "predict" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["predict"], ["predict", "--bogus"], ["predict", "a.png", "--every", "0"]]
)
def test_wrong_usage_exits_2_without_a_traceback(arguments: list[str], run_python: RunPython) -> None:
    done = run_python("-m", "numbre_edge", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_of_the_output_may_leave(model: Path, photos: Path) -> None:
    command = [sys.executable, "-m", "numbre_edge", "-q", "predict", str(photos), "--model", str(model)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(numbre_edge.__file__).parents[1]
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()  # as `head` does
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(model: Path, photos: Path) -> None:
    command = [sys.executable, "-m", "numbre_edge", "predict", str(photos), "--model", str(model)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=Path(numbre_edge.__file__).parents[1],
        )
    assert done.returncode == 1
    assert done.stderr == "error: cannot write to stdout: no space left on device\n"
