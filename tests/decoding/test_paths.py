"""Candidates become digits: touching ones cut, doubtful ones marked, other ink left out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.decoding import decode
from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Lattice, Patches
from numbre_edge.vocabulary import WHOLE
from tests.decoding.tokens import CARD, apart, row, texts, written


class TestDoubt:
    def test_below_the_threshold_a_digit_is_a_question_mark(self) -> None:
        tokens = [*written("4"), (Box(32, 0, 24, 40), row(d0=0.4, d6=0.35)), (Box(64, 0, 24, 40), row(d7=0.98))]
        assert texts(*tokens, minimum=0.5) == ["4?7"]
        assert texts(*tokens, minimum=0.3) == ["407"]

    def test_without_one_the_card_s_threshold_counts(self) -> None:
        strict = ModelCard(name="test", preprocessing=1, classes=CARD.classes, reject_threshold=0.99)
        assert texts(*written("407"), card=strict) == ["???"]
        assert texts(*written("407"), card=strict, minimum=0.0) == ["407"]

    def test_not_a_digit_needs_to_be_likelier_than_every_digit(self) -> None:
        assert texts((Box(0, 0, 24, 40), row(d4=0.5, none=0.45)), minimum=0.0) == ["4"]
        assert texts((Box(0, 0, 24, 40), row(d4=0.45, none=0.5)), minimum=0.0) == []


class TestContext:
    """Ink that alone might be anything is a digit where it stands close beside a sure one."""

    BLURRED = row(d0=0.3, none=0.5)

    @pytest.mark.parametrize("blurred", [0, 1, 2])
    def test_a_doubtful_mark_within_a_number_is_a_digit(self, blurred: int) -> None:
        tokens = written("407")
        tokens[blurred] = (tokens[blurred][0], self.BLURRED)
        assert texts(*tokens, minimum=0.0) == ["407"[:blurred] + "0" + "407"[blurred + 1 :]]

    def test_context_spreads_to_the_neighbour_s_neighbour(self) -> None:
        # With a tenth of its doubt the one in the middle is a 3 with 0.87: sure enough to be context itself.
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
    def test_it_is_none_where_the_context_is_not_its_own(self, box: Box) -> None:
        assert texts(*written("4"), (box, self.BLURRED), minimum=0.0) == ["4"]

    def test_what_is_clearly_none_stays_none(self) -> None:
        assert texts(*written("4x7")) == ["4", "7"]

    def test_it_counts_once_however_long_it_lasts(self) -> None:
        # A hundredth of 0.98 is more than 0.005, a hundredth of a hundredth would be less.
        assert texts(*written("4"), (Box(32, 0, 24, 40), row(d0=0.005, none=0.98)), minimum=0.0) == ["4"]

    def test_a_doubtful_digit_is_no_context(self) -> None:
        assert texts((Box(0, 0, 24, 40), row(d4=0.6)), (Box(32, 0, 24, 40), self.BLURRED), minimum=0.0) == ["4"]

    def test_a_model_of_ten_digits_knows_no_context(self) -> None:
        ten = ModelCard(name="test", preprocessing=1)
        patches = apart([box for box, _ in written("40")])
        rows = np.array([row(d4=0.98)[:10], row(d0=0.6)[:10]])
        (reading,) = decode(patches, rows, ten).readings
        assert [digit.confidence for digit in reading.digits] == pytest.approx([0.98, 0.6])


class TestSpecks:
    """What is doubtful and much lower than the digits is none, wherever it stands."""

    DOUBTFUL = row(d4=0.3, d9=0.25)

    @pytest.mark.parametrize(("high", "read"), [(15, ["407"]), (17, ["407", "?"])])
    def test_it_is_none_below_two_fifths_of_the_digits_height(self, high: int, read: list[str]) -> None:
        assert texts(*written("407"), (Box(400, 200, 12, high), self.DOUBTFUL), minimum=0.5) == read

    def test_a_sure_digit_is_one_at_any_size(self) -> None:
        assert texts(*written("407"), (Box(400, 200, 8, 12), row(d4=0.98)), minimum=0.5) == ["407", "4"]

    def test_without_a_sure_digit_there_is_no_measure(self) -> None:
        assert texts((Box(0, 0, 12, 12), self.DOUBTFUL), (Box(300, 0, 40, 60), self.DOUBTFUL), minimum=0.5) == ["??"]


class TestTouching:
    """Ink of two or three segments, 20 pixels wide each, and what the model says of every way to join them."""

    def read(self, segments: int, spans: dict[tuple[int, int], NDArray[np.float32]]) -> list[str]:
        boxes = tuple(Box(20 * i, 0, 20, 40) for i in range(segments))
        lattice = Lattice(boxes, tuple((first, end, number) for number, (first, end) in enumerate(spans)))
        patches = Patches(
            np.zeros((len(spans), 28, 28), np.uint8),
            np.array([Box.around(list(boxes[first:end])) for first, end in spans], np.int32),
            (lattice,),
        )
        return [
            reading.text
            for reading in decode(patches, np.array(list(spans.values())), CARD, min_confidence=0.0).readings
        ]

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
            (Lattice(boxes, tuple((first, end, number) for number, (first, end) in enumerate(spans))),),
        )
        (reading,) = decode(patches, np.array(list(spans.values())), CARD).readings
        assert tuple(digit.box for digit in reading.digits) == boxes


class TestKindsOfNoDigit:
    """A model may tell other ink, parts of a digit and several digits in one apart."""

    APART = ModelCard(name="test", preprocessing=1, classes=WHOLE.names)

    @staticmethod
    def row(**likely: float) -> NDArray[np.float32]:
        values = {int(name[1:]): p for name, p in likely.items()}
        return np.array([values.get(column, 0.0) for column in range(13)], np.float32)

    def read(self, lattice: Lattice, *rows: NDArray[np.float32]) -> list[str]:
        boxes = [Box.around(list(lattice.segments[first:end])) for first, end, _ in lattice.spans]
        patches = Patches(np.zeros((len(rows), 28, 28), np.uint8), np.array(boxes, np.int32), (lattice,))
        return [reading.text for reading in decode(patches, np.array(rows), self.APART).readings]

    def test_ink_alone_that_looks_like_a_part_or_several_is_none(self) -> None:
        alone = Lattice((Box(0, 0, 8, 30),), ((0, 1, 0),))
        assert self.read(alone, self.row(d1=0.3, c11=0.7)) == []
        assert self.read(alone, self.row(d1=0.3, c12=0.7)) == []
        assert self.read(alone, self.row(d1=0.3, c10=0.7)) == []
        assert self.read(alone, self.row(d1=0.05, c11=0.95)) == []

    @pytest.mark.parametrize("kind", ["c11", "c12"])
    def test_beside_a_digit_it_is_hardly_a_part_or_several(self, kind: str) -> None:
        patches = apart([Box(0, 0, 20, 30), Box(28, 0, 8, 30)])
        rows = np.array([self.row(d7=1.0), self.row(**{"d1": 0.3, kind: 0.7})])
        assert [reading.text for reading in decode(patches, rows, self.APART).readings] == ["71"]

    def test_a_piece_that_was_cut_may_be_one(self) -> None:
        segments = (Box(0, 0, 20, 30), Box(20, 0, 8, 30))
        both = Lattice(segments, ((0, 1, 0), (1, 2, 1), (0, 2, 2)))
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
        both = Lattice((Box(0, 0, 20, 30), Box(20, 0, 8, 30)), ((0, 1, 0), (1, 2, 1), (0, 2, 2)))
        assert self.read(
            both,
            self.row(**left),
            self.row(**right),
            self.row(d4=0.2 if text == "21" else 0.6, c12=0.8 if text == "21" else 0.4),
        ) == [text]
