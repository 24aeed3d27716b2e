"""What two ways read alike is certain; what one alone reads is not, and forms go to the one that sees more."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_edge.recognition.both import BothRecogniser
from numbre_edge.types import Box, Digit, Frame, Lattice, Patches, Reading, Recognition
from numbre_edge.vision.page import Page

PAGE = Page(Frame(np.full((40, 40), 255, np.uint8)))


class Says:
    """A recogniser that reads the same numbers on every page."""

    def __init__(self, *numbers: tuple[str, float]) -> None:
        digits, rows, readings = 0, [], []
        for text, confidence in numbers:
            own = []
            for sign in filter(str.isdigit, text):
                row = np.full(11, (1 - confidence) / 10, np.float32)
                row[int(sign)] = confidence
                rows.append(row)
                own.append(Digit(int(sign), float(row[int(sign)]), Box(20 * digits, 0, 16, 20)))
                digits += 1
            readings.append(Reading.of(own, text=text))
        boxes = np.array([[20 * at, 0, 16, 20] for at in range(digits)], np.int32).reshape(-1, 4)
        lattices = tuple(Lattice((Box(*box),), ((0, 1, at),)) for at, box in enumerate(boxes.tolist()))
        patches = Patches(np.zeros((digits, 28, 28), np.uint8), boxes, lattices)
        self._said = Recognition(
            tuple(readings), patches, np.array(rows, np.float32).reshape(-1, 11), tuple(range(digits))
        )

    def recognise(self, page: Page) -> Recognition:
        return self._said


def both(components: Says, learned: Says) -> list[tuple[str, float]]:
    found = BothRecogniser(components, learned).recognise(PAGE)
    for patch, digit in found.chosen.items():
        assert digit.confidence == float(found.probabilities[patch].max())
    return [(reading.text, reading.confidence) for reading in found.readings]


def test_what_both_read_stays_as_sure_as_it_is() -> None:
    assert both(Says(("407", 0.99)), Says(("407", 0.6))) == [("407", pytest.approx(0.99))]


def test_what_the_finder_does_not_confirm_is_not_certain() -> None:
    assert both(Says(("407", 0.99)), Says(("401", 0.6))) == [("407", pytest.approx(0.9))]
    assert both(Says(("407", 0.99)), Says(("407", 0.5))) == [("407", pytest.approx(0.9))]


def test_ink_that_the_finder_would_not_look_at_twice_is_no_number() -> None:
    assert both(Says(("407", 0.99)), Says()) == []
    assert both(Says(("407", 0.99)), Says(("40", 0.4))) == []


def test_where_connected_ink_doubts_the_finder_is_believed() -> None:
    assert both(Says(("407", 0.5)), Says(("401", 0.7))) == [("401", pytest.approx(0.7))]
    assert both(Says(), Says(("401", 0.7))) == [("401", pytest.approx(0.7))]


def test_of_what_neither_is_sure_of_the_finder_s_stands_unless_the_rules_are_rather_sure() -> None:
    assert both(Says(("407", 0.5)), Says(("401", 0.4))) == [("401", pytest.approx(0.4))]
    assert both(Says(("407", 0.92)), Says(("401", 0.4))) == [("407", pytest.approx(0.9))]
    assert both(Says(("407", 0.82)), Says(("401", 0.4))) == [("407", pytest.approx(0.82))]
    assert both(Says(("407", 0.82), ("1", 0.82)), Says(("401", 0.4), ("1", 0.85))) == [("1", pytest.approx(0.85))]
    assert both(Says(), Says(("401", 0.4))) == []


def test_a_finder_that_is_sure_of_a_digit_more_is_believed() -> None:
    assert both(Says(("1", 0.99)), Says(("107", 0.99))) == [("107", pytest.approx(0.99))]
    assert both(Says(("1", 0.99)), Says(("107", 0.9))) == [("1", pytest.approx(0.9))]


def test_a_finder_that_is_sure_of_another_digit_is_believed() -> None:
    assert both(Says(("407", 0.99)), Says(("401", 0.99))) == [("401", pytest.approx(0.99))]
    assert both(Says(("407", 0.99)), Says(("401", 0.9))) == [("407", pytest.approx(0.9))]


def test_a_finder_that_sees_a_point_is_believed() -> None:
    assert both(Says(("407", 0.99)), Says(("40.7", 0.7))) == [("40.7", pytest.approx(0.7))]
    assert both(Says(("407", 0.99)), Says(("40.7", 0.4))) == [("407", pytest.approx(0.9))]


def test_a_page_that_both_read_alike_for_the_most_part_stays_as_connected_ink_reads_it() -> None:
    numbers = [("12", 0.99), ("34", 0.99), ("56", 0.99)]

    assert both(Says(*numbers, ("407", 0.7)), Says(*numbers, ("497", 0.8)))[3] == ("407", pytest.approx(0.7))
    assert both(Says(*numbers[:1], ("407", 0.7)), Says(*numbers[:1], ("497", 0.8)))[1] == ("497", pytest.approx(0.8))


def test_nothing_read_is_nothing() -> None:
    assert both(Says(), Says()) == []
