"""Numbers come into rows and columns as their lines rule them, or as they stand."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from numbre_edge.tables.reading import read_tables
from numbre_edge.tables.table import Table
from numbre_edge.types import Box, Digit, Frame, Pixels, Reading
from tests.tables.drawing import Knows, number, ruled

XS, YS = (60, 200, 340, 480), (50, 110, 170, 230)


def read(page: Pixels, *numbers: Reading) -> list[Table]:
    return read_tables(Knows(*numbers), Frame(page))


def in_cells(texts: list[list[str]]) -> list[Reading]:
    return [
        number(text, XS[column] + 30, YS[row] + 18)
        for row, line in enumerate(texts)
        for column, text in enumerate(line)
        if text
    ]


TEXTS = [["12", "", "7"], ["304", "5", ""], ["", "88", "1"]]


@pytest.mark.parametrize("slope", [0.0, 0.05])
def test_numbers_stand_in_the_cells_that_lines_make(slope: float) -> None:
    (table,) = read(ruled(XS, YS, slope=slope), *in_cells(TEXTS))

    assert table.texts() == TEXTS
    assert table.ruled
    assert [(cell.row, cell.column) for cell in table.cells] == [(r, c) for r in range(3) for c in range(3)]
    first = table.cells[0]
    for corner, wanted in zip(first.corners, ((60, 50), (200, 50), (200, 110), (60, 110)), strict=True):
        x, y = wanted
        assert np.allclose(corner, (x - slope * y, y + slope * x), atol=4)


def test_the_outline_of_the_sheet_around_a_table_is_no_second_one() -> None:
    page = np.minimum(ruled(XS, YS), ruled((20, 560), (20, 300, 380)))

    (table,) = read(page, *in_cells(TEXTS))

    assert table.texts() == TEXTS


def test_without_lines_they_stand_as_they_stand() -> None:
    (table,) = read(np.full((300, 500), 225, np.uint8), *in_cells(TEXTS))

    assert table.texts() == TEXTS
    assert not table.ruled


BARE = np.full((300, 500), 225, np.uint8)


def test_a_number_that_juts_out_glues_no_columns() -> None:
    rows = [number("207", 60, 40), number("189", 130, 40), number("2", 76, 90), number("9", 150, 90)]

    (table,) = read(BARE, *rows, number("0873", 70, 140), number("18", 162, 140))

    assert table.texts() == [["207", "189"], ["2", "9"], ["0873", "18"]]


def test_rows_may_lean() -> None:
    leaning = [number("1", 40 + 100 * column, 60 + 40 * row + 10 * column) for row in range(3) for column in range(4)]

    (table,) = read(BARE, *leaning)

    assert table.texts() == [["1"] * 4] * 3
    assert table.cells[3].corners[0][1] > table.cells[0].corners[0][1] + 15


def test_a_number_that_is_read_in_two_parts_is_no_column() -> None:
    parts = [number("0", 60, 40), number("46", 92, 40)]

    (table,) = read(BARE, *parts, number("8720", 58, 90), number("5113", 60, 140), number("7", 220, 90))

    assert table.texts() == [["0 46", ""], ["8720", "7"], ["5113", ""]]


def test_columns_whose_numbers_are_read_as_one_are_two() -> None:
    (table,) = read(BARE, number("58", 60, 40, apart=24), number("44", 60, 90, apart=24), number("7", 98, 140))

    assert table.texts() == [["5", "8"], ["4", "4"], ["", "7"]]


def test_a_point_that_is_read_parts_no_columns() -> None:
    decimals = [replace(number("12", 60, y, apart=24), text="1.2") for y in (40, 90)]

    (table,) = read(BARE, *decimals)

    assert table.texts() == [["1.2"], ["1.2"]]


def test_a_speck_that_is_read_makes_neither_row_nor_column() -> None:
    speck = Reading.of([Digit(1, 0.9, Box(420, 10, 5, 9))])

    (bare,), (lined,) = (read(page, *in_cells(TEXTS), speck) for page in (BARE, ruled(XS, YS)))

    assert bare.texts() == lined.texts() == TEXTS


def test_a_number_beside_others_splits_no_column_in_which_it_stands_alone() -> None:
    pairs = [number("12", 350, 70), number("34", 392, 70), number("56", 350, 130), number("78", 394, 130)]

    (table,) = read(ruled(XS, YS), *in_cells([["1", "2", ""], ["3", "4", ""], ["5", "6", ""]]), *pairs,
                    number("1", 462, 190), number("9085", 352, 190))  # fmt: skip

    assert table.columns == 3


def test_a_number_that_runs_over_a_line_is_two() -> None:
    (table,) = read(ruled(XS, YS), number("1234", 164, 70), number("5", 230, 130))

    assert table.texts() == [["12", "34", ""], ["", "5", ""], ["", "", ""]]
    assert [cell.value for cell in table.cells[:2]] == [12, 34]


def test_a_heading_that_no_line_parts_is_one_cell() -> None:
    page = ruled(XS, YS)
    page[53:107, 190:210] = 225

    (table,) = read(page, number("2026", 150, 70), number("5", 230, 130))

    assert (table.cells[0].columns, table.cells[0].text) == (2, "2026")
    assert table.texts() == [["2026", "", ""], ["", "5", ""], ["", "", ""]]


def test_numbers_one_above_the_other_are_two_rows_where_no_line_parts_them() -> None:
    (table,) = read(ruled(XS, (50, 170, 230)), number("12", 90, 62), number("34", 90, 120), number("5", 90, 185))

    assert table.texts() == [["12", "", ""], ["34", "", ""], ["5", "", ""]]


def test_two_numbers_in_one_cell_stay_there() -> None:
    (table,) = read(ruled(XS, YS), number("12", 70, 70), number("34", 130, 70), number("5", 90, 130))

    assert table.texts() == [["12 34", "", ""], ["5", "", ""], ["", "", ""]]


def test_a_1_that_was_not_read_is_no_line() -> None:
    page = ruled(XS, (50, 110, 170, 230, 290))
    cv2.line(page, (410, 58), (410, 104), (60,), 3)

    (table,) = read(page, number("12", 90, 70), number("5", 230, 130))

    assert table.columns == 3


def test_a_column_beyond_the_last_line_belongs_to_the_table() -> None:
    (table,) = read(ruled(XS[:3], YS), *in_cells(TEXTS))

    assert table.texts() == TEXTS


def test_columns_beyond_the_last_line_go_on_as_far_as_numbers_stand_in_them() -> None:
    further = [number("6", 530, YS[row] + 18) for row in range(3)]
    page = cv2.copyMakeBorder(ruled(XS[:3], YS), 0, 0, 0, 200, cv2.BORDER_REPLICATE)

    (table,) = read(page, *in_cells(TEXTS), *further)
    (narrow,) = read(page, *in_cells([["12", "4", "7"], ["304", "5", "2"], ["9", "88", "1"]]), further[0])

    assert table.texts() == [[*line, "6"] for line in TEXTS]
    assert narrow.columns == 3


def test_a_number_that_lines_part_keeps_its_marks() -> None:
    digits = number("1250375", 300, 70, apart=6).digits
    (table,) = read(ruled(XS, YS), Reading.of(list(digits), text="-1.250,3.75"), *in_cells([[], ["3", "5", "7"]]))

    assert table.texts()[0] == ["", "-1.2", "50,3.75"]


def test_a_part_of_a_number_and_one_that_is_mended_have_their_values() -> None:
    parted = Reading.of(list(number("123456", 300, 70, apart=6).digits), text="12.3,456")
    numbers = [parted, *in_cells([[], ["", "", "3,120"], ["", "", "9055"]])]
    first = [number.digits[2 if number is parted else 0].box for number in numbers]
    said = ([("3,456", 0.9)], [("3,120", 0.9)], [("9055", 0.6), ("9,055", 0.3)])
    likely = {(box.x, box.y): texts for box, texts in zip(first, said, strict=True)}

    (table,) = read_tables(Knows(*numbers, likely=likely, decimal="comma"), Frame(ruled(XS, YS)))

    assert {cell.text: cell.value for cell in table.cells if cell.text} == {
        "12": 12,
        "3,456": 3.456,
        "3,120": 3.12,
        "9,055": 9.055,
    }


def test_boxes_in_a_row_with_a_digit_each_are_one_number() -> None:
    xs = tuple(range(60, 300, 40))
    digits = [number(digit, x + 12, 62) for digit, x in zip("40719", xs, strict=False)]

    (table,) = read(ruled(xs, (50, 98)), *digits)

    assert table.texts() == [["40719"]]
    assert len(table.cells[0].readings[0].digits) == 5


def test_a_photo_that_cuts_a_table_shows_its_rest() -> None:
    page = ruled((-20, 140, 280), (50, 110, 170, 230), (280, 400))

    (table,) = read(page, number("12", 60, 66), number("34", 170, 126))

    assert table.texts() == [["12", ""], ["", "34"], ["", ""]]


@pytest.mark.parametrize("pitch", [18, 24])
def test_squared_paper_is_no_table(pitch: int) -> None:
    page = ruled(tuple(range(0, 480, pitch)), tuple(range(0, 320, pitch)), (330, 500))

    (table,) = read(page, *in_cells(TEXTS))

    assert table.texts() == TEXTS
    assert not table.ruled


def test_paper_with_large_squares_is_no_table() -> None:
    xs, ys = tuple(range(0, 600, 60)), tuple(range(0, 400, 60))
    numbers = [number("12", 72, 78), number("7", 320, 78), number("304", 64, 198), number("5", 320, 198)]

    (table,) = read(ruled(xs, ys), *numbers)

    assert table.texts() == [["12", "7"], ["304", "5"]]


def test_two_tables_in_a_picture_the_larger_first() -> None:
    page = ruled(XS, YS, (600, 600))
    page[300:] = ruled((60, 160, 260), (20, 80, 140), (300, 600))

    large, small = read(page, *in_cells(TEXTS), number("42", 80, 340), number("43", 180, 400))

    assert large.texts() == TEXTS
    assert small.texts() == [["42", ""], ["", "43"]]


def test_a_cell_says_that_a_word_is_written_in_it() -> None:
    page = ruled(XS, YS)
    cv2.putText(page, "Eng", (80, 90), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40,), 2)

    (table,) = read(page, number("5", 230, 130))

    assert [cell.words for cell in table.cells] == [True] + [False] * 8
    assert table.texts("—")[0] == ["—", "", ""]


def test_numbers_in_one_line_are_no_table() -> None:
    page = np.full((300, 500), 225, np.uint8)

    assert read(page, number("12", 60, 100), number("34", 200, 100)) == []
    assert read(page) == []
