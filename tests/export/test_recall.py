"""benchmarks/recall.py says at which step a digit is lost."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from numbre_edge.finding.grid import BOXES_TIMES, CHANNELS, STRIDE, encoded
from numbre_export.synthesis.views import View
from tests.modules import loaded

recall = loaded(Path(__file__).parents[2] / "benchmarks" / "recall.py")
SIDE = 64
EIGHT, ONE, NINE = (12, 16, 14, 20), (30, 16, 4, 20), (40, 16, 14, 20)  # in a row


def answering(*cells: tuple[int, float, tuple[int, int, int, int]]) -> SimpleNamespace:
    """Return a finder that says in these columns of one row how sure it is of which box."""
    said = np.zeros((1, SIDE // STRIDE, SIDE // STRIDE, CHANNELS), np.float32)
    said[..., :2] = -8.0
    row = (EIGHT[1] + EIGHT[3] // 2) // STRIDE
    for column, heat, box in cells:
        said[0, row, column, 0] = heat
        said[0, row, column, 2:6] = encoded(np.float32([box]), np.array([[column, row]]))[0] * BOXES_TIMES
    return SimpleNamespace(answer=lambda tiles: said.reshape(len(tiles), -1))


def told(finder: SimpleNamespace) -> list[tuple[int, bool, tuple[bool, bool, bool]]]:
    boxes, labels = np.float32([EIGHT, ONE, NINE]), np.int8([8, 1, 9])
    view = View(np.full((SIDE, SIDE), 128, np.uint8), boxes, labels, np.zeros(3, np.bool_), np.zeros(3, np.bool_))
    return list(recall.stages(view, finder, 0.15))


def test_a_1_beside_surer_cells_is_sure_and_not_answered() -> None:
    finder = answering((4, 3.0, EIGHT), (8, 0.0, ONE), (9, 1.0, NINE), (11, 3.0, NINE))

    assert told(finder) == [(8, False, (True,) * 3), (1, True, (True, False, False)), (9, False, (True,) * 3)]


def test_what_a_surer_answer_swallows_is_answered_and_not_left() -> None:
    wide = (15, 10, 20, 32)  # a surer answer between the two, of another height
    finder = answering((4, 3.0, EIGHT), (6, 4.0, wide), (8, 1.0, ONE), (11, 3.0, NINE))

    assert told(finder)[1] == (1, True, (True, True, False))


def test_what_the_network_does_not_see_is_not_sure() -> None:
    assert told(answering())[0] == (8, False, (False,) * 3)
