"""Points and commas are what is likeliest in a column; digits, and columns that agree, stay as they are."""

from __future__ import annotations

import pytest

from numbre_edge.tables.columns import written_alike
from numbre_edge.tables.table import Cell, Table, rectangle
from numbre_edge.types import Box
from tests.tables.drawing import Knows, number

Likely = list[tuple[str, float]]


def column(**cells: Likely) -> list[tuple[str, float]]:
    """Return what becomes of numbers one below the other, read as the names say (``_`` a point), and how sure."""
    readings = [number(name.strip("n").replace("_", "."), 10, 40 * at) for at, name in enumerate(cells)]
    table = Table(
        len(cells),
        1,
        tuple(Cell(at, 0, rectangle(Box(0, 40 * at, 90, 40)), (own,)) for at, own in enumerate(readings)),
        True,
    )
    knows = Knows(likely={(10, 40 * at): likely for at, likely in enumerate(cells.values())})
    told = written_alike(table, lambda numbers: knows.likeliest(None, numbers))  # type: ignore[arg-type]
    for before, after in zip(table.cells, told.cells, strict=True):
        assert [digit.box for digit in before.readings[0].digits] == [digit.box for digit in after.readings[0].digits]
    return [(cell.text, cell.readings[0].confidence) for cell in told.cells]


SURE: Likely = [("4.50", 0.9), ("450", 0.05)]


def test_a_point_that_was_lost_is_found_where_the_others_have_one() -> None:
    read = column(
        n4_50=SURE, n3_25=[("3.25", 0.9)], n1_75=[("1.75", 0.8)], n995=[("995", 0.7), ("9.95", 0.2), ("99.5", 0.1)]
    )

    assert [text for text, _ in read] == ["4.50", "3.25", "1.75", "9.95"]
    assert 0.5 < read[3][1] < 0.99


def test_most_may_have_been_read_without() -> None:
    lost: Likely = [("450", 0.6), ("4.50", 0.35)]
    read = column(n4_50=SURE, n450=lost, n1_25=[("1.25", 0.9)], n325=[("325", 0.6), ("3.25", 0.4)])

    assert [text for text, _ in read] == ["4.50", "4.50", "1.25", "3.25"]


def test_a_comma_is_the_point_that_the_others_have() -> None:
    read = column(n4_50=SURE, n3_25=[("3.25", 0.9)], n1_75=[("1,75", 0.5), ("1.75", 0.4)])

    assert [text for text, _ in read] == ["4.50", "3.25", "1.75"]


def test_no_point_is_made_up_where_none_is_seen() -> None:
    whole: Likely = [("450", 0.98), ("4.50", 0.001)]
    read = column(n4_50=SURE, n450=whole, n451=[("451", 0.98), ("4.51", 0.001)], n452=[("452", 0.99)])

    assert [text for text, _ in read] == ["4.50", "450", "451", "452"]


def test_what_the_reader_says_nothing_of_stays() -> None:
    read = column(n4_50=SURE, n3_25=[], n1_75=[("1.75", 0.9)], n995=[("9.95", 1e-9), ("996", 0.9)])

    assert [text for text, _ in read] == ["4.50", "3.25", "1.75", "995"]


@pytest.mark.parametrize("other", ["4.51", "-4.50", "4/50", ""])
def test_digits_and_signs_stay(other: str) -> None:
    read = column(n1_50=[("1.50", 0.9)], n2_25=[("2.25", 0.9)], n450=[(other, 0.9), ("450", 0.01)])

    assert read[2] == ("450", pytest.approx(0.99))


def test_a_column_that_agrees_or_is_too_short_is_not_asked_about() -> None:
    swapped: Likely = [("450", 1.0)]

    assert [text for text, _ in column(n4_50=swapped, n4_5=[("45", 1.0)])] == ["4.50", "4.5"]
    assert [text for text, _ in column(n4_50=swapped, n4_51=swapped, n4_52=swapped)] == ["4.50", "4.51", "4.52"]
