"""``numbre-edge doctor``: what it prints and how it ends, on this machine and on ill ones."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from numbre_edge.cli.doctor import show
from numbre_edge.doctor.check import Check

RunPython = Callable[..., "CompletedProcess[str]"]

WELL = Check("python", "ok", "3.13.1")
OPTIONAL = Check("extra heic", "ok", "not installed (optional)", "pip install 'numbre-edge[heic]'")
WARNING = Check("rpicam", "warning", "not installed", "sudo apt install rpicam-apps")
STRANGE = Check("camera", "ok", "/dev/video0 (\x1b[2JWebcam)")
PROBLEM = Check("numpy", "problem", "not installed", "pip install 'numpy>=2,<3'")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[Check]], None]:
    """Say what the examination finds."""

    def find(checks: Iterable[Check]) -> None:
        monkeypatch.setattr("numbre_edge.doctor.examination.examine", lambda: iter(checks))

    return find


def test_each_check_is_a_line_and_a_fault_has_the_command_that_mends_it(run, found) -> None:
    found([WELL, OPTIONAL, WARNING, STRANGE])

    done = run("doctor")

    assert done.code == 0
    assert done.out == (
        "ok       python                3.13.1\n"
        "ok       extra heic            not installed (optional): pip install 'numbre-edge[heic]'\n"
        "warning  rpicam                not installed\n"
        "                               mend it: sudo apt install rpicam-apps\n"
        "ok       camera                /dev/video0 (\\x1b[2JWebcam)\n"
    )
    assert done.err == "4 checks, 1 warning, 0 problems\n"


@pytest.mark.parametrize("width", [20, 40, 80, 300])
def test_on_a_terminal_it_fits_whatever_the_width(capsys, monkeypatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for check in (WELL, OPTIONAL, WARNING, PROBLEM):
        show(check)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    assert "\u2026" not in out
    assert width < 80 or "mend it: pip install 'numpy>=2,<3'" in out


def test_a_problem_is_exit_1(run, found) -> None:
    found([WELL, PROBLEM])

    done = run("doctor")

    assert done.code == 1
    assert done.err == "2 checks, 0 warnings, 1 problem\n"


@pytest.mark.parametrize(("checks", "code"), [([WARNING], 0), ([WARNING, PROBLEM], 1)])
def test_json_is_one_object_for_scripts(run, found, checks: list[Check], code: int) -> None:
    found(checks)

    done = run("doctor", "--json", "-q")

    assert (done.code, done.err) == (code, "")
    answer = json.loads(done.out)
    assert answer["ok"] == (code == 0)
    assert answer["checks"][0] == {
        "name": "rpicam",
        "status": "warning",
        "found": "not installed",
        "remedy": "sudo apt install rpicam-apps",
    }


def examined(done: CompletedProcess[str]) -> dict[str, dict[str, str]]:
    assert "Traceback" not in done.stderr, done.stderr
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_this_very_machine_can_be_examined(run_python: RunPython) -> None:
    done = run_python("-m", "numbre_edge", "doctor", "--json")
    checks = examined(done)

    assert done.returncode == any(check["status"] == "problem" for check in checks.values())
    assert list(checks)[:2] == ["architecture", "python"]
    assert {"models", "backend onnx", "backend tflite", "backend opencv", "rpicam"} <= set(checks)
    assert any(name.startswith("camera") for name in checks)
    assert checks["models"]["status"] == checks["backend opencv"]["status"] == "ok"


def broken(folder: Path, module: str, code: str) -> dict[str, str]:
    """Return the environment in which ``import module`` runs ``code``."""
    (folder / f"{module}.py").write_text(code)
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}


@pytest.mark.skipif(os.name != "posix", reason="no signals to die of on this system")
def test_a_runtime_that_kills_its_process_is_survived(run_python: RunPython, tmp_path: Path) -> None:
    code = "import os, resource, signal\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    env = broken(tmp_path, "onnxruntime", f"{code}os.kill(os.getpid(), signal.SIGILL)")

    done = run_python("-m", "numbre_edge", "doctor", "--json", env=env)
    checks = examined(done)

    assert done.returncode == 1
    assert "illegal instruction" in checks["onnxruntime"]["found"]
    assert "illegal instruction" in checks["backend onnx"]["found"]
    assert checks["backend onnx"]["remedy"] == checks["onnxruntime"]["remedy"]
    assert checks["backend opencv"]["status"] == "ok"


@pytest.mark.parametrize("module", ["numpy", "cv2"])
def test_the_doctor_itself_needs_nothing_native(run_python: RunPython, tmp_path: Path, module: str) -> None:
    env = broken(tmp_path, module, "raise ImportError('libsomething.so.1: cannot open shared object file')")
    env["PATH"] = ""  # no pip on it: its Python is asked instead

    done = run_python("-m", "numbre_edge", "doctor", "--json", env=env)
    checks = examined(done)

    assert done.returncode == 1
    name = {"cv2": "opencv"}.get(module, module)
    assert "libsomething.so.1" in checks[name]["found"]
    assert f"{shlex.quote(sys.executable)} -m pip install" in checks[name]["remedy"]
    assert checks["rpicam"]["status"] in ("ok", "warning")  # it went on to the end


def test_where_it_cannot_even_start_it_says_what_to_install(run_python: RunPython, tmp_path: Path) -> None:
    env = broken(tmp_path, "packaging", "raise ModuleNotFoundError(\"No module named 'packaging'\", name='packaging')")

    done = run_python("-m", "numbre_edge", "doctor", env=env)

    assert done.returncode == 1
    assert done.stderr == "error: No module named 'packaging'; pip install packaging\n"


def test_a_fresh_installation_without_a_camera_has_no_problem(run_python: RunPython) -> None:
    try:
        metadata.version("numbre-edge")
    except metadata.PackageNotFoundError:
        pytest.skip("numbre-edge is not installed: only its source is here")
    if list(Path("/dev").glob("video*")):
        pytest.skip("this machine has video devices, which may be anything")

    done = run_python("-m", "numbre_edge", "doctor")

    assert done.returncode == 0, done.stdout
