"""benchmarks/rendered.py asks for what is written and can be read, and counts what is read where it stands."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from numbre_edge.types import Box, Digit, Reading
from tests.export.test_finder import view
from tests.modules import loaded

FILE = Path(__file__).parents[2] / "benchmarks" / "rendered.py"


@pytest.fixture(scope="module")
def rendered() -> ModuleType:
    return loaded(FILE)


def reading(text: str, x: int, y: int, width: int, height: int) -> Reading:
    box = Box(x, y, width, height)
    return Reading((Digit(0, 1.0, box),), text, 1.0, box)


def test_numbers_are_linked_digits_that_end_at_a_slash(rendered: ModuleType) -> None:
    page = view(
        ("1", 10, 10, 8, 20),
        ("2", 20, 10, 10, 20),
        (".", 32, 26, 3, 3),
        ("5", 37, 10, 10, 20),
        ("/", 50, 8, 8, 24),
        ("7", 60, 10, 10, 20),
        ("-", 90, 18, 8, 2),
        hard=(5,),
        linked=(0, 1, 2, 3, 4),
    )

    first, second = rendered.numbers(page)

    assert (first.digits, first.box.tolist(), first.hard) == ("125", [10, 10, 37, 20], False)
    assert (second.digits, second.hard) == ("7", True)


@pytest.mark.parametrize(
    ("read", "figures"),
    [
        ([], (0, 0, 1)),
        ([("1.2", 10, 10, 20, 20)], (1, 1, 1)),
        ([("12", 60, 10, 20, 20)], (0, 1, 1)),  # elsewhere
        ([("17", 10, 10, 20, 20)], (0, 1, 1)),
        ([("12", 10, 10, 20, 20), ("12", 11, 10, 20, 20)], (1, 2, 1)),
        ([("4", 100, 10, 10, 20)], (0, 0, 1)),  # nobody is blamed
    ],
)
def test_a_number_is_right_that_has_its_digits_where_they_stand(
    rendered: ModuleType, read: list[tuple[str, int, int, int, int]], figures: tuple[int, int, int]
) -> None:
    page = view(("1", 10, 10, 8, 20), ("2", 20, 10, 10, 20), ("9", 100, 10, 10, 20), hard=(2,), linked=(0,))

    assert rendered.compared(rendered.numbers(page), [reading(*each) for each in read]) == figures
