"""Which way up a frame is, and which part of it is read."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_edge.sources.view import Orientation, Region
from numbre_edge.types import Box, Frame

ROWS = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)


@pytest.mark.parametrize(
    ("orientation", "rows"),
    [
        (Orientation(rotate=90), [[4, 1], [5, 2], [6, 3]]),
        (Orientation(rotate=180), [[6, 5, 4], [3, 2, 1]]),
        (Orientation(rotate=270), [[3, 6], [2, 5], [1, 4]]),
        (Orientation(flip="h"), [[3, 2, 1], [6, 5, 4]]),
        (Orientation(flip="v"), [[4, 5, 6], [1, 2, 3]]),
        (Orientation(rotate=90, flip="h"), [[1, 4], [2, 5], [3, 6]]),
    ],
    ids=str,
)
def test_a_frame_is_turned_clockwise_then_mirrored(orientation: Orientation, rows: list[list[int]]) -> None:
    frame = Frame(ROWS, "a.png", 3, 0.5, "page 1 of 2 was read")

    turned = orientation.applied(frame)

    assert turned.pixels.tolist() == rows
    assert (turned.source, turned.index, turned.timestamp, turned.note) == ("a.png", 3, 0.5, "page 1 of 2 was read")
    colour = orientation.applied(Frame(np.dstack([ROWS] * 3)))
    assert colour.pixels[..., 1].tolist() == rows


def test_without_a_wish_a_frame_stays_itself() -> None:
    frame = Frame(ROWS)
    assert Orientation().applied(frame) is frame


@pytest.mark.parametrize(
    ("region", "box"),
    [
        (Region(10, 20, 30, 40), Box(10, 20, 30, 40)),
        (Region(900, 0, 10, 10), Box(900, 0, 10, 10)),  # outside: whoever reads says so
        (Region(0, 0, 100, 100, percent=True), Box(0, 0, 320, 161)),
        (Region(10, 20, 50, 30, percent=True), Box(32, 32, 160, 49)),
        (Region(33.3, 0, 66.7, 100, percent=True), Box(106, 0, 214, 161)),
        (Region(99.99, 0, 0.01, 1, percent=True), Box(319, 0, 1, 2)),
    ],
)
def test_a_region_is_a_box_of_a_frame(region: Region, box: Box) -> None:
    assert region.box(Frame(np.zeros((161, 320), np.uint8))) == box
