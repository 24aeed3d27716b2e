"""Two opinions make one, and each can be the surer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.decoding.opinions import Trust, weighed
from numbre_edge.types import Floats

EVEN = Trust(finder=1, classifier=1, heat=1, ink=1, bias=0)


def sure_of(digit: int, share: float, *, none: float = 0.0, columns: int = 11) -> Floats:
    row = np.full((1, columns), (1 - share - none) / 9, np.float32)
    row[0, digit] = share
    row[0, 10:] = none / max(1, columns - 10)
    return row


def test_what_both_say_is_surer_than_what_one_says() -> None:
    alone = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.1), EVEN)
    both = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.9), EVEN)

    assert both[0, 3] > alone[0, 3]


def test_the_surer_of_two_opinions_wins() -> None:
    rows = weighed(np.float32([0.9]), sure_of(3, 0.6), sure_of(8, 0.95), EVEN)

    assert rows[0, :10].argmax() == 8


def test_ink_that_the_classifier_calls_no_digit_is_believed_less() -> None:
    digit = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.8), EVEN)
    scribble = weighed(np.float32([0.9]), sure_of(3, 0.9), sure_of(3, 0.2, none=0.75), EVEN)

    assert scribble[0, 10] > digit[0, 10]


@given(st.floats(0, 1), st.integers(0, 9), st.floats(0, 1), st.integers(0, 9), st.floats(0, 1), st.integers(10, 13))
def test_rows_are_probabilities_whatever_is_said(
    heat: float, first: int, share: float, second: int, other: float, columns: int
) -> None:
    found, read = sure_of(first, share, columns=14), sure_of(second, other, columns=columns)

    rows = weighed(np.float32([heat]), found, read, Trust())

    assert rows.shape == (1, 11)
    assert np.isfinite(rows).all()
    assert np.allclose(rows.sum(1), 1, atol=1e-5)


def test_nothing_found_has_no_rows() -> None:
    none = np.zeros((0, 14), np.float32)

    assert weighed(np.zeros(0, np.float32), none, none, EVEN).shape == (0, 11)
