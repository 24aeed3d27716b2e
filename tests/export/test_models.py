"""Digits drawn after models: whole, of one hand alike, of another otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from numbre_export.synthesis.models import MODELS, curve, model_shape


@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_is_about_one_unit_high_whoever_writes_it(digit: str) -> None:
    shapes = [model_shape(digit, manner, default_rng(manner)) for manner in range(40)]
    assert {shape.label for shape in shapes} == {digit}
    assert all(0.85 < shape.extent[1] < 1.6 and shape.extent[0] < 1.3 for shape in shapes)
    assert {len(shape.path.ends) for shape in shapes} == {len(strokes) for strokes in MODELS[digit]}


def test_a_hand_writes_a_digit_nearly_as_before_and_another_otherwise() -> None:
    rng = default_rng(0)
    first, second = (model_shape("8", 5, rng).path.points for _ in range(2))
    other = model_shape("8", 6, rng).path.points
    away = [float(np.abs(points - first).mean()) for points in (second, other) if len(points) == len(first)]
    assert 0 < away[0] < 0.03
    assert len(away) == 1 or away[1] > 2 * away[0]


def test_a_curve_goes_through_its_points_and_turns_sharply_where_one_is_repeated() -> None:
    corner = curve(np.array([(0, 0), (0.5, 0.3), (1, 0), (1, 0), (0.5, 0.6), (0, 1)]))
    for point in ((0, 0), (0.5, 0.3), (1, 0), (0.5, 0.6), (0, 1)):
        assert np.abs(corner - point).sum(1).min() < 1e-6
    smooth = curve(np.array([(0, 0), (0.5, 0.3), (1, 0), (0.5, 0.6), (0, 1)]))
    assert corner[9, 1] > 4 * smooth[9, 1] > 0  # straight into the corner; flat where it only turns
    straight = curve(np.array([(0, 0), (1, 1)]))
    assert straight.tolist() == [[0, 0], [1, 1]]
