"""What ``explain`` says, in plain words, of pictures that are hard to read."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.diagnosis import Finding, diagnose
from numbre_edge.types import Box, Digit, Explanation, Lattice, Patches, Placement, Reading, Recognition
from numbre_edge.vocabulary import NOT_A_DIGIT, PART_OF_A_DIGIT, SEVERAL_DIGITS, WHOLE

PAGE = (200, 400)
LEFT, RIGHT = Box(40, 60, 40, 80), Box(200, 60, 40, 80)


def row(**likely: float) -> NDArray[np.float32]:
    values = {WHOLE.not_a_digit if name == "none" else int(name[1:]): p for name, p in likely.items()}
    return np.array([values.get(column, 0.001) for column in range(len(WHOLE))], np.float32)


def written(boxes: list[Box], strength: int = 200, blur: float = 0.8) -> NDArray[np.uint8]:
    """Contrast of zeros in ``boxes``."""
    contrast = np.zeros(PAGE, np.uint8)
    for x, y, width, height in boxes:
        middle, half = (x + width // 2, y + height // 2), (max(1, width // 2 - 4), max(1, height // 2 - 4))
        cv2.ellipse(contrast, middle, half, 0, 0, 360, (strength,), max(1, height // 10), cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(contrast, (0, 0), blur), np.uint8)


def explained(
    marks: list[tuple[Box, NDArray[np.float32], Digit | None]],
    *,
    lattices: tuple[Lattice, ...] | None = None,
    contrast: NDArray[np.uint8] | None = None,
    tilt: float = 0.0,
) -> Explanation:
    """Explain marks, each a box, its probabilities and what it reads as."""
    boxes = [box for box, _, _ in marks]
    contrast = written(boxes) if contrast is None else contrast
    digits = [digit for _, _, digit in marks if digit]
    return Explanation(
        contrast=contrast,
        mask=np.where(contrast > 60, np.uint8(255), np.uint8(0)),
        placement=Placement(Box(0, 0, *PAGE[::-1]), 1.0, tilt),
        light_ink=False,
        recognition=Recognition(
            readings=(Reading.of(digits),) if digits else (),
            patches=Patches(
                np.zeros((len(marks), 28, 28), np.uint8),
                np.array(boxes, np.int32).reshape(-1, 4),
                lattices or tuple(Lattice((box,), ((0, 1, number),)) for number, box in enumerate(boxes)),
            ),
            probabilities=np.array([likely for _, likely, _ in marks], np.float32).reshape(-1, len(WHOLE)),
            sources=tuple(number for number, (_, _, digit) in enumerate(marks) if digit),
        ),
    )


def sure(box: Box, value: int = 0) -> tuple[Box, NDArray[np.float32], Digit]:
    return box, row(**{f"d{value}": 0.99}), Digit(value, 0.99, box)


def texts(explanation: Explanation) -> list[str]:
    return [finding.text for finding in diagnose(explanation, WHOLE)]


def test_of_a_clear_picture_there_is_nothing_to_say() -> None:
    assert diagnose(explained([sure(LEFT), sure(RIGHT)]), WHOLE) == []


@pytest.mark.parametrize(("tilt", "way"), [(9.25, "right"), (-12.0, "left")])
def test_a_tilted_page_is_told(tilt: float, way: str) -> None:
    (text,) = texts(explained([sure(LEFT), sure(RIGHT)], tilt=tilt))

    assert text.startswith(f"the lines descend to the {way} by {abs(tilt):g} degrees: the picture is set upright")


class TestInk:
    def test_a_blank_page_has_none(self) -> None:
        blank = np.full(PAGE, 9, np.uint8)
        assert texts(explained([], contrast=blank)) == [
            "no ink found: nothing differs from its ground by more than 9 of 255"
        ]

    def test_a_pale_pen_is_faint(self) -> None:
        faint = replace(explained([sure(LEFT)]), contrast=written([LEFT], strength=30))
        assert texts(faint) == ["the ink is faint: contrast 30 of 255; more light or a darker pen helps"]

    def test_chalk_is_light_ink(self) -> None:
        assert texts(replace(explained([sure(LEFT)]), light_ink=True)) == [
            "the ink is lighter than its ground, as chalk on a board"
        ]

    def test_a_picture_full_of_ink_has_too_little_paper(self) -> None:
        mask = np.zeros(PAGE, np.uint8)
        mask[:100] = 255
        full = replace(explained([sure(LEFT)]), mask=mask, contrast=np.full(PAGE, 200, np.uint8))
        assert texts(full)[0].startswith("ink covers 50% of the picture")

    def test_ink_may_be_no_digit_by_its_size(self) -> None:
        assert texts(explained([], contrast=written([LEFT]))) == [
            "there is ink, but none with the size and shape of a digit"
        ]


class TestSize:
    def test_small_digits(self) -> None:
        (text,) = texts(explained([sure(Box(40, 60, 6, 11))]))
        assert text == "the digits are small: 11 px high; from 20 px on they read better"

    def test_a_picture_larger_than_needed(self) -> None:
        box = Box(400, 600, 400, 800)
        large = replace(
            explained([sure(box)], contrast=written([LEFT])), placement=Placement(Box(0, 0, 4000, 2000), 0.1)
        )
        assert texts(large) == ["the picture is larger than needed: its digits are 800 px high, 80 are plenty"]

    def test_digits_lost_by_shrinking_the_picture(self) -> None:
        box = Box(400, 600, 20, 40)
        tiny = replace(
            explained([sure(box)], contrast=written([Box(80, 120, 4, 8)])),
            placement=Placement(Box(0, 0, 2000, 1000), 0.2),
        )
        assert texts(tiny)[0] == (
            "the picture is shrunk to 400 x 200, and its digits to 8 px of height: read it in parts, with --roi"
        )

    def test_a_blurred_picture(self) -> None:
        (text,) = texts(explained([sure(LEFT)], contrast=written([LEFT], strength=255, blur=4)))
        assert text.startswith("the picture is blurred: the edges of strokes are ")
        assert text.endswith("% of a digit's height wide")


class TestDigits:
    def test_two_that_touch_and_where_they_were_cut(self) -> None:
        one, other = Box(20, 60, 21, 80), Box(41, 60, 29, 80)
        whole = Box.around([one, other])
        explanation = explained(
            [
                (whole, row(none=0.9), None),
                (one, row(d5=0.93), Digit(5, 0.93, one)),
                (other, row(d1=0.97), Digit(1, 0.97, other)),
            ],
            lattices=(Lattice((one, other), ((0, 2, 0), (0, 1, 1), (1, 2, 2))),),
        )
        assert diagnose(explanation, WHOLE) == [Finding("two digits touch: cut at x=41 into 5 and 1 with 0.93", whole)]

    def test_a_doubtful_one_and_what_it_may_be(self) -> None:
        doubtful = (LEFT, row(d4=0.45, d9=0.40), Digit(None, 0.45, LEFT))
        assert diagnose(explained([doubtful]), WHOLE) == [
            Finding("a digit is doubtful at 40,60: 4 with 0.45 or 9 with 0.40", LEFT)
        ]

    def test_a_close_call(self) -> None:
        close = (LEFT, row(d4=0.7, d9=0.25), Digit(4, 0.7, LEFT))
        assert texts(explained([close])) == ["a close call at 40,60: 4 with 0.70, but perhaps 9 with 0.25"]

    def test_ink_that_is_none_and_what_it_is_nearest_to(self) -> None:
        letter = (RIGHT, row(none=0.96, d8=0.02), None)
        assert diagnose(explained([sure(LEFT), letter]), WHOLE) == [
            Finding("ink at 200,60 is no digit (0.96); the nearest is 8 with 0.02", RIGHT)
        ]

    @pytest.mark.parametrize(
        ("kind", "like"),
        [(NOT_A_DIGIT, ""), (PART_OF_A_DIGIT, ", like a part of one"), (SEVERAL_DIGITS, ", like several in one")],
    )
    def test_what_it_is_like_instead(self, kind: str, like: str) -> None:
        likely = np.zeros(len(WHOLE), np.float32)
        likely[[WHOLE.column(kind), 8]] = 0.98, 0.02
        explanation = explained([(RIGHT, likely, None)])
        assert texts(explanation) == [f"ink at 200,60 is no digit (0.98{like}); the nearest is 8 with 0.02"]

    def test_much_of_it_is_told_in_short(self) -> None:
        boxes = [Box(10 + 30 * i, 60, 20, 60 - i) for i in range(12)]
        found = texts(explained([(box, row(none=0.96), None) for box in boxes]))
        assert len(found) == 9
        assert found[-1] == "4 smaller pieces ink are no digits either"


@pytest.mark.parametrize("light_ink", [False, True])
def test_every_text_is_one_line_of_plain_letters(light_ink: bool) -> None:
    """The sheet's font has no other letters."""
    marks = [sure(Box(40, 60, 6, 11)), (LEFT, row(d4=0.45, d9=0.4), Digit(None, 0.45, LEFT)), (RIGHT, row(), None)]
    found = texts(replace(explained(marks), light_ink=light_ink))
    assert found
    assert all(text.isascii() and "\n" not in text and not text.endswith(".") for text in found)
