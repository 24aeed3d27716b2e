"""What the network writes in its cells is read back as it was meant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.finding.grid import CHANNELS, Answers, Found, decoded, encoded, peaks

NOTHING = -8.0


def silent(*, tiles: int = 1, side: int = 16) -> Answers:
    shape = (tiles, side, side)
    return Answers(
        np.full((*shape, 2), NOTHING, np.float32),
        np.zeros((*shape, 4), np.float32),
        np.full((*shape, 1), NOTHING, np.float32),
    )


def say(answers: Answers, row: int, column: int, *, heat: float = 3.0, tile: int = 0, mark: bool = False) -> None:
    answers.heat[tile, row, column, int(mark)] = heat


@given(st.floats(0, 200), st.floats(0, 200), st.floats(3, 60), st.floats(8, 60), st.integers(0, 63), st.integers(0, 63))
def test_a_box_survives_its_cell(x: float, y: float, width: float, height: float, column: int, row: int) -> None:
    box, cell = np.float32([[x, y, width, height]]), np.array([[column, row]])

    assert np.allclose(decoded(encoded(box, cell), cell), box, atol=0.01)


def test_nothing_said_is_nothing_found() -> None:
    assert len(peaks(silent(), 0, threshold=0.3)) == 0


def test_a_centre_is_found_where_it_is_hottest() -> None:
    answers = silent()
    say(answers, 4, 9, heat=2.0)
    say(answers, 4, 10, heat=1.0)  # its neighbour is less sure

    found = peaks(answers, 0, threshold=0.3)

    assert np.allclose(found.boxes, [(9.5 * 4) - 8, (4.5 * 4) - 10, 16, 20])


def test_it_is_told_whether_a_number_goes_on() -> None:
    answers = silent()
    say(answers, 4, 9)
    say(answers, 4, 14)
    answers.links[0, 4, 9] = 3.0

    found = peaks(answers, 0, threshold=0.3)

    assert (found.links[found.boxes[:, 0].argsort()] > 0.5).tolist() == [True, False]


def test_what_is_not_sure_enough_is_left() -> None:
    answers = silent()
    say(answers, 4, 9, heat=0.0)

    assert len(peaks(answers, 0, threshold=0.49)) == 1
    assert len(peaks(answers, 0, threshold=0.51)) == 0


def test_digits_and_marks_are_told_apart_by_where_the_heat_is() -> None:
    answers = silent()
    say(answers, 4, 4)
    say(answers, 4, 8, mark=True)

    found = peaks(answers, 0, threshold=0.3)

    assert found.mark.tolist() == [False, True]


def test_each_tile_has_its_own_peaks() -> None:
    answers = silent(tiles=2)
    say(answers, 4, 4, tile=1)

    assert [len(peaks(answers, tile, threshold=0.3)) for tile in range(2)] == [0, 1]


@pytest.mark.parametrize("extreme", [3e38, -3e38])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 1.0])
def test_a_stranger_s_network_may_say_anything(extreme: float, threshold: float) -> None:
    answers = Answers.of(np.full((1, 16 * 16 * CHANNELS), extreme, np.float32), 64)

    assert all(np.isfinite(values).all() for values in vars(peaks(answers, 0, threshold=threshold)).values())


def test_nothing_joined_is_nothing() -> None:
    assert len(Found.joined([])) == 0
