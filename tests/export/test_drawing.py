"""How ink is drawn: as wide as the pen, where its bounds say."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_export.synthesis.drawing import bounds, cover, lay_ink, project
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.paths import Path
from numbre_export.synthesis.sheet import Mark

LINE = np.array([[20.3, 30.7], [60.2, 28.1], [41.5, 70.9]], np.float32)
SHAPE = (100, 120)


@pytest.mark.parametrize(("filled", "width"), [(False, 1.3), (False, 4.0), (False, 9.0), (True, 0.0), (True, 4.0)])
def test_bounds_are_tight_around_the_ink(filled: bool, width: float) -> None:
    mark = Mark.of([LINE], width, filled=filled)
    ink = cover([mark], SHAPE) > 0.5
    left, top, right, bottom = bounds([mark])[0]
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert abs(columns[0] - left) <= 1
    assert abs(columns[-1] + 1 - right) <= 1
    assert abs(rows[0] - top) <= 1
    assert abs(rows[-1] + 1 - bottom) <= 1


def test_a_dot_is_as_wide_as_the_pen() -> None:
    mark = Mark.of([np.array([[30, 30]], np.float32)], 6.0)
    assert cover([mark], (60, 60)).sum() == pytest.approx(np.pi * 9, rel=0.15)


def test_a_nib_draws_level_strokes_thinner() -> None:
    lines = np.array([[[20, 50], [60, 50]], [[60, 20], [60, 80]]], np.float32)
    level, upright = (Mark(Path.of([line]), 8.0, nib=0.5) for line in lines)
    thick = [np.asarray(cover([mark], SHAPE)) for mark in (level, upright)]
    assert thick[0][:, 40].sum() == pytest.approx(4, abs=0.6)
    assert thick[1][50].sum() == pytest.approx(8, abs=0.6)


def test_marks_seen_through_a_homography_are_where_it_puts_them() -> None:
    mark = Mark.of([LINE, LINE[:1]], 3.0)
    matrix = np.array([[2.0, 0, 5], [0, 2.0, -7], [0, 0, 1]])
    (seen,) = project([mark], matrix)
    assert seen.path.points == pytest.approx(mark.path.points * 2 + np.array([5, -7]))
    assert seen.path.ends == mark.path.ends
    assert seen.width == pytest.approx(6)


@pytest.mark.parametrize("ink", [Ink(tone=0.1), Ink(tone=0.1, grain=0.5, patches=0.5, pooling=0.5, bleed=1, rough=1)])
def test_ink_lies_where_it_is_drawn_and_nowhere_else(ink: Ink) -> None:
    covered = cover([Mark.of([LINE], 6.0)], SHAPE)
    surface = np.full(SHAPE, 0.9, np.float32)
    inked = lay_ink(surface, ink, covered, np.random.default_rng(0), 40)
    assert inked[covered > 0.99].mean() < 0.7
    far = cover([Mark.of([LINE], 16.0)], SHAPE) == 0
    assert inked[far] == pytest.approx(0.9, abs=1e-3)
