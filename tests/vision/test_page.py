"""A page gives each recogniser what it asks for, and works for nothing else."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.errors import UsageError
from numbre_edge.geometry import in_frame
from numbre_edge.types import Box, Frame, Pixels, Placement, Reduced
from numbre_edge.vision.page import Page
from tests.vision.drawing import Ink, blank

ROI = Box(40, 20, 300, 200)


@pytest.fixture
def picture() -> Ink:
    page = blank(400, 600)
    cv2.rectangle(page, (100, 80), (119, 139), (40,), cv2.FILLED)
    return page


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7, 0.123])
@pytest.mark.parametrize("roi", [None, ROI])
def test_grey_comes_at_any_size_and_its_boxes_find_their_way_back(picture: Ink, scale: float, roi: Box | None) -> None:
    page = Page(Frame(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)), roi=roi)

    grey = page.grey_at(scale)
    ink = np.where(grey < 130, np.uint8(255), np.uint8(0))
    (box,) = in_frame(np.array([cv2.boundingRect(ink)], np.int32), Placement(page.region, scale)).tolist()

    assert grey.shape == (round(page.region.height * scale), round(page.region.width * scale))
    assert box == pytest.approx([100, 80, 20, 60], abs=1 / scale + 1)


def test_who_asks_for_grey_alone_pays_for_no_more(picture: Ink) -> None:
    page = Page(Frame(picture), roi=ROI)
    page.grey_at(0.5), page.scale, page.full

    assert not {"flattened", "writing", "_upright"} & set(vars(page))  # no stage was made


def test_a_picture_that_comes_reduced_is_read_from_that_unless_a_part_of_it_is_asked_for(picture: Ink) -> None:
    large = np.asarray(cv2.resize(picture, (3600, 2400), interpolation=cv2.INTER_NEAREST), np.uint8)
    half = np.asarray(cv2.resize(large, (1800, 1200), interpolation=cv2.INTER_AREA), np.uint8)
    asked = []

    def whole() -> Pixels:
        asked.append(True)
        return large

    page, part = (Page(Frame(whole, reduced=Reduced(half, 3600, 2400)), roi=roi) for roi in (None, ROI))

    assert page.region == (0, 0, 3600, 2400)
    assert np.array_equal(page.upright_grey, Page(Frame(large)).upright_grey)
    assert page.placement == Page(Frame(large)).placement
    assert not asked
    assert np.array_equal(part.grey, large[20:220, 40:340])
    assert np.array_equal(page.grey_at(0.75), Page(Frame(large)).grey_at(0.75))  # larger than it came
    assert asked == [True, True]


def test_each_stage_is_made_once(picture: Ink) -> None:
    page = Page(Frame(picture))

    assert page.flattened is page.flattened
    assert page.writing is page.writing
    assert page.writing.mask.shape == page.flattened.contrast.shape


@pytest.mark.parametrize(
    ("roi", "region"),
    [
        (None, Box(0, 0, 600, 400)),
        (ROI, ROI),
        (Box(-10, 390, 50, 50), Box(0, 390, 40, 10)),
        (Box(0, 0, 9999, 9999), Box(0, 0, 600, 400)),
    ],
)
def test_a_region_is_what_of_it_lies_within_the_picture(picture: Ink, roi: Box | None, region: Box) -> None:
    assert Page(Frame(picture), roi=roi).region == region


@pytest.mark.parametrize("roi", [Box(600, 0, 5, 5), Box(-9, 0, 9, 5), Box(5, 5, 0, 5), Box(5, 5, 5, -3)])
def test_a_region_without_a_pixel_of_it_is_an_error(picture: Ink, roi: Any) -> None:
    with pytest.raises(UsageError, match="lies outside the 600x400 picture"):
        Page(Frame(picture), roi=roi)
