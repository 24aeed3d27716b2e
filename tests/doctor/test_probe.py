"""What may kill a process is tried in one of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from numbre_edge.doctor.probe import Import, ProcessError, ask, try_import

signals = pytest.mark.skipif(os.name != "posix", reason="no signals to die of on this system")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_module_that_loads_says_its_version(packages: Path) -> None:
    (packages / "sound.py").write_text("__version__ = '1.2.3'")

    assert try_import("sound") == Import("1.2.3")
    assert "sound" not in sys.modules


def test_a_module_that_fails_says_why_in_one_line(packages: Path) -> None:
    (packages / "torn.py").write_text("raise ImportError('\\nlibGL.so.1: no such file\\nand much advice')")

    assert try_import("torn") == Import(error="ImportError: libGL.so.1: no such file")


def test_a_module_that_is_not_there_is_an_error() -> None:
    assert try_import("no_such_module") == Import(error="ModuleNotFoundError: No module named 'no_such_module'")


def test_a_folder_without_code_is_no_module(packages: Path) -> None:
    (packages / "hollow").mkdir()  # what two builds of OpenCV leave when one is removed

    assert try_import("hollow") == Import(error="its files are gone, only the folder is left")


@signals
@pytest.mark.parametrize(
    ("name", "said"),
    [("SIGILL", "dies of an illegal instruction: it was built for another processor"), ("SIGSEGV", "dies of SIGSEGV")],
)
def test_a_module_that_dies_does_not_take_us_along(packages: Path, name: str, said: str) -> None:
    (packages / "deadly.py").write_text(
        "import os, resource, signal\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        f"os.kill(os.getpid(), signal.{name})"
    )

    assert try_import("deadly") == Import(error=said)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "gave no answer"),
        ("print('chatter')", "gave no answer"),
        ("print([1])", "gave no answer"),
        ("import sys; sys.exit('no such thing')", "fails: no such thing"),
        ("import sys; sys.exit(3)", "fails: exit code 3"),
    ],
)
def test_no_answer_is_an_error_that_says_so(code: str, said: str) -> None:
    with pytest.raises(ProcessError, match=f"^{said}$"):
        ask("-c", code)


def test_what_is_printed_before_the_answer_does_no_harm() -> None:
    assert ask("-c", 'print("INFO: chatter"); print(\'{"digit": 7}\')') == {"digit": 7}


def test_a_hang_is_an_error() -> None:
    with pytest.raises(ProcessError, match=r"^no answer within 0\.5 s$"):
        ask("-c", "import time; time.sleep(60)", timeout=0.5)
