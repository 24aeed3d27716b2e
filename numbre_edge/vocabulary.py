"""What a recogniser can say: the one place for the meaning of its columns and their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

DIGITS = tuple("0123456789")
# What stands in and between numbers, as a finder tells it, after the digits; the last is a times sign, or the letter.
MARKS = (".", ",", "-", "/", "+", "=", "x")
SEPARATORS = (".", ",")  # those between the digits of one number
SIGNS = ("-", "+")  # those before one
DecimalMark = Literal["auto", "point", "comma"]  # which of them stands before decimals
DECIMAL_MARKS: tuple[DecimalMark, ...] = get_args(DecimalMark)
# Kinds of ink that is no digit: foreign ink, and digits cut wrongly. In the order of their columns.
NOT_A_DIGIT, PART_OF_A_DIGIT, SEVERAL_DIGITS = "not a digit", "part of a digit", "several digits"
NO_DIGITS = (NOT_A_DIGIT, PART_OF_A_DIGIT, SEVERAL_DIGITS)

DIGIT_COLUMNS = slice(0, len(DIGITS))  # of every model: the column is the digit's value

_SHORT = {NOT_A_DIGIT: "none", PART_OF_A_DIGIT: "part", SEVERAL_DIGITS: "many"}


@dataclass(frozen=True)
class Vocabulary:
    """The columns of one model's answer: the digits, and after them the kinds of no digit it tells apart.

    Attributes:
        names: of the columns, in order; the first ten are the digits.
    """

    names: tuple[str, ...] = DIGITS

    def __len__(self) -> int:
        return len(self.names)

    @property
    def no_digits(self) -> slice:
        """The columns of ink that is no digit, of whatever kind; none where a model knows digits alone."""
        return slice(len(DIGITS), len(self.names))

    @property
    def rejects(self) -> bool:
        """Whether the model can say that ink is no digit."""
        return len(self.names) > len(DIGITS)

    @property
    def not_a_digit(self) -> int:
        """The column of foreign ink, of a model that rejects."""
        return len(DIGITS)

    @property
    def miscut(self) -> slice:
        """The columns of digits cut wrongly: a part of one, several in one."""
        return slice(self.not_a_digit + 1, len(self.names))

    def column(self, name: str) -> int:
        return self.names.index(name)

    def short(self, column: int) -> str:
        """Return a column's name in at most four letters."""
        name = self.names[column]
        return name if name in DIGITS else _SHORT.get(name, "none")

    def first(self, count: int) -> Vocabulary:
        """Return the vocabulary of a model that has only the first ``count`` columns."""
        return Vocabulary(self.names[:count])


# All that the recognisers made here can say; the labels they are trained on are its columns.
WHOLE = Vocabulary((*DIGITS, *NO_DIGITS))
