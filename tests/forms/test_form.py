"""A form's file says what is wrong with it, and on which line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.forms import Field, load_form
from numbre_edge.types import Box
from tests.forms.paper import TOML, write_form


def test_a_form_has_its_fields_and_its_picture(tmp_path: Path) -> None:
    form = load_form(write_form(tmp_path))

    assert [(field.name, field.kind, field.cells) for field in form.fields] == [
        ("year", "number", 0),
        ("code", "comb", 5),
        ("total", "decimal", 0),
        ("paid", "cross", 0),
    ]
    assert form.fields[0].range == (1900, 2100)
    assert (form.reference.width, form.reference.height) == (760, 480)


BOX = Box(0, 0, 9, 9)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[300, 100, 160, 44]",
            "[700, 100, 160, 44]",
            "line 5: field year: its box lies outside the 760x480 reference",
        ),
        ("[300, 100, 160, 44]", "[300, 100, 160]", "line 5: field year: box must be four whole numbers"),
        ('name = "code"', 'name = "year"', "line 9: there are two fields named year"),
        ('name = "code"', 'name = "error"', "line 9: a field needs a name of its own"),
        (
            "cells = 5",
            "cels = 5",
            "line 12: cels is no key of a field; there are name, box, kind, cells, decimals, range",
        ),
        ("cells = 5", "", "line 8: field code: a comb, and nothing else, has cells, 1 or more"),
        (
            "cells = 5",
            "cells = 5\ndecimals = 2",
            "line 13: field code: a decimal, and nothing else, may say its decimals",
        ),
        ('kind = "decimal"', 'kind = "decimal"\ndecimals = 0', "line 18: field total: a decimal, and nothing else"),
        ('kind = "decimal"', 'kind = "decimal"\ndecimals = true', "line 18: field total: a decimal, and nothing else"),
        ('kind = "decimal"', 'kind = "word"', "line 17: field total: no kind 'word'; there are number, decimal, comb"),
        ("range = [1900, 2100]", "range = [2100, 1900]", "line 6: field year: range must be two numbers"),
        ("range = [1900, 2100]", 'pattern = "(["', "line 6: field year: pattern is no regular expression"),
        ('reference = "form.png"', "title = 1", "line 1: title is no key of a form"),
        ('reference = "form.png"', "", "line 1: reference must name a picture"),
        (TOML[TOML.index("[[") :], "", "line 1: a form has at least one [[field]]"),
        ("cells = 5", "cells = 251", "line 12: field code: has more cells than its box is wide"),
        ("cells = 5", "cells = ", "no TOML: "),
        ("cells = 5", "cells = " + "[" * 900, "no TOML: "),
        ("[300, 100, 160, 44]", "9" * 900, "line 5: field year: box must be four whole numbers"),
        ("cells = 5", "a" + ".a" * 500 + " = 5", "a line of it is longer than 1000 characters"),
        (
            "range = [1900, 2100]",
            f'pattern = "a{{{"9" * 30}}}"',
            "line 6: field year: pattern is no regular expression",
        ),
        ("range = [1900, 2100]", f'pattern = "{"(" * 490}{")" * 490}"', "pattern is no regular expression"),
    ],
)
def test_a_wrong_file_is_refused_by_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TOML
    with pytest.raises(UsageError) as error:
        load_form(write_form(tmp_path, TOML.replace(old, new, 1)))

    assert message in str(error.value)
    assert str(tmp_path / "form.toml") in str(error.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "form.toml")
    with pytest.raises(UsageError, match=r"form\.toml: is no file but a pipe"):
        load_form(tmp_path / "form.toml")


def test_python_s_warnings_about_a_pattern_are_kept_from_the_terminal(tmp_path: Path) -> None:
    form = load_form(write_form(tmp_path, TOML.replace("range = [1900, 2100]", 'pattern = "[[0-9]"')))
    assert form.fields[0].fits("7")


def test_a_file_as_windows_writes_it_is_one_too(tmp_path: Path) -> None:
    path = write_form(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(load_form(path).fields) == 4


def test_a_file_or_picture_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.toml: cannot be read \(No such file"):
        load_form(tmp_path / "gone.toml")
    with pytest.raises(SourceError, match=r"form\.toml: reference .*gone\.png: no such file"):
        load_form(write_form(tmp_path, TOML.replace("form.png", "gone.png")))


@pytest.mark.parametrize(
    ("field", "text", "value", "fits"),
    [
        (Field("a", BOX, range=(0, 100)), "40", 40, True),
        (Field("a", BOX, range=(0, 100)), "400", 400, False),
        (Field("a", BOX, range=(0, 100)), "", None, False),
        (Field("a", BOX, "comb", 3), "407", 407, True),
        (Field("a", BOX, "comb", 3), "47", 47, False),
        (Field("a", BOX, pattern="[0-9]{4}"), "2026", 2026, True),
        (Field("a", BOX, pattern="[0-9]{4}"), "202", 202, False),
        (Field("a", BOX), "7", 7, True),
        (Field("a", BOX), "", None, True),
        (Field("a", BOX), "7,5", 7.5, False),
        (Field("a", BOX), "?", None, False),
        (Field("a", BOX, "decimal"), "-7,50", -7.5, True),
        (Field("a", BOX, "decimal"), "7,5/2", None, False),
        (Field("a", BOX, "decimal"), "1.234", None, True),
        (Field("a", BOX, "decimal", decimals=3), "1.234", 1.234, True),
        (Field("a", BOX, "decimal", decimals=2), "1.234,50", 1234.5, True),
        (Field("a", BOX, "decimal", decimals=2), "1.234", None, False),
        (Field("a", BOX, "decimal", decimals=2), "123450", 123450, False),
        (Field("a", BOX, "decimal", decimals=2), "1.2.34", None, False),
    ],
)
def test_a_field_knows_what_it_may_hold(field: Field, text: str, value: float | None, fits: bool) -> None:
    assert (field.value(text), field.fits(text)) == (value, fits)
