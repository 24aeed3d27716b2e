"""What is struck out is no number any more; what is written instead is one, and stands where its boxes say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from numbre_export.synthesis.handwriting import Hand
from numbre_export.synthesis.pages.corrections import ANYWHERE, NOWHERE, corrected, digit_struck, struck
from numbre_export.synthesis.pages.strikes import FOR_ONE, WAYS
from numbre_export.synthesis.pictures import take
from numbre_export.synthesis.sheet import NOTHING, Mark, extent
from numbre_export.synthesis.sources import Sources
from tests.export.test_views import clean_page


@pytest.fixture
def rng() -> Generator:
    return default_rng(3)


@pytest.fixture
def hand(sources: Sources, rng: Generator) -> Hand:
    return clean_page(sources, rng).hand


def labelled(marks: list[Mark]) -> list[Mark]:
    return [mark for mark in marks if mark.label != NOTHING]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_struck_out_has_no_label_but_strokes_through_every_digit(hand: Hand, rng: Generator, way: str) -> None:
    for _ in range(20):
        written = hand.write("4825", 10, 50, rng)
        marks = struck(written, hand, rng, NOWHERE, way=way)
        gone, strokes = marks[:4], marks[4:]
        faint = strokes[0].width < 0.5 * hand.width
        assert all(mark.hard if faint else mark.label == NOTHING for mark in gone)
        assert labelled(strokes) == []
        points = np.concatenate([mark.path.dense(20) for mark in strokes])
        for digit in written:
            left, top, right, bottom = extent([digit])
            assert (np.all(points > (left, top), 1) & np.all(points < (right, bottom), 1)).any()


def test_some_lines_are_too_light_to_blame_anybody(hand: Hand, rng: Generator) -> None:
    hard = [bool(labelled(struck(hand.write("4825", 0, 0, rng), hand, rng, NOWHERE, way="line"))) for _ in range(100)]
    assert 0 < sum(hard) < 25


def test_noughts_that_are_slashed_are_crossed_out(hand: Hand, rng: Generator) -> None:
    assert len(struck(hand.write("7001", 0, 0, rng), hand, rng, NOWHERE, way="slash")) == 4 + 4 * 2
    assert len(struck(hand.write("4825", 0, 0, rng), hand, rng, NOWHERE, way="slash")) == 4 + 4


def test_one_digit_is_never_struck_out_by_what_makes_another_of_it(hand: Hand, rng: Generator) -> None:
    few = {len(struck(hand.write("7", 0, 0, rng), hand, rng, NOWHERE)) - 1 for _ in range(40)}
    assert "line" not in FOR_ONE
    assert few <= {1, 2, 3}  # a zigzag or ink over all of it; lines, a cross


def test_what_is_meant_is_a_number_beside_or_above_or_below(hand: Hand, rng: Generator) -> None:
    sides = set()
    for _ in range(150):
        written = hand.write("-48.25", 100, 50, rng)
        marks = struck(written, hand, rng, way="cross")
        new = labelled(marks)
        if not new:
            continue
        assert [mark.label for mark in new[:1] + new[3:4]] == [12, 10]  # the minus and the point stay
        assert len(new) == 6
        assert [mark.linked for mark in new] == [True] * 5 + [False]
        assert not any(mark.hard for mark in new)
        (left, top, right, bottom), (x0, y0, x1, y1) = extent([m for m in marks if m.label == NOTHING]), extent(new)
        apart = {"left": x1 < left, "right": x0 > right, "above": y1 < top, "below": y0 > bottom}
        sides |= {side for side, there in apart.items() if there}
        assert any(apart.values())
    assert sides == {"left", "right", "above", "below"}


def test_what_is_meant_is_left_out_where_there_is_no_room(hand: Hand, rng: Generator) -> None:
    for room in ((300.0, 45.0), (120.0, 200.0), NOWHERE):
        for _ in range(30):
            marks = struck(hand.write("482", 0, 0, rng), hand, rng, room, way="line")
            left, top, right, bottom = extent(marks)
            assert len(marks) == 4 or (right - left <= room[0] and bottom - top <= room[1])


def test_nothing_stands_further_left_than_a_number_that_is_struck_out(hand: Hand, rng: Generator) -> None:
    for _ in range(60):
        assert extent(corrected(hand.write("48", 10, 0, rng), hand, rng))[0] > 10 - hand.height


def test_without_a_digit_that_is_struck_out_the_others_are_the_number(hand: Hand, rng: Generator) -> None:
    for _ in range(20):
        left = labelled(digit_struck(hand.write("4825", 0, 0, rng), hand, rng, NOWHERE))
        assert len(left) == 3
        assert [mark.linked for mark in left] == [True, True, False]
        assert "".join(str(mark.label) for mark in left) in ("825", "425", "485", "482")


def test_with_a_new_digit_above_the_one_struck_out_nobody_can_tell(hand: Hand, rng: Generator) -> None:
    counts = set()
    for _ in range(20):
        left = labelled(digit_struck(hand.write("4825", 0, 0, rng), hand, rng, ANYWHERE))
        counts.add(len(left))
        assert {mark.hard for mark in left} == {len(left) == 4}
    assert counts == {3, 4}


@pytest.mark.parametrize("text", ["48", "1.2", "-7"])
def test_of_numbers_without_a_digit_among_others_none_is_struck_out(hand: Hand, rng: Generator, text: str) -> None:
    assert labelled(digit_struck(hand.write(text, 0, 0, rng), hand, rng, NOWHERE)) == []


def test_ink_is_where_the_boxes_of_what_is_meant_are(sources: Sources) -> None:
    found = 0
    for seed in range(12):
        rng = default_rng(seed)
        page = clean_page(sources, rng, height=24)
        page.lay(struck(page.hand.write("482", 60, 90, rng), page.hand, rng, way="blacked out"))
        picture = take(page, page.view, rng, plain=True)
        ink = picture.grey < 127
        for left, top, right, bottom in np.rint(picture.edges).astype(int).clip(0).tolist():
            inside = ink[top:bottom, left:right]
            rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
            if right < ink.shape[1]:
                assert max(rows[0], bottom - top - 1 - rows[-1], columns[0], right - left - 1 - columns[-1]) <= 2
                assert inside.mean() < 0.75  # a digit, not what is struck out
                found += 1
    assert found > 9


def test_written_over_is_hard_and_gone_over_is_as_before(hand: Hand, rng: Generator) -> None:
    seen = set()
    for _ in range(150):
        marks = corrected(hand.write("4825", 10, 50, rng), hand, rng, NOWHERE)
        if [mark.label for mark in labelled(marks)] == [4, 8, 2, 5]:
            seen.add(sum(mark.hard for mark in labelled(marks)))
    assert {0, 1} <= seen <= {0, 1, 4}


def test_most_numbers_are_as_written(sources: Sources, rng: Generator) -> None:
    page = clean_page(sources, rng)
    whole = sum(len(page.number("48", 0, 0)) == 2 for _ in range(400))
    assert 360 < whole < 396
