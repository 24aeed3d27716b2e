"""What a refiner looks at: a digit in the middle, of one height, with what stands beside it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from numbre_edge.finding.crops import CROP, LINKED, NOTHING, Refined, crop, crops
from numbre_edge.finding.levels import levels
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Pixels
from tests.finding.test_tiles import found_at


def bar(top: int, height: int) -> Pixels:
    """Return a level with one bar, of ink 0 on PAPER, whose middle is at x 100."""
    level = np.full((200, 200), PAPER, np.uint8)
    cv2.rectangle(level, (97, top), (102, top + height - 1), 0, cv2.FILLED)
    return level


@pytest.mark.parametrize("height", [12, 18, 24, 36])
def test_a_digit_is_as_high_as_any_and_in_the_middle(height: int) -> None:
    cut = crop(bar(60, height), np.float32([97, 60, 6, height]), mark=False)

    rows, columns = np.nonzero(cut < PAPER / 2)
    assert cut.shape == CROP
    assert abs(np.ptp(rows) + 1 - 18) <= 1
    assert abs(rows.mean() - (CROP[0] - 1) / 2) <= 0.5
    assert abs(columns.mean() - (CROP[1] - 1) / 2) <= 0.5


def test_a_mark_keeps_its_size() -> None:
    rows, _ = np.nonzero(crop(bar(60, 6), np.float32([97, 60, 6, 6]), mark=True) < PAPER / 2)

    assert np.ptp(rows) + 1 == 6


def test_beyond_the_level_is_paper() -> None:
    cut = crop(bar(0, 20), np.float32([0, 0, 6, 18]), mark=False)

    assert (cut[:, :20] == PAPER).all()


def test_a_crop_is_taken_from_the_level_on_which_it_was_found() -> None:
    grey = np.full((400, 600), 255, np.uint8)
    cv2.rectangle(grey, (200, 100), (219, 199), 0, cv2.FILLED)
    scales = levels(grey)
    found, fitting = found_at(200, 100, 20, 100), [n for n, s in enumerate(scales) if 10 <= 100 * s.scale[1] <= 40]

    cuts = [crops(scales, replace(found, level=np.array([number])))[0] for number in fitting]

    assert len(cuts) == 2
    assert all(abs(int((cut[:, CROP[1] // 2] < 90).sum()) - 18) <= 2 for cut in cuts)


def test_what_a_refiner_says_is_taken_apart() -> None:
    logits = np.zeros((1, LINKED + 1), np.float32)
    logits[0, 7], logits[0, LINKED] = 20, -20

    said = Refined.of(logits)

    assert said.classes.shape == (1, NOTHING + 1)
    assert said.classes[0, 7] == pytest.approx(1)
    assert said.links[0] == pytest.approx(0, abs=1e-6)
