"""``numbre-edge form``: drafted, checked, and its copies read."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.forms import load_form
from tests.cli.conftest import Run
from tests.forms.paper import FIELDS, TICK, photographed, printed, write_form

RULES = ("--finder", "components")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in: form.toml with its picture, two copies, and a picture of something else."""
    monkeypatch.chdir(tmp_path)
    write_form(tmp_path)
    page = printed()
    cv2.line(page, (TICK.x + 5, TICK.y + 5), (TICK.x + 25, TICK.y + 25), (50,), 3)
    for name, shown in (("a.png", photographed(page)), ("b.png", photographed(printed(), aslant=-0.04))):
        cv2.imwrite(name, shown)
    cv2.imwrite("other.png", np.full((300, 400), 220, np.uint8))
    return tmp_path


def test_copies_become_rows(run: Run, folder: Path, model: Path) -> None:
    done = run("form", "read", "form.toml", "a.png", "other.png", "b.png", "--model", model, *RULES)

    rows = list(csv.DictReader(done.out.splitlines()))
    assert list(rows[0]) == [
        *("source", "frame", "year", "year_sure", "code", "code_sure", "total", "total_sure", "paid", "paid_sure"),
        *("needs_review", "error"),
    ]
    assert [row["source"] for row in rows] == ["a.png", "other.png", "b.png"]
    assert [row["paid"] for row in rows] == ["1", "", "0"]
    assert "year" in rows[0]["needs_review"].split()
    assert rows[1]["error"].startswith("does not match the form")
    assert done.code == 1
    assert "other.png: does not match the form" in done.err
    assert done.err.endswith("3 pictures, 2 to be looked at, 1 error\n")


def test_every_page_is_a_copy(run: Run, folder: Path, model: Path) -> None:
    cv2.imwritemulti("both.tif", [cv2.imread("a.png"), cv2.imread("other.png"), cv2.imread("b.png")])
    done = run("form", "read", "form.toml", "both.tif", "--pages", "2-", "--model", model, *RULES)
    other, copy = csv.DictReader(done.out.splitlines())
    assert [(row["source"], row["frame"]) for row in (other, copy)] == [("both.tif", "1"), ("both.tif", "2")]
    assert (bool(other["error"]), copy["paid"]) == (True, "0")
    assert "both.tif #1: does not match the form" in done.err


@pytest.mark.parametrize("command", [("form", "read", "form.toml"), ("predict",), ("table",), ("explain",)])
def test_pictures_of_too_many_pixels_are_refused(run: Run, folder: Path, model: Path, command: tuple[str, ...]) -> None:
    done = run(*command, "other.png", "--max-pixels", "119999", "--model", model, *RULES)

    assert done.code == 1
    assert "too large: its 400x300 pixels are more than 0.119999 million" in done.out + done.err


def test_a_form_is_drafted_checked_and_loads(run: Run, folder: Path) -> None:
    done = run("form", "new", "form.png", "--output", "draft.toml")

    assert done.code == 0
    form = load_form(folder / "draft.toml")
    boxes = {field.kind: field for field in form.fields if field.kind == "comb"}
    assert boxes["comb"].cells == 5
    for box in (*FIELDS.values(), TICK):
        near = [np.abs(np.subtract(field.box, box)).max() for field in form.fields]
        assert min(near) <= 8, f"no field at {box}"

    done = run("form", "check", "draft.toml")
    assert (done.code, done.err) == (0, f"{len(form.fields)} fields; wrote draft-checked.png\n")
    drawn = cv2.imread("draft-checked.png")
    assert np.count_nonzero((drawn != cv2.imread("form.png")).any(2)) > 500


def test_a_draft_overwrites_nothing(run: Run, folder: Path) -> None:
    done = run("form", "new", "form.png")

    assert (done.code, done.err) == (2, "error: form.toml: is there already; name another with --output\n")


def test_nor_does_a_check_that_is_given_no_name(run: Run, folder: Path) -> None:
    (folder / "form-checked.png").write_text("mine")
    done = run("form", "check", "form.toml")

    assert done.code == 2
    assert done.err.startswith("error: form-checked.png: is there already, and was not drawn by this command")
    assert run("form", "check", "form.toml", "--output", "form-checked.png").code == 0


def test_a_picture_without_boxes_gives_no_draft(run: Run, folder: Path) -> None:
    done = run("form", "new", "other.png")

    assert done.code == 2
    assert "other.png: no boxes and no lines to write on" in done.err
    assert not Path("other.toml").exists()


def test_a_wrong_form_is_refused_before_any_work(run: Run, folder: Path, model: Path) -> None:
    text = Path("form.toml").read_text()
    Path("form.toml").write_text(text.replace("cells = 5", "cels = 5"))

    done = run("form", "read", "form.toml", "a.png", "--model", model, "--output", "out.csv")

    assert done.code == 2
    assert "form.toml, line 12: cels is no key of a field" in done.err
    assert not Path("out.csv").exists()
