"""Probabilities are made worth what they say: calibrated, and in proportion to the picture's other ink."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from numbre_edge.decoding.probabilities import calibrated, in_proportion, merged
from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Lattice
from numbre_edge.vocabulary import WHOLE, Vocabulary
from tests.decoding.tokens import CARD, row, texts, written


class TestProportion:
    """How much of a picture's ink is no digit counts for each segment of it."""

    DOUBTFUL = row(d4=0.7, none=0.25)

    def scattered(self, count: int, ink: NDArray[np.float32]) -> list[tuple]:
        return [(Box(100 * i, 200 * (i % 2), 24, 40), ink) for i in range(1, count + 1)]

    def test_alone_what_looks_like_a_digit_is_one(self) -> None:
        assert texts((Box(0, 0, 24, 40), self.DOUBTFUL)) == ["4"]

    def test_among_much_that_is_no_digit_it_takes_more_to_be_one(self) -> None:
        assert texts((Box(0, 0, 24, 40), self.DOUBTFUL), *self.scattered(100, row(none=0.97))) == []

    def test_a_sure_digit_is_one_anywhere(self) -> None:
        assert texts((Box(0, 0, 24, 40), row(d4=0.999)), *self.scattered(100, row(none=0.97))) == ["4"]

    def test_among_digits_it_takes_less(self) -> None:
        ink = row(d4=0.4, none=0.55)
        assert texts((Box(0, 0, 24, 40), ink)) == []
        read = texts((Box(0, 0, 24, 40), ink), *self.scattered(30, row(d7=0.98)))
        assert any("4" in text for text in read)

    def test_a_model_without_the_class_is_left_alone(self) -> None:
        rows = np.full((1, 10), 0.1, np.float32)
        assert in_proportion(rows, (Lattice((Box(0, 0, 9, 9),), ((0, 1, 0),)),), Vocabulary()) is rows


class TestTemperature:
    ROWS = np.array([row(d3=0.9, d8=0.05), row(d1=0.6, d7=0.3)], np.float32)

    def test_one_changes_nothing(self) -> None:
        np.testing.assert_array_equal(calibrated(self.ROWS, 1.0), self.ROWS)

    def test_a_higher_one_makes_less_sure_of_the_same_digit(self) -> None:
        softer = calibrated(self.ROWS, 2.0)
        assert (softer.max(1) < self.ROWS.max(1)).all()
        np.testing.assert_array_equal(softer.argmax(1), self.ROWS.argmax(1))
        assert softer.dtype == np.float32

    def test_it_is_the_softmax_of_the_logarithm(self) -> None:
        expected = np.exp(np.log(self.ROWS) / 1.5)
        np.testing.assert_allclose(
            calibrated(self.ROWS, 1.5), expected / expected.sum(1, keepdims=True), rtol=1e-5, atol=1e-5
        )

    def test_a_reading_s_confidence_is_calibrated(self) -> None:
        warm = ModelCard(name="test", preprocessing=1, classes=CARD.classes, temperature=3.0)
        assert texts(*written("4"), card=warm, minimum=0.95) == ["?"]
        assert texts(*written("4"), minimum=0.95) == ["4"]

    def test_no_rows_are_no_rows(self) -> None:
        assert calibrated(np.zeros((0, 11), np.float32), 2.0).shape == (0, 11)

    @given(arrays(np.float32, (4, 11), elements=st.floats(0, 1, width=32)), st.floats(0.3, 5))
    def test_rows_sum_to_1(self, raw: NDArray[np.float32], temperature: float) -> None:
        rows = (raw + 1e-3) / (raw + 1e-3).sum(1, keepdims=True)
        np.testing.assert_allclose(calibrated(rows, temperature).sum(1), 1, atol=1e-3)


def test_whatever_is_no_digit_is_one_kind_together() -> None:
    likely = np.zeros((1, 13), np.float32)
    likely[0, [4, 10, 11, 12]] = 0.4, 0.1, 0.2, 0.3
    assert merged(likely, WHOLE).tolist()[0][10] == pytest.approx(0.6)
    assert merged(likely[:, :10], Vocabulary()).shape == (1, 10)
