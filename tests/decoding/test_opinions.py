"""Opinions make one, and each can be the surer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.decoding.opinions import MarkOpinions, Opinions, Trust, beside, linked, weighed, weighed_marks
from numbre_edge.types import Floats

EVEN = Trust(refiner=1, classifier=1, heat=1, closer=1, ink=1, bias=0, company=2)
HERE = np.array([[10, 10, 16, 20]], np.int32)


def sure_of(digit: int, share: float, *, none: float = 0.0, columns: int = 11) -> Floats:
    row = np.full((1, columns), (1 - share - none) / 9, np.float32)
    row[0, digit] = share
    row[0, 10:] = none / max(1, columns - 10)
    return row


def opinions(refined: Floats, read: Floats, heat: float = 0.9) -> Opinions:
    even = np.full(len(read), 0.5, np.float32)
    return Opinions(np.full(len(read), heat, np.float32), refined, read, even, even)


@pytest.mark.parametrize("which", range(2))
def test_what_both_say_is_surer_than_what_one_says(which: int) -> None:
    said = [sure_of(3, 0.9)] * 2
    fewer = [sure_of(3, 0.1) if at == which else row for at, row in enumerate(said)]

    assert weighed(opinions(*said), HERE, EVEN)[0, 3] > weighed(opinions(*fewer), HERE, EVEN)[0, 3]


@pytest.mark.parametrize("which", range(2))
def test_the_surer_of_two_opinions_wins(which: int) -> None:
    said = [sure_of(8, 0.98) if at == which else sure_of(3, 0.4) for at in range(2)]

    assert weighed(opinions(*said), HERE, EVEN)[0, :10].argmax() == 8


@pytest.mark.parametrize("which", range(2))
def test_what_the_refiner_or_the_classifier_calls_no_digit_is_believed_less(which: int) -> None:
    digit, scribble = [sure_of(3, 0.8)] * 2, [sure_of(3, 0.8)] * 2
    scribble[which] = sure_of(3, 0.2, none=0.75)

    assert weighed(opinions(*scribble), HERE, EVEN)[0, 10] > weighed(opinions(*digit), HERE, EVEN)[0, 10]


@given(st.floats(0, 1), st.integers(0, 9), st.floats(0, 1), st.integers(0, 9), st.floats(0, 1), st.integers(10, 13))
def test_rows_are_probabilities_whatever_is_said(
    heat: float, first: int, share: float, second: int, other: float, columns: int
) -> None:
    refined, read = sure_of(first, share, columns=15), sure_of(second, other, columns=columns)

    rows = weighed(opinions(refined, read, heat), HERE, Trust())

    assert rows.shape == (1, 11)
    assert np.isfinite(rows).all()
    assert np.allclose(rows.sum(1), 1, atol=1e-5)


def test_nothing_found_has_no_rows() -> None:
    none = np.zeros((0, 14), np.float32)

    assert weighed(opinions(none, none), HERE[:0], EVEN).shape == (0, 11)


def test_what_stands_beside_a_certain_digit_is_believed_more() -> None:
    heat = np.float32([0.98, 0.4])
    said = np.concatenate([sure_of(3, 0.95), sure_of(1, 0.8)])
    beside_it = np.array([[10, 10, 16, 20], [30, 11, 5, 19]], np.int32)
    far_away = np.array([[10, 10, 16, 20], [200, 11, 5, 19]], np.int32)

    company, alone = (weighed(Opinions(heat, said, said, heat, heat), boxes, EVEN) for boxes in (beside_it, far_away))

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


def test_a_number_goes_on_where_both_say_so_and_one_may_outvote_the_other() -> None:
    said = replace(
        opinions(*[sure_of(3, 0.9)] * 2), ahead=np.float32([0.9, 0.1, 0.1]), onward=np.float32([0.9, 0.99, 0.1])
    )

    assert (linked(said, Trust(ahead=1, onward=1, linked=0)) > 0.5).tolist() == [True, True, False]


def test_a_mark_is_one_where_finder_and_refiner_say_so_and_it_keeps_its_kind() -> None:
    said = MarkOpinions(np.float32([0.3, 0.3]), np.float32([[0.7, 0.2, 0.0, 0.05], [0.1, 0.0, 0.0, 0.0]]))

    rows = weighed_marks(said, Trust(mark_heat=1, mark_closer=1, mark=0))

    assert rows[0].argmax() == 0
    assert rows[0].sum() > 0.5 > rows[1].sum()
    assert (rows.sum(1) <= 1).all()
