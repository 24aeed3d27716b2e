"""``numbre-edge explain``: one picture in, one contact sheet out."""

from __future__ import annotations

import cv2
import numpy as np


def test_the_sheet_is_written_and_the_readings_printed(run, photos, model, tmp_path) -> None:
    done = run("explain", "photos/good.jpg", "--model", model)
    assert done.code == 0
    text, confidence = done.out.splitlines()[0].split()
    assert text == "111"
    assert confidence.endswith("%")
    assert done.err == "3 candidates, 1 number; wrote good-explained.png\n"
    assert cv2.imread("good-explained.png").shape[1] == 1600


def test_what_there_is_to_say_follows_the_readings(run, photos, model, page) -> None:
    cv2.imwrite("chalk.png", 255 - page)
    done = run("explain", "chalk.png", "--model", model)
    assert done.out.splitlines()[1] == "- the ink is lighter than its ground, as chalk on a board"


def test_a_blank_page_is_explained_too(run, photos, model) -> None:
    cv2.imwrite("blank.png", np.full((80, 120), 240, np.uint8))
    done = run("explain", "blank.png", "--model", model)
    assert (done.code, done.out) == (0, "- no ink found: nothing differs from its ground by more than 0 of 255\n")


def test_the_sheet_goes_where_it_is_told(run, photos, model, tmp_path) -> None:
    run("-q", "explain", "photos/good.jpg", "--model", model, "--output", "sheet.png")
    assert (tmp_path / "sheet.png").exists()


def test_a_picture_that_cannot_be_read_is_one_line(run, photos, model, tmp_path) -> None:
    done = run("explain", "photos/cut.jpg", "--model", model)
    assert done.code == 1
    assert done.err == "error: photos/cut.jpg: truncated: this JPEG file ends before its end marker; copy it again\n"
    assert [p.name for p in tmp_path.iterdir()] == ["photos"]


def test_a_sheet_that_could_not_be_written_is_refused_first(run, photos, model) -> None:
    for name, message in (("sheet.jpg", "ends in .png"), ("gone/sheet.png", "no folder gone")):
        done = run("explain", "photos/good.jpg", "--model", model, "--output", name)
        assert done.code == 2
        assert message in done.err
