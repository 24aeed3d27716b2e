"""The three ways of writing readings, byte for byte: scripts rely on them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.sinks.csv import Csv
from numbre_edge.sinks.jsonl import JsonLines
from numbre_edge.sinks.output import open_output
from numbre_edge.sinks.table import ScreenTable, Table
from numbre_edge.types import Box, Digit, Reading, Result

READING = Reading.of([Digit(5, 0.98765432, Box(40, 63, 26, 47)), Digit(None, 1 / 3, Box(70, 61, 20, 50))])
DECIMAL = replace(
    Reading.of([Digit(5, 0.9, Box(40, 63, 26, 47)), Digit(2, 0.9, Box(90, 63, 26, 47))], text="5.2"), value=5.2
)
GOOD = Result("photos/a.jpg", 0, 1279, 560, (READING,))
PRICE = Result("photos/price.jpg", 0, 1279, 560, (DECIMAL,))
BLANK = Result("photos/blank.jpg", 0, 100, 80)
BAD = Result('we,ird "n".png', 0, None, None, error="empty: the file has 0 bytes")


def test_json_lines_keep_their_keys_their_order_and_four_digits() -> None:
    stream = io.StringIO()
    sink = JsonLines(stream)
    for result in (GOOD, PRICE, BLANK, BAD):
        sink.write(result)
    assert stream.getvalue() == (
        '{"source": "photos/a.jpg", "frame": 0, "width": 1279, "height": 560, "readings": ['
        '{"text": "5?", "value": null, "confidence": 0.3333, "box": [40, 61, 50, 50], "digits": ['
        '{"digit": 5, "confidence": 0.9877, "box": [40, 63, 26, 47]}, '
        '{"digit": null, "confidence": 0.3333, "box": [70, 61, 20, 50]}]}], "error": null}\n'
        '{"source": "photos/price.jpg", "frame": 0, "width": 1279, "height": 560, "readings": ['
        '{"text": "5.2", "value": 5.2, "confidence": 0.9, "box": [40, 63, 76, 47], "digits": ['
        '{"digit": 5, "confidence": 0.9, "box": [40, 63, 26, 47]}, '
        '{"digit": 2, "confidence": 0.9, "box": [90, 63, 26, 47]}]}], "error": null}\n'
        '{"source": "photos/blank.jpg", "frame": 0, "width": 100, "height": 80, "readings": [], "error": null}\n'
        '{"source": "we,ird \\"n\\".png", "frame": 0, "width": null, "height": null, "readings": [], '
        '"error": "empty: the file has 0 bytes"}\n'
    )


def test_csv_has_a_row_a_reading_and_a_row_for_a_frame_without_one() -> None:
    stream = io.StringIO()
    sink = Csv(stream)
    for result in (GOOD, PRICE, BLANK, BAD):
        sink.write(result)
    assert stream.getvalue() == (
        "source,frame,text,confidence,x,y,width,height,error,value\n"
        "photos/a.jpg,0,5?,0.3333,40,61,50,50,,\n"
        "photos/price.jpg,0,5.2,0.9,40,63,76,47,,5.2\n"
        "photos/blank.jpg,0,,,,,,,,\n"
        '"we,ird ""n"".png",0,,,,,,,empty: the file has 0 bytes,\n'
    )
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert rows[3]["source"] == BAD.source


def test_the_table_lines_up() -> None:
    stream = io.StringIO()
    table = Table(stream, sources=[GOOD.source, BLANK.source, BAD.source])
    for result in (
        Result(GOOD.source, 0, 9, 9, (READING, READING)),
        BLANK,
        BAD,
        Result("photos/a.jpg", 30, 9, 9, (READING,)),
    ):
        table.write(result)
    assert stream.getvalue().splitlines() == [
        "picture           number         sure  where (x, y, width x height)",
        "photos/a.jpg      5?              33%  40, 61, 50 x 50",
        "                  5?              33%  40, 61, 50 x 50",
        "photos/blank.jpg  -",
        'we,ird "n".png    error: empty: the file has 0 bytes',
        "photos/a.jpg #30  5?              33%  40, 61, 50 x 50",
    ]


def test_a_name_cannot_give_orders_to_the_terminal() -> None:
    stream = io.StringIO()
    name = "a\x1b[2J\nb\udce9.png"
    Table(stream, sources=[name]).write(Result(name, 0, 9, 9))
    head, row = stream.getvalue().splitlines()
    assert row == "a\\x1b[2J\\nb\\udce9.png  -"
    assert head.startswith(f"{'picture':<21}  number")


def test_nor_can_it_in_csv_where_that_goes_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    result = Result("a\x1b[2J.png", 0, None, None, error="no\x9b")
    for terminal, row in ((True, "a\\x1b[2J.png,0,,,,,,,no\\x9b,"), (False, "a\x1b[2J.png,0,,,,,,,no\x9b,")):
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda terminal=terminal: terminal)
        Csv(stream).write(result)
        assert stream.getvalue().splitlines()[1] == row


def test_json_gives_none_and_is_the_same_value() -> None:
    stream = io.StringIO()
    name = "a\x1b\x7f\x9b\u202e\udce9é.png"
    JsonLines(stream).write(Result(name, 0, 9, 9))
    line = stream.getvalue()
    assert line[:-1].isprintable()
    assert "é" in line
    assert json.loads(line)["source"] == name


SCREENS = {
    100: [
        "picture                  number                    sure  x, y, width x height",
        "photos/a.jpg             5?                        33%   40, 61, 50 x 50",
        "                         012345678901234567        100%  0, 0, 180 x 10",
        "photos/blank.jpg         -",
        'we,ird "n".png           error: empty: the file has 0 bytes',
        "scans/2024/page-001.png  -",
    ],
    60: [
        "picture                  number                    sure",
        "photos/a.jpg             5?                        33%",
        "                         012345678901234567        100%",
        "photos/blank.jpg         -",
        'we,ird "n".png           error: empty: the file has 0 bytes',
        "scans/2024/page-001.png  -",
    ],
    40: [
        "picture               number        sure",
        "photos/a.jpg          5?            33%",
        "                      012345678901  100%",
        "                      234567",
        "photos/blank.jpg      -",
        'we,ird "n".png        error: empty: the',
        "                      file has 0 bytes",
        "\u2026s/2024/page-001.png  -",
    ],
    20: [
        "picture    number",
        "\u2026os/a.jpg  5?",
        "           012345678",
        "           901234567",
        "\u2026lank.jpg  -",
        '\u2026 "n".png  error:',
        "           empty:",
    ],
}


@pytest.mark.parametrize("width", SCREENS)
def test_on_a_screen_it_fits_whatever_the_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    page = "scans/2024/page-001.png"
    table = ScreenTable(stream, sources=[GOOD.source, BLANK.source, BAD.source, page])
    number = Reading.of([Digit(n % 10, 1.0, Box(10 * n, 0, 10, 10)) for n in range(18)])
    for result in (Result(GOOD.source, 0, 9, 9, (READING, number)), BLANK, BAD, Result(page, 0, 9, 9)):
        table.write(result)
    shown = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert shown[: len(SCREENS[width])] == SCREENS[width]
    assert max(map(len, shown)) <= width


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_output(path) as stream:
        stream.write("a row\n")
        stream.flush()
        assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.jsonl.partial", "a row\n")]
        stream.write("another\n")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.jsonl", "a row\nanother\n")]


def test_an_interrupted_run_leaves_the_old_file_and_what_was_flushed(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def interrupted() -> None:
        with open_output(path) as stream:
            stream.write("whole\n")
            stream.flush()
            stream.write("ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sorted((p.name, p.read_text()) for p in tmp_path.iterdir()) == [
        ("out.csv", "old"),
        ("out.csv.partial", "whole\n"),
    ]


def test_a_run_that_wrote_nothing_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with open_output(tmp_path / "out.csv") as stream:
            Csv(stream)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_what_was_kept_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.csv.partial").write_text("kept")
    with (
        pytest.raises(UsageError, match=r"out\.csv\.partial is there already, kept by a run that ended early"),
        open_output(tmp_path / "out.csv"),
    ):
        pass
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.csv.partial", "kept")]


def test_of_two_runs_with_one_file_the_second_is_told_and_the_first_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with open_output(path) as stream:
        with (
            pytest.raises(UsageError, match=r"out\.csv\.partial is there already, .* or still goes on"),
            open_output(path),
        ):
            pass
        stream.write("mine\n")

    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("out.csv", "mine\n")]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with open_output(tmp_path / "link") as stream:
        stream.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_folder_that_is_gone_is_an_error_in_words(tmp_path: Path) -> None:
    with (
        pytest.raises(NumbreError, match=r"cannot write .*out\.csv: no such file or directory"),
        open_output(tmp_path / "gone" / "out.csv"),
    ):
        pass


def test_a_name_that_is_not_utf8_is_still_json(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_output(path) as stream:
        JsonLines(stream).write(Result("caf\udce9 \u0444\U0001f600.png", 0, None, None, error="no such file"))
    assert json.loads(path.read_bytes().decode("utf-8"))["source"] == "caf\udce9 \u0444\U0001f600.png"
