"""The ink of a page falls into symbols: one a digit, no specks, no desk."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.types import Box
from numbre_edge.vision.components import Components, close_gaps, components
from numbre_edge.vision.illumination import Flattened
from numbre_edge.vision.normalize import stroke_width
from tests.vision.drawing import Ink

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
HEIGHT, WIDTH = 240, 480


def empty() -> Ink:
    return np.zeros((HEIGHT, WIDTH), np.uint8)


def stroke(*points: tuple[int, int], thickness: int = 8) -> Ink:
    mask = empty()
    cv2.polylines(mask, [np.array(points, np.int32)], isClosed=False, color=(255,), thickness=thickness)
    return mask


def found(
    mask: Ink,
    contrast: Ink | None = None,
    edges: NDArray[np.bool_] | None = None,
    *,
    upright_rules: bool = False,
    full: bool = False,
) -> Components:
    """Find the components of ``mask`` in a picture of even ink, or of this ``contrast``."""
    flattened = Flattened(
        contrast=mask if contrast is None else contrast,
        edges=np.zeros(mask.shape, np.bool_) if edges is None else edges,
        light_ink=False,
    )
    return components(mask, flattened, stroke_width(mask), upright_rules=upright_rules, full=full)


ONE, SEVEN = stroke((100, 60), (100, 180)), stroke((200, 60), (270, 60), (230, 180))


def test_each_digit_is_a_symbol_with_its_box() -> None:
    symbols = found(ONE | SEVEN).symbols

    assert sorted(symbol.box for symbol in symbols) == [Box(*cv2.boundingRect(part)) for part in (ONE, SEVEN)]


def test_the_labels_of_a_symbol_are_its_ink_and_nobody_else_s() -> None:
    result = found(ONE | SEVEN)

    parts = [np.isin(result.labels, symbol.labels) for symbol in result.symbols]
    np.testing.assert_array_equal(sum(part.astype(int) for part in parts), (ONE | SEVEN) > 0)


def test_no_ink_gives_no_symbol() -> None:
    assert found(empty()).symbols == ()


def test_specks_are_left_out() -> None:
    specks = empty()
    for x, y, radius in ((40, 40, 1), (320, 200, 6), (420, 100, 12)):
        cv2.circle(specks, (x, y), radius, (255,), -1)

    assert len(found(ONE | SEVEN | specks).symbols) == 2


def test_the_bar_of_a_5_written_apart_belongs_to_it() -> None:
    body = stroke((305, 80), (300, 120), (345, 125), (350, 170), (300, 180))
    bar = stroke((310, 64), (350, 62))

    symbols = found(ONE | body | bar).symbols

    assert len(symbols) == 2
    assert Box(*cv2.boundingRect(body | bar)) in [symbol.box for symbol in symbols]


def test_a_digit_below_another_does_not_belong_to_it() -> None:
    above, below = stroke((100, 20), (100, 90)), stroke((100, 130), (100, 200))

    assert len(found(above | below).symbols) == 2


def test_what_is_much_fainter_than_the_writing_is_left_out() -> None:
    grain = stroke((380, 60), (380, 180))
    contrast = np.where(grain > 0, np.uint8(60), ONE | SEVEN)

    assert len(found(ONE | SEVEN | grain, contrast).symbols) == 2


@pytest.mark.parametrize("desk", [(slice(0, 240), slice(0, 80)), (slice(150, 240), slice(0, 480))])
def test_a_desk_in_the_corner_is_left_out(desk: tuple[slice, slice]) -> None:
    mask = stroke((160, 30), (220, 30), (180, 120)) | stroke((300, 30), (360, 30), (320, 120))
    mask[desk] = 255

    assert len(found(mask).symbols) == 2


def test_ink_that_is_the_edge_of_a_sheet_is_left_out() -> None:
    edge = stroke((400, 20), (410, 220))

    assert len(found(ONE | SEVEN | edge, edges=cv2.dilate(edge, np.ones((5, 5), np.uint8)) > 0).symbols) == 2


def test_a_digit_across_such_an_edge_stays() -> None:
    edges = np.zeros((HEIGHT, WIDTH), np.bool_)
    edges[115:125] = True

    assert len(found(ONE | SEVEN, edges=edges).symbols) == 2


def test_a_hairline_left_of_a_rule_is_left_out() -> None:
    hair = stroke((330, 60), (330, 190), thickness=1)

    assert len(found(ONE | SEVEN | hair, upright_rules=True).symbols) == 2


def test_a_1_in_a_thin_pen_beside_a_thick_one_stays_where_no_rule_looked_like_it() -> None:
    thin = stroke((330, 60), (330, 190), thickness=2)

    assert len(found(ONE | SEVEN | thin).symbols) == 3


def test_a_dash_is_no_digit() -> None:
    assert len(found(ONE | SEVEN | stroke((320, 120), (400, 120))).symbols) == 2


@pytest.mark.parametrize("value", [0, 1, 6, 8, 9])
def test_a_digit_that_fills_the_page_is_a_symbol(mnist_sample: MnistSample, value: int) -> None:
    digits, labels = mnist_sample
    big = cv2.resize(digits[labels == value][0], (300, 300), interpolation=cv2.INTER_CUBIC)

    assert len(found(np.where(big > 100, np.uint8(255), np.uint8(0))).symbols) == 1


def boxes(mask: Ink) -> list[Box]:
    return sorted(symbol.box for symbol in found(mask).symbols)


def test_a_piece_of_a_broken_stroke_goes_to_the_digit_it_is_nearest_to() -> None:
    bar = stroke((206, 120), (244, 120))  # of a 7 that the chalk left out at both ends: 14 pixels from the stem
    far, near = boxes(ONE | stroke((280, 60), (280, 180))), boxes(ONE | bar | stroke((260, 60), (260, 180)))

    assert len(far) == len(near) == 2
    assert near[1] == Box.around([Box(*cv2.boundingRect(part)) for part in (bar, stroke((260, 60), (260, 180)))])


def test_a_piece_too_far_from_any_digit_and_a_point_beside_one_are_none_of_it() -> None:
    dash, point = stroke((130, 120), (160, 120)), stroke((116, 178), (117, 178), thickness=7)

    assert boxes(ONE | dash | SEVEN) == boxes(ONE | point | SEVEN) == boxes(ONE | SEVEN)
    assert len(found(ONE | point | SEVEN).punctuation) == 1


def test_what_would_be_much_larger_than_the_digits_is_none() -> None:
    line = stroke((112, 100), (290, 100))  # from one digit to beyond the other

    assert boxes(ONE | line | stroke((200, 120), (200, 240)))[0] == Box(*cv2.boundingRect(ONE))


def test_a_strip_of_desk_that_towers_over_the_writing_is_left_out() -> None:
    desk, small = stroke((5, 0), (3, 239), thickness=10), (stroke((x, 100), (x, 150)) for x in (100, 140, 180))

    assert len(boxes(desk | np.maximum.reduce(list(small)))) == 3
    assert len(boxes(desk)) == 1  # a 1 that fills the picture


def test_ink_along_the_border_is_ink_where_the_writing_fills_the_picture() -> None:
    mask = np.zeros((112, 112), np.uint8)
    mask[:, :60] = 255  # the stem of a bold 1, cropped to its ink
    mask[:, 60:] = cv2.resize(np.eye(2, dtype=np.uint8) * 255, (52, 112), interpolation=cv2.INTER_NEAREST)

    assert found(mask).symbols == ()
    assert len(found(mask, full=True).symbols) == 1


class TestCloseGaps:
    def test_ink_is_only_added(self) -> None:
        ink = ONE | SEVEN

        assert (close_gaps(ink, stroke_width(ink))[ink > 0] == 255).all()

    def test_a_stroke_that_broke_is_joined(self) -> None:
        broken = stroke((100, 60), (100, 180), thickness=12)
        broken[118:121] = 0

        assert cv2.connectedComponents(close_gaps(broken, stroke_width(broken)))[0] == 2  # the paper and one stroke

    def test_digits_side_by_side_stay_apart(self) -> None:
        pair = stroke((100, 60), (100, 180), thickness=8) | stroke((118, 60), (118, 180), thickness=8)

        assert cv2.connectedComponents(close_gaps(pair, stroke_width(pair)))[0] == 3

    def test_thin_strokes_and_blank_pages_are_left_as_they_are(self) -> None:
        thin = stroke((200, 60), (200, 180), thickness=2)

        np.testing.assert_array_equal(close_gaps(thin, stroke_width(thin)), thin)
        assert not close_gaps(empty(), stroke_width(empty())).any()
