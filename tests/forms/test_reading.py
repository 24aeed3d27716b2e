"""A copy is laid on its form and read field by field; what is none is refused, what is doubtful is named."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import NumbreError
from numbre_edge.forms import FormReader, Row, load_form
from numbre_edge.forms.registration import NoMatchError, Reference
from numbre_edge.types import Box, Frame
from tests.forms.paper import FIELDS, TICK, TOML, Knows, photographed, printed, write_form

TEXTS = {"year": ["2026"], "code": ["40719"], "total": ["12,50"]}


def read(
    folder: Path, texts: dict[str, list[str]], *, confidence: float = 0.99, tick: bool = False, ink: int = 50
) -> Row:
    page = printed()
    if tick:
        cv2.line(page, (TICK.x + 4, TICK.y + 14), (TICK.x + 12, TICK.y + 24), (ink,), 3)
        cv2.line(page, (TICK.x + 12, TICK.y + 24), (TICK.x + 26, TICK.y + 4), (ink,), 3)
    form = load_form(write_form(folder))
    return FormReader(form, Knows(FIELDS, texts, confidence)).read(Frame(photographed(page)))


def test_a_photographed_copy_is_read_field_by_field(tmp_path: Path) -> None:
    row = read(tmp_path, TEXTS, tick=True)

    assert {name: value.text for name, value in row.values.items()} == {
        "year": "2026",
        "code": "40719",
        "total": "12,50",
        "paid": "1",
    }
    assert row.values["total"].value == 12.5
    assert row.needs_review == []


def test_a_cross_in_a_hard_pencil_is_one(tmp_path: Path) -> None:
    paid = read(tmp_path, TEXTS, tick=True, ink=170).values["paid"]

    assert (paid.text, paid.check) == ("1", False), "fainter than its frame"


def test_an_empty_form_has_empty_fields(tmp_path: Path) -> None:
    row = read(tmp_path, {})

    assert [value.text for value in row.values.values()] == ["", "", "", "0"]
    assert row.needs_review == ["year"]  # which has a range


def test_a_field_with_ink_that_is_no_number_is_looked_at(tmp_path: Path) -> None:
    page, box = printed(), FIELDS["total"]
    cv2.putText(page, "none", (box.x + 20, box.y + 32), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40,), 2, cv2.LINE_AA)
    form = load_form(write_form(tmp_path))

    row = FormReader(form, Knows(FIELDS, {"year": ["2026"]})).read(Frame(photographed(page)))

    assert (row.values["total"].text, row.values["total"].confidence) == ("", 0)
    assert row.needs_review == ["total"]


@pytest.mark.parametrize(
    ("texts", "confidence", "names"),
    [
        (TEXTS, 0.5, ["year", "code", "total"]),  # unsure
        (TEXTS | {"year": ["2?26"]}, 0.99, ["year"]),
        (TEXTS | {"year": ["1026"]}, 0.99, ["year"]),  # out of range
        (TEXTS | {"code": ["407"]}, 0.99, ["code"]),  # too short for its comb
        (TEXTS | {"total": ["12", "50"]}, 0.99, ["total"]),  # two numbers
    ],
)
def test_what_a_person_should_look_at_is_named(
    tmp_path: Path, texts: dict[str, list[str]], confidence: float, names: list[str]
) -> None:
    assert read(tmp_path, texts, confidence=confidence).needs_review == names


def test_what_was_read_as_several_numbers_is_the_one_that_a_field_holds(tmp_path: Path) -> None:
    row = read(tmp_path, TEXTS | {"year": ["20", "26"], "total": ["12", "50"]})

    assert [row.values[name].text for name in ("year", "total")] == ["2026", "1250"]
    assert [row.values[name].confidence for name in ("year", "total")] == [0, 0]


def test_what_a_field_cannot_hold_gives_way_to_what_it_can(tmp_path: Path) -> None:
    likely = {
        "year": [("2/26", 0.5), ("2126", 0.3), ("2026", 0.1), ("2027", 0.05)],
        "total": [("1250", 0.6), ("12,50", 0.3), ("", 0.1)],
        "code": [("/", 0.8), ("1", 0.15), ("", 0.05)],
    }
    toml = TOML.replace("[1900, 2100]", "[2000, 2100]").replace('"decimal"', '"decimal"\ndecimals = 2')
    reader = Knows(FIELDS, {"year": ["2", "26"], "total": ["1250"], "code": ["4071?"]}, likely=likely)

    row = FormReader(load_form(write_form(tmp_path, toml)), reader).read(Frame(photographed(printed())))

    assert [(value.text, value.confidence) for value in row.values.values()][:3] == [
        ("2026", 0.1),
        ("40711", 0.15),
        ("12,50", 0.3),
    ]
    assert row.values["total"].value == 12.5
    assert row.needs_review == ["year", "code", "total"]
    assert len(reader.asked["code"]) == 1, "of a comb, only the doubtful cell"


def test_a_stroke_that_was_taken_for_no_digit_is_asked_about(tmp_path: Path) -> None:
    page, box = printed(), FIELDS["total"]
    cv2.line(page, (box.x + 60, box.y + 34), (box.x + 74, box.y + 8), (60,), 2, cv2.LINE_AA)
    cell = FIELDS["code"].x + 2 * 50
    cv2.line(page, (cell + 20, FIELDS["code"].y + 40), (cell + 28, FIELDS["code"].y + 10), (60,), 2, cv2.LINE_AA)
    likely = {"total": [("1", 0.95), ("", 0.03)], "code": [("1", 0.97)], "year": [("", 0.9), ("1999", 0.1)]}
    reader = Knows(FIELDS, {"code": ["40"]}, likely=likely)

    row = FormReader(load_form(write_form(tmp_path)), reader).read(Frame(photographed(page)))

    assert [row.values[name].text for name in FIELDS] == ["", "401", "1"]
    assert set(reader.asked) == {"total", "code"}, "nothing is written in the other"
    (stroke,) = reader.asked["total"]
    assert stroke == pytest.approx(Box(box.x + 60, box.y + 8, 14, 26), abs=4)
    assert row.needs_review == ["year", "code", "total"], "a word may stand there, or a tick"


def test_what_is_hardly_what_is_written_is_not_read_because_it_fits(tmp_path: Path) -> None:
    likely = {"year": [("3026", 0.97), ("2026", 0.001)]}

    row = FormReader(load_form(write_form(tmp_path)), Knows(FIELDS, TEXTS | {"year": ["3026"]}, likely=likely)).read(
        Frame(photographed(printed()))
    )

    assert (row.values["year"].text, row.needs_review) == ("3026", ["year"])


def test_a_number_with_a_point_is_not_sure_where_there_is_none(tmp_path: Path) -> None:
    row = read(tmp_path, TEXTS | {"year": ["20.26"]})

    assert (row.values["year"].text, row.needs_review) == ("2026", ["year"])


@pytest.mark.parametrize("box", ["[300, 100, 1, 44]", "[0, 100, 3, 44]", "[300, 100, 160, 1]"])
def test_a_field_as_narrow_as_a_line_is_empty(tmp_path: Path, box: str) -> None:
    form = load_form(write_form(tmp_path, TOML.replace("[300, 100, 160, 44]", box)))

    assert FormReader(form, Knows(FIELDS, {})).read(Frame(photographed(printed()))).values["year"].text == ""


@pytest.mark.parametrize("other", ["blank", "noise", "another form"])
def test_another_picture_does_not_match(tmp_path: Path, other: str) -> None:
    form = load_form(write_form(tmp_path))
    picture = {
        "blank": np.full((600, 800), 230, np.uint8),
        "noise": np.random.default_rng(0).integers(0, 255, (600, 800)).astype(np.uint8),
        "another form": photographed(np.rot90(printed("Weekly reading of the water meters"), 1)[::-1].copy()),
    }[other]

    with pytest.raises(
        NoMatchError, match=r"does not match the form: \d+ of \d+ points fall into place, 10 are needed"
    ):
        FormReader(form, Knows(FIELDS, TEXTS)).read(Frame(picture))


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_copy_that_lies_wrong_is_laid_right(tmp_path: Path, quarters: int) -> None:
    form = load_form(write_form(tmp_path))
    shown = np.rot90(photographed(printed()), quarters).copy()

    row = FormReader(form, Knows(FIELDS, TEXTS)).read(Frame(shown))

    assert row.values["year"].text == "2026"


def test_a_reference_without_print_is_refused() -> None:
    with pytest.raises(NumbreError, match="points that tell it from other pictures"):
        Reference(np.full((400, 600), 230, np.uint8))
