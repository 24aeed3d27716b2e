"""What all tests share: the marker ``export``, MNIST digits, a page of them, and programs run on their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
WORKSHOP = Path(__file__).parent / "export"

RunPython = Callable[..., subprocess.CompletedProcess[str]]

# A machine that is busy with something else fails nobody's test.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# A shell starts a job in the background with Ctrl-C ignored, nohup one with hang-ups ignored, and programs inherit
# that: those that the tests send signals to must hear them all the same.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--runtime-only",
        action="store_true",
        help="leave out what needs numbre-edge[export]: tests marked `export`, and tests/export altogether",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if config.getoption("--runtime-only") and collection_path == WORKSHOP:
        return True  # its modules import TensorFlow: they cannot even be collected without
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if WORKSHOP in item.path.parents:
            item.add_marker("export")
    if config.getoption("--runtime-only"):
        left_out = [item for item in items if item.get_closest_marker("export")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def mnist_sample() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The first ten MNIST test digits of each class: (100, 28, 28) uint8 ink 255 on 0, and their (100,) labels."""
    with np.load(ROOT / "tests" / "data" / "mnist_test_100.npz") as data:
        return data["x"], data["y"]


@pytest.fixture
def page(mnist_sample: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """(160, 320) grey: three ones of MNIST, three times their size, dark on light paper.

    Ones, since the tiny model knows whole digits only: what is too narrow to be two is never cut.
    """
    digits, labels = mnist_sample
    ones = [one for one in digits[labels == 1] if np.ptp(np.flatnonzero(one.any(0))) < 7][:3]
    paper = np.full((160, 320), 225, np.uint8)
    for place, one in enumerate(ones):
        digit = cv2.resize(one, (84, 84), interpolation=cv2.INTER_CUBIC)
        paper[38:122, 25 + place * 92 : 109 + place * 92] -= (digit * 0.75).astype(np.uint8)
    return paper


@pytest.fixture
def run_python() -> RunPython:
    """Run ``python *arguments`` in a process of its own, which sees the packages that this one sees."""

    def run(
        *arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None, without: Iterable[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | (env or {})
        for name in without:
            environment.pop(name, None)
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run
