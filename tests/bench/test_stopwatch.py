"""Where a reading's time goes: each stage has its own, and all together have all of it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from numbre_edge.bench.pages import page
from numbre_edge.bench.stopwatch import CLASSIFY, CUT, FIND, READ, Stopwatch, watched
from numbre_edge.reader import Reader
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.types import Frame

TINY = Path(__file__).parents[1] / "cli" / "tiny.onnx"


def test_what_a_stage_within_another_takes_is_its_own() -> None:
    stopwatch = Stopwatch(iter([0.0, 1.0, 3.0, 7.0]).__next__)

    with stopwatch.stage("outer"), stopwatch.stage("inner"):
        pass

    assert stopwatch.seconds == {"outer": 1.0 + 4.0, "inner": 2.0}


def test_a_stage_that_fails_ends_all_the_same() -> None:
    stopwatch = Stopwatch(map(float, count()).__next__)

    with pytest.raises(ZeroDivisionError), stopwatch.stage("first"):
        _ = 1 / 0
    with stopwatch.stage("second"):
        pass

    assert stopwatch.seconds == {"first": 1.0, "second": 1.0}


@pytest.mark.parametrize("finder", ["components", "learned"])
def test_every_stage_of_a_reading_takes_time(finder: str) -> None:
    reader, stopwatch = Reader(TINY, finder=finder), Stopwatch(map(float, count()).__next__)

    with watched(stopwatch), stopwatch.stage(READ):
        reader.read_frame(Frame(page(0)[0][:200, :600]))

    assert set(stopwatch.seconds) == {FIND, CUT, CLASSIFY, READ}


def test_afterwards_nothing_is_watched() -> None:
    look = LearnedRecogniser.look

    with watched(Stopwatch()):
        assert LearnedRecogniser.look is not look

    assert LearnedRecogniser.look is look
