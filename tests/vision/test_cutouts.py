"""What stands in a box is cut out of the ground around it, whatever the light and the ink."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.types import Pixels
from numbre_edge.vision.cutouts import cut_out
from tests.vision.drawing import blank, digits_on

PLACES = [(30, 40), (90, 50), (150, 45)]
BOXES = np.array([(x, y, 28, 28) for x, y in PLACES], np.int32)


@pytest.fixture
def digits(mnist_sample: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> list[Pixels]:
    return list(mnist_sample[0][:3])


@pytest.mark.parametrize("light_ink", [False, True])
def test_digits_are_cut_out_as_they_were_written(digits: list[Pixels], light_ink: bool) -> None:
    page = digits_on(blank(120, 220), digits, at=PLACES, size=28).astype(np.float32)
    page *= np.linspace(0.45, 1, 220)  # a shadow across the page
    grey = (255 - page if light_ink else page).astype(np.uint8)

    for patch, digit in zip(cut_out(grey, BOXES), digits, strict=True):
        assert np.corrcoef(patch.ravel(), digit.ravel())[0, 1] > 0.8
        assert patch.max() == 255


def test_one_thick_digit_is_ink_where_the_others_say_so(digits: list[Pixels]) -> None:
    grey = digits_on(blank(120, 220), digits, at=PLACES, size=28)
    grey[50:78, 90:118] = 20
    grey[60:64, 100:104] = 220

    assert cut_out(grey, BOXES)[1].mean() > 80


def test_where_nothing_stands_or_no_page_is_there_is_no_ink() -> None:
    grey = np.full((60, 60), 200, np.uint8)

    assert not cut_out(grey, np.array([(10, 10, 20, 20), (80, 80, 20, 20), (-40, 5, 20, 20)], np.int32)).any()
    assert cut_out(grey, np.zeros((0, 4), np.int32)).shape == (0, 28, 28)
