"""benchmarks/crossed.py draws a page before and after, and counts what is read on struck-out ink."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.random import default_rng

from numbre_edge.types import Box, Digit, Reading
from numbre_export.data.mnist import Digits
from numbre_export.synthesis.sources import Sources
from tests.export.pen_data import tiny_pen
from tests.modules import loaded

FILE = Path(__file__).parents[2] / "benchmarks" / "crossed.py"


@pytest.fixture(scope="module")
def crossed() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FILE.parent)
        yield loaded(FILE)


@pytest.mark.parametrize("way", ["line", "digit"])
def test_a_page_is_the_same_but_for_what_is_struck_out(crossed: ModuleType, way: str, held_out: Digits) -> None:
    page = crossed.sheet(Sources.of(held_out, tiny_pen(), {}, "validation"), way, default_rng(1))

    assert page.written.grey.shape == page.struck.grey.shape
    changed = np.abs(page.written.grey.astype(int) - page.struck.grey) > 12
    assert 0 < changed.mean() < 0.2
    assert 4 <= len(page.gone) <= 8
    for x, y, width, height in page.gone.round().astype(int).tolist():
        assert changed[max(0, y) : y + height, max(0, x) : x + width].any()


def test_a_struck_number_is_read_where_a_digit_lies_on_it(crossed: ModuleType) -> None:
    def reading(confidence: float, *boxes: Box) -> Reading:
        digits = tuple(Digit(1, confidence, box) for box in boxes)
        return Reading(digits, "1" * len(boxes), confidence, boxes[0])

    gone = np.array([(10, 10, 60, 20), (10, 50, 60, 20), (10, 90, 60, 20)], np.float32)
    read = [
        reading(0.99, Box(80, 10, 12, 20), Box(60, 8, 12, 20)),  # runs on into the first
        reading(0.6, Box(20, 50, 10, 20)),
        reading(0.99, Box(20, 112, 10, 20)),  # below
    ]

    assert crossed.read_on(gone, read) == (2, 1)
    assert crossed.read_on(gone[:0], read) == (0, 0)
