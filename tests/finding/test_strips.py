"""A number lies straight in its strip, its digits of one height, and where it stands is told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from numbre_edge.finding.light import PAPER
from numbre_edge.finding.strips import BESIDE, HIGH, SIZE, STEP, STRIP, standing, strip
from numbre_edge.types import Floats, Pixels


def bars(*, rise: float = 0.0, high: int = 20, count: int = 3, apart: int = 20) -> tuple[Pixels, Floats]:
    """Return a level with bars side by side, ink 0 on PAPER, and their boxes; each ``rise`` higher than the last."""
    level = np.full((240, 400), PAPER, np.uint8)
    boxes = [[60 + apart * at, round(100 - rise * at), 6, high] for at in range(count)]
    for x, y, width, height in boxes:
        cv2.rectangle(level, (x, y), (x + width - 1, y + height - 1), 0, cv2.FILLED)
    return level, np.float32(boxes)


@pytest.mark.parametrize("rise", [0.0, 5.0, -5.0])
@pytest.mark.parametrize("high", [12, 20, 36])
def test_a_number_is_level_and_its_digits_are_of_one_height(rise: float, high: int) -> None:
    level, boxes = bars(rise=rise, high=high)
    where = standing(boxes)
    assert where is not None

    given = strip(level, where)

    seen, told = given[: SIZE[0]], given[SIZE[0] :]
    assert given.shape == STRIP
    rows, columns = np.nonzero(seen < 0.6 * PAPER)
    assert abs(np.ptp(rows) + 1 - HIGH) <= 4
    assert abs(rows.mean() - (SIZE[0] - 1) / 2) <= 1
    assert abs(columns.mean() - (SIZE[1] - 1) / 2) <= 1
    inside = np.flatnonzero(told[0] > PAPER)
    assert abs(inside[0] - columns.min()) <= 2
    assert abs(inside[-1] - columns.max()) <= 2


def test_what_stands_farther_is_not_shown() -> None:
    level, boxes = bars(count=5, apart=40)
    where = standing(boxes[2:3])
    assert where is not None

    seen = strip(level, where)[: SIZE[0]]

    columns = np.flatnonzero((seen < 0.6 * PAPER).any(0))
    assert columns.min() >= where.left - 1
    assert columns.max() <= where.right + 1
    assert (seen[:, : int(where.left - BESIDE)] == PAPER).all()


def test_a_long_number_is_made_narrower_and_a_longer_one_is_none() -> None:
    _, boxes = bars(count=9, apart=18)
    where = standing(boxes)

    assert where is not None
    assert where.right - where.left == pytest.approx(SIZE[1] - 2 * BESIDE, abs=1e-6)
    assert standing(bars(count=15, apart=20)[1]) is None


@pytest.mark.parametrize("rise", [0.0, 4.0])
def test_what_is_said_in_a_step_stands_where_it_was_seen(rise: float) -> None:
    _, boxes = bars(rise=rise)
    where = standing(boxes)
    assert where is not None
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    steps = ((middles @ where.matrix[0, :2] + where.matrix[0, 2]) - (STEP - 1) / 2) / STEP

    placed = where.boxes(np.float32(steps))

    assert np.allclose(placed[:, :2] + placed[:, 2:] / 2, middles, atol=1.5)
    assert np.allclose(placed[:, 3], boxes[:, 3], rtol=0.05)


def test_digits_one_above_the_other_are_no_steep_line() -> None:
    where = standing(np.float32([[60, 40, 6, 20], [61, 100, 6, 20]]))

    assert where is not None
    assert abs(np.arctan2(where.matrix[1, 0], where.matrix[1, 1])) <= 0.41
