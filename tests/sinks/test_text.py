"""The three ways of writing readings, byte for byte: scripts rely on them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from numbre_edge.errors import NumbreError
from numbre_edge.sinks.csv import Csv
from numbre_edge.sinks.jsonl import JsonLines
from numbre_edge.sinks.output import open_output
from numbre_edge.sinks.table import Table
from numbre_edge.types import Box, Digit, Reading, Result

READING = Reading.of([Digit(5, 0.98765432, Box(40, 63, 26, 47)), Digit(None, 1 / 3, Box(70, 61, 20, 50))])
GOOD = Result("photos/a.jpg", 0, 1279, 560, (READING,))
BLANK = Result("photos/blank.jpg", 0, 100, 80)
BAD = Result('we,ird "n".png', 0, None, None, error="empty: the file has 0 bytes")


def test_json_lines_keep_their_keys_their_order_and_four_digits() -> None:
    stream = io.StringIO()
    sink = JsonLines(stream)
    for result in (GOOD, BLANK, BAD):
        sink.write(result)
    assert stream.getvalue() == (
        '{"source": "photos/a.jpg", "frame": 0, "width": 1279, "height": 560, "readings": ['
        '{"text": "5?", "confidence": 0.3333, "box": [40, 61, 50, 50], "digits": ['
        '{"digit": 5, "confidence": 0.9877, "box": [40, 63, 26, 47]}, '
        '{"digit": null, "confidence": 0.3333, "box": [70, 61, 20, 50]}]}], "error": null}\n'
        '{"source": "photos/blank.jpg", "frame": 0, "width": 100, "height": 80, "readings": [], "error": null}\n'
        '{"source": "we,ird \\"n\\".png", "frame": 0, "width": null, "height": null, "readings": [], '
        '"error": "empty: the file has 0 bytes"}\n'
    )


def test_csv_has_a_row_a_reading_and_a_row_an_error() -> None:
    stream = io.StringIO()
    sink = Csv(stream)
    for result in (GOOD, BLANK, BAD):
        sink.write(result)
    assert stream.getvalue() == (
        "source,frame,text,confidence,x,y,width,height,error\n"
        "photos/a.jpg,0,5?,0.3333,40,61,50,50,\n"
        '"we,ird ""n"".png",0,,,,,,,empty: the file has 0 bytes\n'
    )
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert rows[1]["source"] == BAD.source


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


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_output(path) as stream:
        stream.write("whole\n")
        stream.flush()
        assert not path.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]
    assert path.read_text() == "whole\n"


def test_an_interrupted_run_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def interrupted() -> None:
        with open_output(path) as stream:
            stream.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.csv", "old")]


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
