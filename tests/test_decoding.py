"""Probabilities become numbers: touching digits cut, lines found, digits grouped as DESIGN.md says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from numbre_edge.decoding import decode
from numbre_edge.decoding.grouping import Mark, is_writing
from numbre_edge.decoding.probabilities import calibrated, in_proportion, merged
from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Chain, Digit, Patches

CARD = ModelCard(name="test", preprocessing=1, classes=(*"0123456789", "not a digit"))
NONE = 10  # the column "not a digit"


def row(**likely: float) -> NDArray[np.float32]:
    """Return one row of eleven probabilities: ``row(d4=0.9)``, ``row(none=0.8, d1=0.1)``; the rest is shared out."""
    values = {NONE if name == "none" else int(name[1:]): p for name, p in likely.items()}
    rest = (1 - sum(values.values())) / (11 - len(values))
    return np.array([values.get(column, rest) for column in range(11)], np.float32)


def texts(*marks: tuple[Box, NDArray[np.float32]], card: ModelCard = CARD, minimum: float | None = None) -> list[str]:
    """Decode marks that stand apart, each a box and its probabilities."""
    chains = tuple(Chain((box,), ((0, 1, number),)) for number, (box, _) in enumerate(marks))
    patches = Patches(
        np.zeros((len(marks), 28, 28), np.uint8), np.array([box for box, _ in marks], np.int32).reshape(-1, 4), chains
    )
    rows = np.array([row for _, row in marks], np.float32).reshape(-1, 11)
    return [reading.text for reading in decode(patches, rows, card, min_confidence=minimum)]


def written(text: str, *, x: int = 0, y: int = 0, gap: int = 8, wide: int = 24, high: int = 40) -> list[tuple]:
    """Marks for the digits of ``text`` from left to right; ``x`` stands for ink that is no digit."""
    return [
        (Box(x + i * (wide + gap), y, wide, high), row(none=0.97) if sign == "x" else row(**{f"d{sign}": 0.98}))
        for i, sign in enumerate(text)
    ]


class TestGrouping:
    @pytest.mark.parametrize("gap", [0, 3, 8, 30, 90, 200])
    def test_similar_gaps_however_wide_are_one_number(self, gap: int) -> None:
        assert texts(*written("40719", gap=gap)) == ["40719"]

    def test_a_hand_s_uneven_gaps_are_still_similar(self) -> None:
        xs = (0, 30, 66, 92, 131)
        marks = [(Box(x, 0, 24, 40), row(**{f"d{d}": 0.98})) for x, d in zip(xs, "40719", strict=True)]
        assert texts(*marks) == ["40719"]

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


class TestOrder:
    def test_top_to_bottom_then_left_to_right(self) -> None:
        upper = [*written("12"), *written("34", x=200)]
        lower = [*written("56", y=90), *written("78", x=200, y=90)]
        assert texts(*(lower + upper)[::-1]) == ["12", "34", "56", "78"]

    @pytest.mark.parametrize("slope", [-0.35, -0.1, 0.1, 0.35])
    def test_a_sloping_line_is_one_line(self, slope: float) -> None:
        marks = [
            (Box(box.x, 200 + round(slope * box.x), box.width, box.height), likely)
            for box, likely in written("4071925", gap=10)
        ]
        assert texts(*marks) == ["4071925"]

    @pytest.mark.parametrize("slope", [-0.15, 0.15])
    def test_two_sloping_lines_stay_apart(self, slope: float) -> None:
        marks = [
            (Box(box.x, box.y + 200 + round(slope * box.x), box.width, box.height), likely)
            for box, likely in [*written("40719", gap=10), *written("28563", y=70, gap=10)]
        ]
        assert texts(*marks) == ["40719", "28563"]

    def test_the_box_of_a_number_is_around_its_digits(self) -> None:
        boxes = [box for box, _ in written("407", x=5, y=9)]
        rows = [row(d4=0.98, none=0), row(d0=0.9, none=0), row(d7=0.96, none=0)]
        patches = Patches(
            np.zeros((3, 28, 28), np.uint8),
            np.array(boxes, np.int32),
            tuple(Chain((box,), ((0, 1, i),)) for i, box in enumerate(boxes)),
        )
        (reading,) = decode(patches, np.array(rows), CARD)
        assert reading.box == Box(5, 9, 88, 40)
        assert [digit.confidence for digit in reading.digits] == pytest.approx([0.98, 0.9, 0.96])
        assert reading.confidence == pytest.approx(0.9)  # of the least certain
        assert [digit.box for digit in reading.digits] == boxes


class TestDoubt:
    def test_below_the_threshold_a_digit_is_a_question_mark(self) -> None:
        marks = [*written("4"), (Box(32, 0, 24, 40), row(d0=0.4, d6=0.35)), (Box(64, 0, 24, 40), row(d7=0.98))]
        assert texts(*marks, minimum=0.5) == ["4?7"]
        assert texts(*marks, minimum=0.3) == ["407"]

    def test_without_one_the_card_s_threshold_counts(self) -> None:
        strict = ModelCard(name="test", preprocessing=1, classes=CARD.classes, reject_threshold=0.99)
        assert texts(*written("407"), card=strict) == ["???"]
        assert texts(*written("407"), card=strict, minimum=0.0) == ["407"]

    def test_not_a_digit_needs_to_be_likelier_than_every_digit(self) -> None:
        assert texts((Box(0, 0, 24, 40), row(d4=0.5, none=0.45)), minimum=0.0) == ["4"]
        assert texts((Box(0, 0, 24, 40), row(d4=0.45, none=0.5)), minimum=0.0) == []


class TestCompany:
    """Ink that alone might be anything is a digit where it stands close beside a sure one."""

    BLURRED = row(d0=0.3, none=0.5)

    @pytest.mark.parametrize("blurred", [0, 1, 2])
    def test_a_doubtful_mark_within_a_number_is_a_digit(self, blurred: int) -> None:
        marks = written("407")
        marks[blurred] = (marks[blurred][0], self.BLURRED)
        assert texts(*marks, minimum=0.0) == ["407"[:blurred] + "0" + "407"[blurred + 1 :]]

    def test_company_spreads_to_the_neighbour_s_neighbour(self) -> None:
        # With a tenth of its doubt the one in the middle is a 3 with 0.87: sure enough to be company itself.
        near, far = row(d3=0.44, none=0.55), row(d5=0.3, none=0.5)
        boxes = [box for box, _ in written("835")]
        assert texts((boxes[0], row(d8=0.98)), (boxes[1], near), (boxes[2], far), minimum=0.0) == ["835"]

    def test_alone_it_is_none(self) -> None:
        assert texts((Box(0, 0, 24, 40), self.BLURRED), minimum=0.0) == []

    @pytest.mark.parametrize(
        "box",
        [Box(60, 0, 24, 40), Box(32, 60, 24, 40), Box(32, 14, 10, 12), Box(32, -40, 90, 120)],
        ids=["far away", "on another level", "much smaller", "much larger"],
    )
    def test_it_is_none_where_the_company_is_not_its_own(self, box: Box) -> None:
        assert texts(*written("4"), (box, self.BLURRED), minimum=0.0) == ["4"]

    def test_what_is_clearly_none_stays_none(self) -> None:
        assert texts(*written("4x7")) == ["4", "7"]

    def test_it_counts_once_however_long_it_lasts(self) -> None:
        # A hundredth of 0.98 is more than 0.005, a hundredth of a hundredth would be less.
        assert texts(*written("4"), (Box(32, 0, 24, 40), row(d0=0.005, none=0.98)), minimum=0.0) == ["4"]

    def test_a_doubtful_digit_is_no_company(self) -> None:
        assert texts((Box(0, 0, 24, 40), row(d4=0.6)), (Box(32, 0, 24, 40), self.BLURRED), minimum=0.0) == ["4"]

    def test_a_model_of_ten_digits_knows_no_company(self) -> None:
        ten = ModelCard(name="test", preprocessing=1)
        boxes = [box for box, _ in written("40")]
        patches = Patches(
            np.zeros((2, 28, 28), np.uint8),
            np.array(boxes, np.int32),
            tuple(Chain((box,), ((0, 1, i),)) for i, box in enumerate(boxes)),
        )
        rows = np.array([row(d4=0.98)[:10], row(d0=0.6)[:10]])
        (reading,) = decode(patches, rows, ten)
        assert [digit.confidence for digit in reading.digits] == pytest.approx([0.98, 0.6])


class TestProportion:
    """How much of a picture's ink is no digit counts for each piece of it."""

    DOUBTFUL = row(d4=0.7, none=0.25)

    def scattered(self, count: int, ink: NDArray[np.float32]) -> list[tuple]:
        return [(Box(100 * i, 200 * (i % 2), 24, 40), ink) for i in range(1, count + 1)]

    def test_alone_what_looks_like_a_digit_is_one(self) -> None:
        assert texts((Box(0, 0, 24, 40), self.DOUBTFUL)) == ["4"]

    def test_among_much_that_is_no_digit_it_takes_more_to_be_one(self) -> None:
        assert texts((Box(0, 0, 24, 40), self.DOUBTFUL), *self.scattered(100, row(none=0.97))) == []

    def test_a_sure_digit_is_one_anywhere(self) -> None:
        assert texts((Box(0, 0, 24, 40), row(d4=0.999)), *self.scattered(100, row(none=0.97))) == ["4"]

    def test_among_digits_it_takes_less(self) -> None:
        ink = row(d4=0.4, none=0.55)
        assert texts((Box(0, 0, 24, 40), ink)) == []
        read = texts((Box(0, 0, 24, 40), ink), *self.scattered(30, row(d7=0.98)))
        assert any("4" in text for text in read)

    def test_a_model_without_the_class_is_left_alone(self) -> None:
        rows = np.full((1, 10), 0.1, np.float32)
        assert in_proportion(rows, (Chain((Box(0, 0, 9, 9),), ((0, 1, 0),)),)) is rows


class TestTemperature:
    ROWS = np.array([row(d3=0.9, d8=0.05), row(d1=0.6, d7=0.3)], np.float32)

    def test_one_changes_nothing(self) -> None:
        np.testing.assert_array_equal(calibrated(self.ROWS, 1.0), self.ROWS)

    def test_a_higher_one_makes_less_sure_of_the_same_digit(self) -> None:
        softer = calibrated(self.ROWS, 2.0)
        assert (softer.max(1) < self.ROWS.max(1)).all()
        np.testing.assert_array_equal(softer.argmax(1), self.ROWS.argmax(1))
        assert softer.dtype == np.float32

    def test_it_is_the_softmax_of_the_logarithm(self) -> None:
        expected = np.exp(np.log(self.ROWS) / 1.5)
        np.testing.assert_allclose(
            calibrated(self.ROWS, 1.5), expected / expected.sum(1, keepdims=True), rtol=1e-5, atol=1e-5
        )

    def test_a_reading_s_confidence_is_calibrated(self) -> None:
        warm = ModelCard(name="test", preprocessing=1, classes=CARD.classes, temperature=3.0)
        assert texts(*written("4"), card=warm, minimum=0.95) == ["?"]
        assert texts(*written("4"), minimum=0.95) == ["4"]

    def test_no_rows_are_no_rows(self) -> None:
        assert calibrated(np.zeros((0, 11), np.float32), 2.0).shape == (0, 11)

    @given(arrays(np.float32, (4, 11), elements=st.floats(0, 1, width=32)), st.floats(0.3, 5))
    def test_rows_sum_to_1(self, raw: NDArray[np.float32], temperature: float) -> None:
        rows = (raw + 1e-3) / (raw + 1e-3).sum(1, keepdims=True)
        np.testing.assert_allclose(calibrated(rows, temperature).sum(1), 1, atol=1e-3)


class TestTouching:
    """Ink of two or three pieces, 20 pixels wide each, and what the model says of every way to join them."""

    def read(self, pieces: int, spans: dict[tuple[int, int], NDArray[np.float32]]) -> list[str]:
        boxes = tuple(Box(20 * i, 0, 20, 40) for i in range(pieces))
        chain = Chain(boxes, tuple((first, end, number) for number, (first, end) in enumerate(spans)))
        patches = Patches(
            np.zeros((len(spans), 28, 28), np.uint8),
            np.array([Box.around(list(boxes[first:end])) for first, end in spans], np.int32),
            (chain,),
        )
        return [reading.text for reading in decode(patches, np.array(list(spans.values())), CARD, min_confidence=0.0)]

    def test_two_digits_are_cut_where_both_halves_are_digits(self) -> None:
        spans = {(0, 2): row(none=0.7, d4=0.2), (0, 1): row(d1=0.95), (1, 2): row(d7=0.93)}
        assert self.read(2, spans) == ["17"]

    def test_one_digit_stays_whole_where_its_halves_are_none(self) -> None:
        spans = {(0, 2): row(d0=0.97), (0, 1): row(none=0.8, d6=0.1), (1, 2): row(none=0.7, d1=0.2)}
        assert self.read(2, spans) == ["0"]

    def test_one_sure_digit_outweighs_two_less_sure_halves(self) -> None:
        spans = {(0, 2): row(d4=0.95), (0, 1): row(d1=0.8), (1, 2): row(d1=0.9)}
        assert self.read(2, spans) == ["4"]

    def test_three_pieces_of_two_digits_find_the_right_cut(self) -> None:
        spans = {
            (0, 3): row(none=0.9),
            (0, 2): row(d5=0.96),
            (2, 3): row(d1=0.97),
            (0, 1): row(none=0.6, d1=0.3),
            (1, 3): row(d4=0.4, none=0.4),
            (1, 2): row(none=0.8),
        }
        assert self.read(3, spans) == ["51"]

    def test_a_chain_of_no_digits_is_nothing(self) -> None:
        spans = {(0, 2): row(none=0.99), (0, 1): row(none=0.99), (1, 2): row(none=0.99)}
        assert self.read(2, spans) == []

    def test_what_reads_as_a_digit_within_a_letter_is_part_of_the_letter(self) -> None:
        spans = {(0, 2): row(none=0.95), (0, 1): row(none=0.97), (1, 2): row(d3=0.97)}
        assert self.read(2, spans) == []

    def test_every_digit_has_the_box_of_its_patch(self) -> None:
        spans = {(0, 2): row(none=0.99), (0, 1): row(d1=0.95), (1, 2): row(d7=0.93)}
        boxes = (Box(0, 0, 20, 40), Box(20, 0, 20, 40))
        patches = Patches(
            np.zeros((3, 28, 28), np.uint8),
            np.array([Box(0, 0, 40, 40), *boxes], np.int32),
            (Chain(boxes, tuple((first, end, number) for number, (first, end) in enumerate(spans))),),
        )
        (reading,) = decode(patches, np.array(list(spans.values())), CARD)
        assert tuple(digit.box for digit in reading.digits) == boxes


def test_ink_too_flat_to_be_a_digit_stands_between_numbers_too() -> None:
    """A minus or a dash is no candidate, but vision tells where it is."""
    marks = written("47", gap=60)
    boxes = [box for box, _ in marks]
    patches = Patches(
        np.zeros((2, 28, 28), np.uint8),
        np.array(boxes, np.int32),
        tuple(Chain((box,), ((0, 1, number),)) for number, box in enumerate(boxes)),
        others=(Box(40, 18, 30, 5), Box(40, 80, 30, 5)),
    )
    rows = np.array([likely for _, likely in marks])

    apart = decode(patches, rows, CARD)
    together = decode(replace(patches, others=(Box(40, 80, 30, 5),)), rows, CARD)

    assert [reading.text for reading in apart] == ["4", "7"]
    assert [reading.text for reading in together] == ["47"]


class TestKindsOfNoDigit:
    """A model may tell other ink, parts of a digit and several digits in one apart."""

    APART = ModelCard(
        name="test", preprocessing=1, classes=(*"0123456789", "not a digit", "part of a digit", "several digits")
    )

    @staticmethod
    def row(**likely: float) -> NDArray[np.float32]:
        values = {int(name[1:]): p for name, p in likely.items()}
        return np.array([values.get(column, 0.0) for column in range(13)], np.float32)

    def read(self, chain: Chain, *rows: NDArray[np.float32]) -> list[str]:
        boxes = [Box.around(list(chain.pieces[first:end])) for first, end, _ in chain.spans]
        patches = Patches(np.zeros((len(rows), 28, 28), np.uint8), np.array(boxes, np.int32), (chain,))
        return [reading.text for reading in decode(patches, np.array(rows), self.APART)]

    def test_ink_alone_that_looks_like_a_part_or_several_is_none(self) -> None:
        alone = Chain((Box(0, 0, 8, 30),), ((0, 1, 0),))
        assert self.read(alone, self.row(d1=0.3, c11=0.7)) == []
        assert self.read(alone, self.row(d1=0.3, c12=0.7)) == []
        assert self.read(alone, self.row(d1=0.3, c10=0.7)) == []
        assert self.read(alone, self.row(d1=0.05, c11=0.95)) == []

    def test_a_piece_that_was_cut_may_be_one(self) -> None:
        pieces = (Box(0, 0, 20, 30), Box(20, 0, 8, 30))
        both = Chain(pieces, ((0, 1, 0), (1, 2, 1), (0, 2, 2)))
        whole = self.row(d0=0.9, c12=0.1)
        assert self.read(both, self.row(d6=0.1, c11=0.9), self.row(d1=0.3, c11=0.7), whole) == ["0"]
        assert self.read(both, self.row(d6=0.9, c11=0.1), self.row(d1=0.9, c11=0.1), self.row(c12=1.0)) == ["61"]

    @pytest.mark.parametrize(
        ("left", "right", "text"),
        [
            ({"d2": 0.95, "c11": 0.05}, {"d1": 0.9, "c11": 0.1}, "21"),
            ({"d2": 0.01, "c11": 0.99}, {"d1": 0.01, "c11": 0.99}, "4"),
        ],
    )
    def test_the_likelier_way_of_two_is_taken(self, left: dict[str, float], right: dict[str, float], text: str) -> None:
        both = Chain((Box(0, 0, 20, 30), Box(20, 0, 8, 30)), ((0, 1, 0), (1, 2, 1), (0, 2, 2)))
        assert self.read(
            both,
            self.row(**left),
            self.row(**right),
            self.row(d4=0.2 if text == "21" else 0.6, c12=0.8 if text == "21" else 0.4),
        ) == [text]

    def test_together_they_are_no_digit(self) -> None:
        rows = np.array([self.row(d4=0.4, c10=0.1, c11=0.2, c12=0.3)])
        assert merged(rows).tolist()[0][10] == pytest.approx(0.6)
        assert merged(rows[:, :10]).shape == (1, 10)


class TestPagesOfWriting:
    """On a page of letters, some of which look like digits, only words of digits alone are numbers."""

    @staticmethod
    def page(*words: str) -> list[str]:
        """Read a page of lines of four words; ``x`` is a letter."""
        marks = []
        for at, word in enumerate(words):
            marks += written(word, x=at % 4 * 260, y=at // 4 * 80, gap=4)
        return texts(*marks)

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
        assert is_writing([Mark(None, box)] * letters + [Mark(Digit(3, 0.9, box), box)] * digits) == page
