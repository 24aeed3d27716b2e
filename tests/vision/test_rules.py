"""Ruled, squared and dotted lines go; the strokes of digits stay, where they cross a line too."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.vision import rules as subject
from numbre_edge.vision.straight import shrunk
from tests.vision.drawing import Ink


def remove_rules(mask: Ink, contrast: Ink | None = None, *, full: bool = False) -> Ink:
    """Remove rules of the writing's own blackness, where ``contrast`` does not tell another."""
    return subject.remove_rules(mask, mask if contrast is None else contrast, shrunk(mask), full=full).mask


MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
HEIGHT, WIDTH = 400, 640
STEP = 50  # pixels between two lines


@pytest.fixture
def writing(mnist_sample: MnistSample) -> Ink:
    """A mask of five digits, 84 pixels wide, across several lines."""
    digits, labels = mnist_sample
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for place, value in enumerate((2, 7, 1, 4, 8)):
        big = cv2.resize(digits[labels == value][1], (112, 112), interpolation=cv2.INTER_CUBIC)
        mask[140:252, 30 + place * 118 : 142 + place * 118] |= np.where(big > 100, np.uint8(255), np.uint8(0))
    return mask


def level(thickness: int, *, slope: float = 0.0, dotted: bool = False) -> Ink:
    lines = np.zeros((HEIGHT, WIDTH), np.uint8)
    for y in range(25, HEIGHT, STEP):
        cv2.line(lines, (0, y), (WIDTH - 1, round(y + slope * WIDTH)), (255,), thickness)
    if dotted:
        lines[:, np.arange(WIDTH) % 8 >= 4] = 0
    return lines


def upright(thickness: int) -> Ink:
    lines = np.zeros((HEIGHT, WIDTH), np.uint8)
    for x in range(20, WIDTH, STEP):
        cv2.line(lines, (x, 0), (x, HEIGHT - 1), (255,), thickness)
    return lines


RULES = {
    "ruled, a thin line": level(1),
    "ruled": level(2),
    "ruled, a thick line": level(3),
    "ruled, and the page tilted": level(2, slope=0.06),
    "ruled, and tilted the other way": level(2, slope=-0.06),
    "squared": level(2) | upright(2),
    "dotted": level(2, dotted=True),
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES.keys())
def test_rules_go_and_writing_stays(writing: Ink, rules: Ink) -> None:
    left = remove_rules(writing | rules)

    beside = cv2.dilate(writing, np.ones((9, 9), np.uint8)) == 0
    ink = writing > 0
    assert (left[beside] > 0).sum() < 0.05 * (rules[beside] > 0).sum()
    assert (left[ink] > 0).mean() > 0.93


LEVEL = {name: rules for name, rules in RULES.items() if "tilted" not in name}


@pytest.mark.parametrize("rules", LEVEL.values(), ids=LEVEL.keys())
def test_an_empty_ruled_page_becomes_blank(rules: Ink) -> None:
    assert (remove_rules(rules) > 0).sum() < 0.05 * (rules > 0).sum()


def test_a_faint_rule_of_which_dashes_are_left_goes_with_its_like(writing: Ink) -> None:
    rules, dashes = np.zeros_like(writing), np.zeros_like(writing)
    for place, y in enumerate(range(20, HEIGHT, STEP)):
        if place % 2:
            for x in range(10, WIDTH, 70):
                dashes[y : y + 2, x : x + 25] = 255
        else:
            rules[y : y + 2] = 255
    beside = cv2.dilate(writing, np.ones((9, 9), np.uint8)) == 0

    left = remove_rules(writing | rules | dashes, np.maximum(writing, (rules | dashes) // 3))

    assert (left[beside] > 0).sum() < 0.1 * (dashes[beside] > 0).sum()
    assert (remove_rules(dashes) > 0).sum() == (dashes > 0).sum()  # signs, where there are no rules


def test_it_is_told_whether_rules_stood_upright(writing: Ink) -> None:
    level, upright = np.zeros_like(writing), np.zeros_like(writing)
    level[25::STEP], upright[:, 25::STEP] = 255, 255

    for lines, stood in ((np.zeros_like(writing), False), (level, False), (upright, True), (level | upright, True)):
        mask = writing | lines
        assert subject.remove_rules(mask, mask, shrunk(mask)).upright is stood


def test_writing_on_plain_paper_is_left_as_it_is(writing: Ink) -> None:
    np.testing.assert_array_equal(remove_rules(writing), writing)


def test_a_single_underline_goes(writing: Ink) -> None:
    line = np.zeros_like(writing)
    cv2.line(line, (20, 275), (620, 278), (255,), 3)

    left = remove_rules(writing | line)

    assert (left[265:290] > 0).sum() < 0.05 * (line > 0).sum()
    assert (left[writing > 0] > 0).mean() > 0.93


def drawn(*points: tuple[int, int], shape: tuple[int, int] = (240, 200), thickness: int = 9) -> Ink:
    mask = np.zeros(shape, np.uint8)
    cv2.polylines(mask, [np.array(points, np.int32)], isClosed=False, color=(255,), thickness=thickness)
    return mask


LONE = {
    "a 1": drawn((100, 15), (98, 225)),
    "a 1 with an upstroke": drawn((70, 60), (100, 15), (100, 225)),
    "a 2 with a straight foot": drawn((40, 70), (70, 20), (130, 25), (150, 80), (40, 215), (165, 215)),
    "a 7 with a straight bar": drawn((30, 25), (165, 25), (80, 220)),
    "a crossed 7": drawn((30, 25), (165, 25), (80, 220)) | drawn((60, 120), (160, 120)),
    "an angular 4": drawn((100, 20), (35, 140), (170, 140)) | drawn((130, 80), (130, 225)),
    "an angular 5": drawn((150, 20), (60, 20), (55, 100), (130, 110), (140, 170), (100, 220), (45, 200)),
}


@pytest.mark.parametrize("thickness", [3, 9])
@pytest.mark.parametrize("name", LONE)
def test_the_straight_strokes_of_a_lone_digit_stay(name: str, thickness: int) -> None:
    digit = LONE[name] if thickness == 9 else cv2.erode(LONE[name], np.ones((5, 5), np.uint8))

    np.testing.assert_array_equal(remove_rules(digit), digit)


def test_a_bold_1_with_upstroke_and_foot_stays() -> None:
    digit = drawn((70, 60), (100, 15), (100, 225)) | drawn((60, 225), (140, 225))

    np.testing.assert_array_equal(remove_rules(digit), digit)


@pytest.mark.parametrize("side", [28, 128])
def test_a_stroke_from_border_to_border_stays_where_digits_fill_the_picture(side: int) -> None:
    seven = np.zeros((side, side), np.uint8)
    cv2.line(seven, (0, 2), (side - 1, 2), (255,), max(1, side // 14))
    cv2.line(seven, (side - 3, 2), (side // 3, side - 1), (255,), max(1, side // 14))

    np.testing.assert_array_equal(remove_rules(seven, full=True), seven)


def test_there_a_line_longer_than_the_picture_is_high_goes_all_the_same(mnist_sample: MnistSample) -> None:
    digits = np.hstack([cv2.resize(digit, (112, 112)) for digit in mnist_sample[0][[21, 30, 41]]])
    mask = np.where(digits > 100, np.uint8(255), np.uint8(0))
    ruled = mask.copy()
    ruled[106:109] = 255

    left = remove_rules(ruled, full=True)

    assert (left[104:111] > 0).mean() < 0.1
    assert (left[mask > 0] > 0).mean() > 0.93


def test_a_row_of_ones_is_no_ruling() -> None:
    ones = np.zeros((200, 500), np.uint8)
    for x in range(60, 460, 60):
        cv2.line(ones, (x, 40), (x - 4, 160), (255,), 6)

    np.testing.assert_array_equal(remove_rules(ones), ones)


def foot_on_a_line(*, dotted: bool) -> tuple[Ink, Ink, Ink]:
    """Return a 2, an 0 and a 7 whose feet stand on a line; the line; and the 2's foot, all (120, 400)."""
    writing = np.zeros((120, 400), np.uint8)
    two = drawn((20, 35), (35, 15), (55, 25), (15, 90), (65, 90), shape=(120, 400), thickness=7)
    writing |= two
    cv2.ellipse(writing, (130, 52), (25, 34), 0, 0, 360, (255,), 7)
    writing |= drawn((200, 20), (250, 20), (220, 110), shape=(120, 400), thickness=7)
    line = np.zeros_like(writing)
    line[88:93] = 255
    if dotted:
        line[:, np.arange(400) % 10 >= 5] = 0
    foot = np.zeros_like(writing)
    foot[88:93, 20:62] = 255
    return writing, line, foot


def test_a_foot_on_a_dotted_line_stays_for_it_fills_the_gaps() -> None:
    writing, line, foot = foot_on_a_line(dotted=True)

    left = remove_rules(writing | line)

    assert (left[foot > 0] > 0).mean() > 0.8
    assert (left[88:93, 270:] > 0).mean() < 0.05  # the line itself has gone


def test_a_foot_on_a_pale_line_stays_for_it_is_darker() -> None:
    writing, line, foot = foot_on_a_line(dotted=False)

    left = remove_rules(writing | line, np.maximum(writing, line // 2))

    assert (left[foot > 0] > 0).mean() > 0.8
    assert (left[88:93, 270:] > 0).mean() < 0.05


def test_dots_leave_no_stubs_below_a_stroke_that_ends_on_them() -> None:
    writing, line, _ = foot_on_a_line(dotted=True)
    line = np.roll(line, 3, 0)  # from row 91 on; the 0's ink ends in row 89

    left = remove_rules(writing | line)

    nought = slice(100, 160)
    assert not left[93:96, nought].any()
    assert (left[:88, nought] == writing[:88, nought]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (5, 5), (40, 40)])
def test_any_mask_is_answered(shape: tuple[int, int]) -> None:
    for value in (0, 255):
        assert remove_rules(np.full(shape, value, np.uint8)).shape == shape
