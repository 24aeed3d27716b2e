"""Two opinions make one, and each can be the surer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.decoding.opinions import Trust, beside, weighed
from numbre_edge.types import Floats

EVEN = Trust(finder=1, classifier=1, heat=1, ink=1, bias=0, company=2)
HERE = np.array([[10, 10, 16, 20]], np.int32)


def sure_of(digit: int, share: float, *, none: float = 0.0, columns: int = 11) -> Floats:
    row = np.full((1, columns), (1 - share - none) / 9, np.float32)
    row[0, digit] = share
    row[0, 10:] = none / max(1, columns - 10)
    return row


def test_what_both_say_is_surer_than_what_one_says() -> None:
    alone = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.1), HERE, EVEN)
    both = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.9), HERE, EVEN)

    assert both[0, 3] > alone[0, 3]


def test_the_surer_of_two_opinions_wins() -> None:
    rows = weighed(np.float32([0.9]), sure_of(3, 0.6), sure_of(8, 0.95), HERE, EVEN)

    assert rows[0, :10].argmax() == 8


def test_ink_that_the_classifier_calls_no_digit_is_believed_less() -> None:
    digit = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.8), HERE, EVEN)
    scribble = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.2, none=0.75), HERE, EVEN)

    assert scribble[0, 10] > digit[0, 10]


@given(st.floats(0, 1), st.integers(0, 9), st.floats(0, 1), st.integers(0, 9), st.floats(0, 1), st.integers(10, 13))
def test_rows_are_probabilities_whatever_is_said(
    heat: float, first: int, share: float, second: int, other: float, columns: int
) -> None:
    found, read = sure_of(first, share, columns=14), sure_of(second, other, columns=columns)

    rows = weighed(np.float32([heat]), found, read, HERE, Trust())

    assert rows.shape == (1, 11)
    assert np.isfinite(rows).all()
    assert np.allclose(rows.sum(1), 1, atol=1e-5)


def test_nothing_found_has_no_rows() -> None:
    none = np.zeros((0, 14), np.float32)

    assert weighed(np.zeros(0, np.float32), none, none, HERE[:0], EVEN).shape == (0, 11)


def test_what_stands_beside_a_certain_digit_is_believed_more() -> None:
    heat = np.float32([0.98, 0.4])
    found = np.concatenate([sure_of(3, 0.95), sure_of(1, 0.8)])
    beside_it = np.array([[10, 10, 16, 20], [30, 11, 5, 19]], np.int32)
    far_away = np.array([[10, 10, 16, 20], [200, 11, 5, 19]], np.int32)

    company, alone = (weighed(heat, found, found, boxes, EVEN) for boxes in (beside_it, far_away))

    assert company[1, 1] > alone[1, 1]


def test_beside_is_level_near_and_of_one_size() -> None:
    digit, next_one, below, specks, far = (
        (10, 10, 16, 20),
        (30, 12, 16, 20),
        (10, 40, 16, 20),
        (28, 20, 3, 3),
        (90, 10, 16, 20),
    )

    near = beside(np.array([digit, next_one, below, specks, far], np.int32))

    assert near.tolist() == [
        [False, True, False, False, False],
        [True, False, False, False, False],
        [False] * 5,
        [False] * 5,
        [False] * 5,
    ]
