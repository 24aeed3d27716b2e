"""What a model's columns mean stands in one place, and is read from its card."""

from __future__ import annotations

import pytest

from numbre_edge.model import ModelCard
from numbre_edge.vocabulary import DIGIT_COLUMNS, DIGITS, NO_DIGITS, NOT_A_DIGIT, WHOLE, Vocabulary


def test_the_first_columns_are_the_digits() -> None:
    assert WHOLE.names[DIGIT_COLUMNS] == DIGITS
    assert [WHOLE.column(digit) for digit in DIGITS] == list(range(10))


def test_after_them_come_the_kinds_of_no_digit() -> None:
    """Shipped models and the labels that they were trained on count on this order."""
    assert WHOLE.names[WHOLE.no_digits] == NO_DIGITS == ("not a digit", "part of a digit", "several digits")
    assert WHOLE.names[WHOLE.not_a_digit] == NOT_A_DIGIT
    assert WHOLE.names[WHOLE.miscut] == ("part of a digit", "several digits")


def test_a_model_of_digits_alone_rejects_nothing() -> None:
    digits = Vocabulary()
    assert (len(digits), digits.rejects) == (10, False)
    assert digits.names[digits.no_digits] == ()
    assert digits.names[digits.miscut] == ()


def test_a_model_that_does_not_tell_the_kinds_apart_has_one_column_for_them() -> None:
    eleven = WHOLE.first(11)
    assert (len(eleven), eleven.rejects, eleven.not_a_digit) == (11, True, 10)
    assert eleven.names[eleven.miscut] == ()


def test_a_card_says_it() -> None:
    card = ModelCard(name="theirs", preprocessing=1, classes=(*DIGITS, "background"))
    assert card.vocabulary == Vocabulary((*DIGITS, "background"))
    assert card.vocabulary.not_a_digit == 10


@pytest.mark.parametrize("name", [*WHOLE.names, "background"])
def test_every_column_has_a_short_name_for_tight_places(name: str) -> None:
    short = Vocabulary((*DIGITS, name) if name not in DIGITS else DIGITS).short(10 if name not in DIGITS else int(name))
    assert 1 <= len(short) <= 4
    assert (short == name) == (name in DIGITS)
