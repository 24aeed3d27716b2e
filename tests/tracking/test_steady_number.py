"""The whole way, from a shaky video of one number through the reader: it appears, once, with the right text."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge import Reader
from numbre_edge.tracking import Tracker
from numbre_edge.types import Frame
from tests.shaky import Hand, sheet, video
from tests.tracking.script import FPS, SECOND, told

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
SHAKY = Hand(shift=8, smear=6, noise=6, shadow=0.5, shadow_frames=(SECOND // 2, 2 * SECOND))
FRAMES = 3 * SECOND


@pytest.fixture(scope="module")
def reader() -> Reader:
    if not any(importlib.util.find_spec(module) for module in ("onnxruntime", "ai_edge_litert")):
        pytest.skip("neither onnxruntime nor ai-edge-litert is installed: the shipped model is slow without")
    return Reader(finder="components")  # as live does


@pytest.mark.parametrize(("text", "seed"), [("407", 0), ("1793", 1), ("52", 2)])
def test_hand_shake_noise_and_a_passing_shadow_are_no_news(
    text: str, seed: int, reader: Reader, mnist_sample: MnistSample
) -> None:
    digits, labels = mnist_sample
    page = sheet([digits[labels == int(sign)][seed] for sign in text], height=360, width=640, size=84)
    tracker, events, misread = Tracker(), [], 0
    for number, picture in enumerate(video([page] * FRAMES, SHAKY, seed=seed)):
        readings = reader.read_frame(Frame(picture))
        misread += [reading.text for reading in readings] != [text]
        events += tracker.update(readings, frame=number, timestamp=number / FPS)
    assert told(events) == [("appeared", 1, text)]
    assert [number.text for number in tracker.current] == [text]
    print(f"{text}: {misread} of {FRAMES} frames misread")
