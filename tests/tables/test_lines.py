"""Straight lines are found whole, faint, broken or aslant; writing is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from numbre_edge.finding.light import inked
from numbre_edge.tables.lines import straight_lines
from numbre_edge.types import Box
from tests.tables.drawing import ruled

XS, YS = (100, 220, 340, 460), (80, 150, 220, 290)


@pytest.mark.parametrize("slope", [0.0, 0.06, -0.1])
@pytest.mark.parametrize("light", [False, True])
def test_each_line_is_found_once_and_ends_where_it_ends(slope: float, light: bool) -> None:
    page = ruled(XS, YS, (420, 620), slope=slope)

    lines = [line for line in straight_lines(255 - page if light else page) if line.length > 100]

    level, upright = ([line for line in lines if line.level == way] for way in (True, False))
    assert sorted(round((line.at(280) - slope * 280) / 10) for line in level) == [8, 15, 22, 29]
    assert sorted(round((line.at(185) + slope * 185) / 10) for line in upright) == [10, 22, 34, 46]
    assert all(abs(line.length - 360) < 25 for line in level)
    assert all(abs(line.length - 210) < 25 for line in upright)


def test_a_dashed_line_is_one_line() -> None:
    page = np.full((200, 600), 225, np.uint8)
    for x in range(60, 520, 50):
        cv2.line(page, (x, 100), (x + 34, 100), (90,), 2)

    (line,) = (line for line in straight_lines(page) if line.length > 60)

    assert line.length == pytest.approx(484, abs=12)


@pytest.mark.parametrize("slope", [-0.3, -0.15, 0.08, 0.22])
def test_faint_lines_are_found_at_any_lean(slope: float) -> None:
    page = ruled([x + 60 for x in XS], [y + 100 for y in YS], (520, 680), slope=slope)
    page = 225 - (225 - page) // 3

    lines = [line for line in straight_lines(page) if line.length > 150]

    assert [sum(line.level == way for line in lines) for way in (True, False)] == [4, 4]


def test_what_is_written_is_no_line() -> None:
    page = np.full((200, 300), 225, np.uint8)
    cv2.line(page, (100, 50), (100, 110), (40,), 4)

    assert straight_lines(page)
    assert straight_lines(page, without=[Box(94, 44, 14, 72)]) == []


def test_even_paper_has_neither_lines_nor_ink() -> None:
    page = np.random.default_rng(0).normal(200, 2, (200, 300)).clip(0, 255).astype(np.uint8)

    assert straight_lines(page) == []
    assert inked(page).mean() < 0.01
