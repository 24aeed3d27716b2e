"""Digits and other ink become numbers: lines found, digits grouped as DESIGN.md says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from numbre_edge.decoding import decode, grouped
from numbre_edge.decoding.grouping import Token, is_writing, lines, numbers, whole
from numbre_edge.types import Box, Digit
from tests.decoding.tokens import CARD, apart, row, texts, written
from tests.growth import growth


class TestGrouping:
    @pytest.mark.parametrize("gap", [0, 3, 8, 30, 90, 200])
    def test_similar_gaps_however_wide_are_one_number(self, gap: int) -> None:
        assert texts(*written("40719", gap=gap)) == ["40719"]

    def test_a_hand_s_uneven_gaps_are_still_similar(self) -> None:
        xs = (0, 30, 66, 92, 131)
        tokens = [(Box(x, 0, 24, 40), row(**{f"d{d}": 0.98})) for x, d in zip(xs, "40719", strict=True)]
        assert texts(*tokens) == ["40719"]

    def test_two_digits_are_one_number_at_any_distance(self) -> None:
        assert texts(*written("47", gap=300)) == ["47"]

    def test_a_clearly_larger_gap_begins_the_next_number(self) -> None:
        assert texts(*written("407"), *written("19", x=200)) == ["407", "19"]

    def test_three_numbers_on_a_line(self) -> None:
        assert texts(*written("18"), *written("503", x=130), *written("27", x=310)) == ["18", "503", "27"]

    @pytest.mark.parametrize("kind", ["a letter", "an operator"])
    def test_other_ink_between_begins_the_next_number(self, kind: str) -> None:
        assert texts(*written("12x34")) == ["12", "34"]

    def test_other_ink_at_the_ends_changes_nothing(self) -> None:
        assert texts(*written("x407x")) == ["407"]

    def test_ink_that_is_no_digit_is_no_reading(self) -> None:
        assert texts(*written("xxx")) == []

    def test_a_1_that_overshoots_both_neighbours_is_a_slash(self) -> None:
        slash = (Box(64, -4, 12, 48), row(d1=0.98))
        assert texts(*written("31"), slash, *written("21", x=84)) == ["31", "21"]

    @pytest.mark.parametrize("box", [Box(64, -4, 12, 40), Box(64, 4, 12, 40), Box(64, -1, 12, 42)])
    def test_a_1_that_is_only_high_low_or_a_little_long_is_a_1(self, box: Box) -> None:
        assert texts(*written("31"), (box, row(d1=0.98)), *written("21", x=84)) == ["31121"]

    def test_a_long_1_at_a_number_s_end_is_a_1(self) -> None:
        assert texts((Box(0, -6, 12, 52), row(d1=0.98)), *written("7", x=20)) == ["17"]

    def test_an_exponent_is_a_number_of_its_own(self) -> None:
        assert texts(*written("10"), (Box(66, -8, 12, 20), row(d2=0.98))) == ["10", "2"]

    @pytest.mark.parametrize("foot", [4, 8, 12])
    def test_a_high_exponent_comes_after_its_base(self, foot: int) -> None:
        assert texts(*written("10"), (Box(66, foot - 20, 12, 20), row(d2=0.98))) == ["10", "2"]

    def test_an_exponent_belongs_to_the_line_of_its_base(self) -> None:
        upper, lower = written("56", y=-70), written("10")
        assert texts(*upper, *lower, (Box(66, -12, 12, 20), row(d2=0.98))) == ["56", "10", "2"]

    def test_an_index_is_a_number_of_its_own(self) -> None:
        assert texts(*written("7"), (Box(30, 32, 12, 20), row(d3=0.98))) == ["7", "3"]

    def test_a_somewhat_smaller_digit_on_the_line_belongs_to_it(self) -> None:
        assert texts(*written("40"), (Box(66, 8, 20, 32), row(d6=0.98))) == ["406"]

    def test_no_marks_are_no_readings(self) -> None:
        assert texts() == []


class TestOtherInk:
    """What is too small or too flat to be a candidate; vision tells where it is."""

    @staticmethod
    def read(*punctuation: Box) -> list[str]:
        """Read a 4 and a 7, 40 high, with a gap of 60 from x=24 on."""
        tokens = written("47", gap=60)
        patches = apart([box for box, _ in tokens], punctuation)
        return [reading.text for reading in decode(patches, np.array([likely for _, likely in tokens]), CARD).readings]

    @pytest.mark.parametrize("box", [Box(40, 18, 30, 5), Box(50, 36, 4, 4), Box(50, 18, 4, 4)], ids=["-", ".", "·"])
    def test_it_parts_numbers_where_dashes_and_points_stand(self, box: Box) -> None:
        assert self.read(box) == ["4", "7"]

    @pytest.mark.parametrize(
        "box",
        [Box(40, 80, 30, 5), Box(50, 4, 4, 4), Box(50, -8, 4, 4), Box(2, 18, 4, 4)],
        ids=["below", "at the head", "above", "within a digit"],
    )
    def test_it_parts_nothing_elsewhere(self, box: Box) -> None:
        assert self.read(box) == ["47"]


class TestOrder:
    def test_top_to_bottom_then_left_to_right(self) -> None:
        upper = [*written("12"), *written("34", x=200)]
        lower = [*written("56", y=90), *written("78", x=200, y=90)]
        assert texts(*(lower + upper)[::-1]) == ["12", "34", "56", "78"]

    @pytest.mark.parametrize("slope", [-0.35, -0.1, 0.1, 0.35])
    def test_a_sloping_line_is_one_line(self, slope: float) -> None:
        tokens = [
            (Box(box.x, 200 + round(slope * box.x), box.width, box.height), likely)
            for box, likely in written("4071925", gap=10)
        ]
        assert texts(*tokens) == ["4071925"]

    @pytest.mark.parametrize("slope", [-0.15, 0.15])
    def test_two_sloping_lines_stay_apart(self, slope: float) -> None:
        tokens = [
            (Box(box.x, box.y + 200 + round(slope * box.x), box.width, box.height), likely)
            for box, likely in [*written("40719", gap=10), *written("28563", y=70, gap=10)]
        ]
        assert texts(*tokens) == ["40719", "28563"]

    def test_the_box_of_a_number_is_around_its_digits(self) -> None:
        boxes = [box for box, _ in written("407", x=5, y=9)]
        rows = [row(d4=0.98, none=0), row(d0=0.9, none=0), row(d7=0.96, none=0)]
        (reading,) = decode(apart(boxes), np.array(rows), CARD).readings
        assert reading.box == Box(5, 9, 88, 40)
        assert [digit.confidence for digit in reading.digits] == pytest.approx([0.98, 0.9, 0.96])
        assert reading.confidence == pytest.approx(0.9)  # of the least certain
        assert [digit.box for digit in reading.digits] == boxes


class TestPagesOfWriting:
    """On a page of letters, some of which look like digits, only words of digits alone are numbers."""

    @staticmethod
    def page(*words: str) -> list[str]:
        """Read a page of lines of four words; ``x`` is a letter."""
        tokens = []
        for at, word in enumerate(words):
            tokens += written(word, x=at % 4 * 260, y=at // 4 * 80, gap=4)
        return texts(*tokens)

    def test_letters_that_look_like_digits_are_letters_in_their_words(self) -> None:
        assert self.page(*["xx0xx", "x1x", "1xx55", "xxx"] * 5) == []

    def test_a_number_among_words_is_read(self) -> None:
        assert self.page(*["xx0xx", "x1x", "1984", "xxx"] * 5) == ["1984"] * 5

    def test_a_few_letters_make_no_page(self) -> None:
        assert self.page("x2x", "3x") == ["2", "3"]

    @pytest.mark.parametrize(
        ("letters", "digits", "page"), [(30, 0, True), (29, 0, False), (60, 60, True), (60, 61, False)]
    )
    def test_a_page_of_writing_has_many_letters_and_no_more_digits(self, letters: int, digits: int, page: bool) -> None:
        box = Box(0, 0, 20, 30)
        assert is_writing([Token(None, box)] * letters + [Token(Digit(3, 0.9, box), box)] * digits) == page


class TestLargePages:
    """Thousands of tokens: each is compared with what is near it alone."""

    @staticmethod
    def page(rows: int) -> list[Token]:
        boxes = [Box(10 + 30 * column, 20 + 60 * row, 20, 40) for row in range(rows) for column in range(40)]
        return [Token(Digit(3, 0.9, box), box) for box in boxes]

    def test_every_line_is_found(self) -> None:
        found = lines(self.page(50))
        assert [len(line) for line in found] == [40] * 50
        assert [line[0].box.y for line in found] == sorted(line[0].box.y for line in found)

    def test_four_times_the_lines_take_about_four_times_as_long(self) -> None:
        assert growth(lines, self.page(25), self.page(100)) < 9

    def test_punctuation_elsewhere_on_the_page_costs_nothing(self) -> None:
        (line,) = lines(self.page(1))
        few, many = ([(2000.0 + x, 40.0) for x in range(count)] for count in (100, 100_000))
        assert growth(lambda points: [numbers(line, points) for _ in range(20)], few, many) < 3


def found(*digits: tuple[int, float]) -> list[Token]:
    """Digits 30 pixels apart, and how likely the number goes on after each, as a finder says."""
    boxes = [Box(30 * at, 0, 20, 30) for at in range(len(digits))]
    return [
        Token(Digit(value, 0.99, box), box, at, link)
        for at, ((value, link), box) in enumerate(zip(digits, boxes, strict=True))
    ]


@pytest.mark.parametrize(
    ("links", "expected"), [((0.9, 0.9, 0.1), ["407"]), ((0.9, 0.1, 0.1), ["40", "7"]), ((0.3, 0.3, 0.9), ["407"])]
)
def test_a_finder_that_is_sure_of_an_end_parts_similar_gaps(links: tuple[float, ...], expected: list[str]) -> None:
    line = found(*zip((4, 0, 7), links, strict=True))

    assert ["".join(str(t.digit.value) for t in number if t.digit) for number in numbers(line, [])] == expected


@pytest.mark.parametrize(("link", "expected"), [(0.96, ["40"]), (0.94, ["4", "0"])])
def test_what_is_no_digit_parts_a_number_unless_a_finder_is_sure_that_it_goes_on(
    link: float, expected: list[str]
) -> None:
    four, nought = found((4, link), (0, 0.05))
    line = [four, Token(None, Box(22, 5, 6, 20)), nought]

    assert ["".join(str(t.digit.value) for t in number if t.digit) for number in numbers(line, [])] == expected


def test_a_number_is_as_whole_as_its_least_certain_link() -> None:
    assert whole(found((4, 0.9), (0, 0.7), (7, 0.05)), []) == pytest.approx(0.7)
    assert whole(found((4, 0.9), (0, 0.9), (7, 0.6)), []) == pytest.approx(0.4)
    assert whole([Token(None, Box(0, 0, 9, 9))], []) == 1


def signed(text: str, *, gap: int = 8) -> list[Token]:
    """A line of digits 20 wide and 30 high, with points, commas and signs between them; ``x`` is another sign."""
    tokens, x = [], 0
    for sign in text:
        wide, high, y = {".": (4, 4, 27), ",": (5, 9, 26), "-": (14, 3, 14)}.get(sign, (20, 30, 0))
        box = Box(x, y, wide, high)
        x += wide + gap
        if sign.isdigit():
            tokens.append(Token(Digit(int(sign), 0.99, box), box, len(tokens), 0.9))
        elif sign != " ":
            tokens.append(Token(None, box, mark=sign))
    return tokens


def in_lines(tokens: list[Token]) -> list[str]:
    return ["".join(map(str, number)) for line in lines(tokens) for number in numbers(line, [])]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12.50", ["12.50"]),
        ("12,50", ["12,50"]),
        ("1.234.567", ["1.234.567"]),
        ("-3", ["-3"]),
        ("-264.27", ["-264.27"]),
        ("+3", ["+3"]),
        ("13+7", ["13", "7"]),
        ("3x4=12", ["3", "4", "12"]),
        ("25.", ["25"]),
        (".25", ["25"]),
        ("12-5", ["12", "5"]),
        ("12 -5", ["12", "-5"]),
        ("12/5", ["12", "5"]),
        ("-", []),
        ("5,-", ["5"]),
    ],
)
def test_points_and_signs_belong_to_the_number_they_are_written_in(line: str, expected: list[str]) -> None:
    assert ["".join(map(str, number)) for number in numbers(signed(line), [])] == expected


def test_a_dot_above_the_foot_is_no_point() -> None:
    line = signed("12.5")
    line[2] = replace(line[2], box=line[2].box._replace(y=4))

    assert ["".join(map(str, number)) for number in numbers(line, [])] == ["12", "5"]


def test_a_point_far_from_both_is_none() -> None:
    assert ["".join(map(str, number)) for number in numbers(signed("12.5", gap=20), [])] == ["12", "5"]


@pytest.mark.parametrize(("link", "expected"), [(0.96, ["12.5"]), (0.94, ["12", "5"])])
def test_a_point_far_from_both_belongs_where_a_finder_is_sure_that_the_number_goes_on(
    link: float, expected: list[str]
) -> None:
    line = [replace(token, linked=link) if token.digit else token for token in signed("12.5", gap=20)]

    assert ["".join(map(str, number)) for number in numbers(line, [])] == expected


def test_no_gap_beside_a_point_parts_a_number_that_goes_on() -> None:
    line = [replace(token, linked=0.96) if token.digit else token for token in signed("11 . 000", gap=4)]

    assert ["".join(map(str, number)) for number in numbers(line, [])] == ["11.000"]


@pytest.mark.parametrize(("aside", "expected"), [(8, ["12,5"]), (14, ["12", "5"])])
def test_two_marks_in_one_place_are_the_surer_one(aside: int, expected: list[str]) -> None:
    line = signed("12.5", gap=16)
    x, y, *_ = line[2].box
    line[2:3] = [replace(line[2], sure=0.8), Token(None, Box(x + aside, y, 5, 9), mark=",", sure=0.9)]

    assert ["".join(map(str, number)) for number in numbers(line, [])] == expected


def test_a_comma_below_a_line_s_feet_is_on_that_line() -> None:
    line = signed("12,5")
    line[2] = replace(line[2], box=line[2].box._replace(y=32))

    assert in_lines(line) == ["12,5"]


def test_a_point_under_the_bar_of_a_7_stands_before_it() -> None:
    three, point, seven = signed("3.7")

    assert in_lines([three, point, replace(seven, box=Box(point.box.x - 2, 0, 30, 30))]) == ["3.7"]


def test_a_comma_stands_on_the_line_of_its_digits_not_beside_what_lies_lower() -> None:
    line = [replace(token, box=token.box._replace(x=token.box.x + 60)) for token in signed("12,5")]

    assert in_lines([Token(None, Box(0, 24, 20, 34)), *line]) == ["12,5"]


def test_what_may_be_a_point_makes_a_number_less_certain() -> None:
    number = [token for token in signed("12.5") if token.digit]
    x, y = signed("12.5")[2].box[:2]

    assert whole(number, [(x, y, 0.95)]) == pytest.approx(0.05)
    assert whole(number, [(x, y, 0.02)]) == whole(number, [])
    assert whole(number, [(x, 4, 0.95)]) == whole(number, [(300, y, 0.95)]) == whole(number, [])


@pytest.mark.parametrize(("link", "expected"), [(0.96, ["4.0"]), (0.94, ["4", "0"])])
def test_what_is_no_digit_beside_a_point_parts_no_number_that_goes_on(link: float, expected: list[str]) -> None:
    four, nought = found((4, link), (0, 0.05))
    line = [four, Token(None, Box(21, 26, 3, 3), mark="."), Token(None, Box(24, 5, 5, 20)), nought]

    assert ["".join(map(str, number)) for number in numbers(line, [])] == expected


@pytest.mark.parametrize(("link", "expected"), [(0.96, ["310"]), (0.94, ["3", "10"])])
def test_a_wide_gap_parts_no_number_that_a_finder_is_sure_goes_on(link: float, expected: list[str]) -> None:
    boxes = [Box(0, 0, 20, 30), Box(54, 0, 6, 30), Box(66, 0, 20, 30)]
    line = [
        Token(Digit(value, 0.99, box), box, at, linked)
        for at, (value, box, linked) in enumerate(zip((3, 1, 0), boxes, (link, 0.9, 0.1), strict=True))
    ]

    assert ["".join(map(str, number)) for number in numbers(line, [])] == expected


@pytest.mark.parametrize(
    ("sure", "given", "expected"),
    [
        (0.6, {}, ["4.0"]),
        (0.4, {}, ["40"]),
        (0.4, {"likely_mark": 0.3}, ["4.0"]),
        (0.6, {"digits_only": True}, ["4", "0"]),
    ],
)
def test_a_box_that_nobody_believes_parts_nothing(sure: float, given: dict[str, Any], expected: list[str]) -> None:
    patches = apart([Box(0, 0, 20, 30), Box(24, 4, 12, 26), Box(40, 0, 20, 30)], (Box(28, 26, 4, 4),))
    rows = np.array([row(d4=0.9), row(none=0.9), row(d0=0.9)])
    links = np.array([0.9, 0.5, 0.05], np.float32)

    marks = np.array([[sure, 0, 0, 0]], np.float32)
    found = grouped(patches, rows, links, np.ones(3, np.bool_), marks, 0.0, **given)

    assert [reading.text for reading in found.readings] == expected


@pytest.mark.parametrize(
    ("line", "link", "expected"),
    [
        ("12 345", 0.6, ["12345"]),
        ("12 345", 0.4, ["12", "345"]),
        ("1 234 567.8", 0.6, ["1234567.8"]),
        ("-12 345", 0.6, ["-12345"]),
        ("1234 567", 0.6, ["1234", "567"]),
        ("12 34", 0.6, ["12", "34"]),
        ("1.2 345", 0.6, ["1.2", "345"]),
        ("12  345", 0.6, ["12", "345"]),
    ],
)
def test_digits_in_threes_after_a_space_are_thousands_where_a_finder_thinks_that_the_number_goes_on(
    line: str, link: float, expected: list[str]
) -> None:
    tokens = signed(line, gap=4)
    last = {at for at, (one, other) in enumerate(pairwise(tokens)) if other.box.x - one.box.right > 4}
    tokens = [replace(t, linked=link if at in last else 0.9) if t.digit else t for at, t in enumerate(tokens)]

    assert ["".join(map(str, number)) for number in numbers(tokens, [])] == expected


@pytest.mark.parametrize(("gap", "expected"), [(110, ["47"]), (130, ["4", "7"])])
def test_a_number_goes_on_with_nothing_that_stands_farther_than_a_refiner_sees(gap: int, expected: list[str]) -> None:
    four, seven = found((4, 0.99), (7, 0.1))
    line = [four, replace(seven, box=seven.box._replace(x=four.box.right + gap))]

    assert ["".join(map(str, number)) for number in numbers(line, [])] == expected
