"""Servers of pages, for which a small model reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:  # none of it without the extra
    from numbre_edge.reader import Reader
    from numbre_edge.web.hub import Hub
    from numbre_edge.web.metrics import Metrics
    from tests.web.serving import Client

TINY_MODEL = Path(__file__).parents[1] / "cli" / "tiny.onnx"
Serve = Callable[..., "Client"]


def pytest_pycollect_makemodule() -> None:
    """Skip this folder, aloud, where what it imports is not installed."""
    for package in ("starlette", "uvicorn", "python_multipart"):
        pytest.importorskip(package, reason="needs numbre-edge[web]")


@pytest.fixture(scope="session")
def tiny() -> Reader:
    from numbre_edge.reader import Reader

    return Reader(TINY_MODEL, finder="components")


@pytest.fixture(scope="session")
def client(tiny: Reader) -> Iterator[Client]:
    """A server without camera and token, which is called pi.local too."""
    from numbre_edge.web.guard import Door
    from tests.web.serving import running

    with running(tiny, door=Door(frozenset({"pi.local"}))) as client:
        yield client


@pytest.fixture(scope="session")
def locked(tiny: Reader) -> Iterator[Client]:
    """A server that asks for TOKEN."""
    from numbre_edge.web.secret import Secret
    from tests.web.serving import TOKEN, running

    with running(tiny, secret=Secret(TOKEN)) as client:
        yield client


@pytest.fixture
def serve(tiny: Reader) -> Iterator[Serve]:
    """Start another server: of a reader, a hub, the metrics of both."""
    from tests.web.serving import running

    with ExitStack() as stack:

        def start(reader: Any = tiny, *, hub: Hub | None = None, metrics: Metrics | None = None) -> Client:
            return stack.enter_context(running(reader, hub=hub, metrics=metrics))

        yield start


@pytest.fixture
def picture(mnist_sample: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> bytes:
    """(160, 320) a PNG with one handwritten one."""
    digits, labels = mnist_sample
    one = next(one for one in digits[labels == 1] if np.ptp(np.flatnonzero(one.any(0))) < 7)
    paper = np.full((160, 320), 225, np.uint8)
    paper[38:122, 25:109] -= (cv2.resize(one, (84, 84), interpolation=cv2.INTER_CUBIC) * 0.75).astype(np.uint8)
    return cv2.imencode(".png", paper)[1].tobytes()


@pytest.fixture(scope="module")  # while it runs, so does an event loop
def browser() -> Iterator[Any]:
    from tests.web.browsing import chromium

    with chromium() as browser:
        yield browser
