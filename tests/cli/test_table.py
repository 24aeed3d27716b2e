"""``numbre-edge table``: pictures in, rows and columns out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import openpyxl
import pytest
from numpy.typing import NDArray

from tests.cli.conftest import Run

TEXTS = [["11", "1"], ["1", ""], ["1", "11"]]
RULES = ("--finder", "components")  # the tiny model reads the ones that stand clear


@pytest.fixture
def marks(mnist_sample: tuple[NDArray[np.uint8], NDArray[np.uint8]], tmp_path: Path) -> Path:
    """marks.png, a table without lines; and beside it blank.png and cut.png."""
    digits, labels = mnist_sample
    one = next(one for one in digits[labels == 1] if np.ptp(np.flatnonzero(one.any(0))) < 7)
    ink = cv2.resize(one, (84, 84), interpolation=cv2.INTER_CUBIC)
    page = np.full((460, 520), 225, np.uint8)
    for row, line in enumerate(TEXTS):
        for column, text in enumerate(line):
            for place in range(len(text)):
                x, y = 60 + 250 * column + 40 * place, 30 + 130 * row
                part = page[y : y + 84, x : x + 84]
                part -= np.minimum(part, (0.7 * part * (ink / 255)).astype(np.uint8))
    cv2.imwrite(str(tmp_path / "marks.png"), page)
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((120, 200), 225, np.uint8))
    (tmp_path / "cut.png").write_bytes((tmp_path / "marks.png").read_bytes()[:300])
    return tmp_path / "marks.png"


def test_rows_and_columns_come_as_csv(run: Run, marks: Path, model: Path) -> None:
    done = run("table", marks, "--model", model, *RULES)

    assert (done.code, done.err) == (0, "1 picture, 1 table\n")
    assert list(csv.reader(done.out.splitlines())) == TEXTS


def test_every_page_is_a_picture(run: Run, marks: Path, model: Path) -> None:
    page = cv2.imread(str(marks))
    cv2.imwritemulti(str(marks.with_name("pages.tif")), [page, np.full_like(page, 225), page])
    command = ("table", marks.with_name("pages.tif"), "--model", model, *RULES, "--annotate", marks.with_name("drawn"))
    done = run(*command, "-f", "json")
    assert [(item["frame"], len(item["tables"])) for item in json.loads(done.out)] == [(0, 1), (1, 0), (2, 1)]
    assert "pages.tif #1: no table\n" in done.err
    assert done.err.endswith("3 pictures, 2 tables\n")
    drawn = sorted(path.name for path in marks.with_name("drawn").iterdir())
    assert drawn == ["pages-000000.png", "pages-000002.png"]
    assert "pages.tif #2:" in run(*command, "-f", "md", "--pages", "3").out


def test_a_picture_without_a_table_says_so_and_the_run_goes_on(run: Run, marks: Path, model: Path) -> None:
    folder = marks.parent
    done = run("table", folder / "blank.png", folder / "cut.png", marks, "--model", model, *RULES, "-f", "json")

    assert done.code == 1
    blank, cut, last = json.loads(done.out)
    assert (blank["tables"], blank["error"]) == ([], "no table")
    assert cut["error"].startswith("truncated")
    assert last["tables"][0]["cells"][0]["text"] == "11"
    assert f"{folder / 'blank.png'}: no table\n" in done.err
    assert "cut.png: truncated" in done.err
    assert done.err.endswith("3 pictures, 1 table\n")


def test_the_name_says_the_format(run: Run, marks: Path, model: Path, tmp_path: Path) -> None:
    for name in ("out.xlsx", "out.md"):
        assert run("table", marks, "--model", model, *RULES, "-o", tmp_path / name).code == 0

    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["marks"]["A1"].value == 11
    assert "| 11 | 1 |" in (tmp_path / "out.md").read_text()


def test_cells_are_drawn_into_a_copy(run: Run, marks: Path, model: Path, tmp_path: Path) -> None:
    assert run("table", marks, "--model", model, *RULES, "--annotate", tmp_path / "drawn").code == 0

    drawn, page = cv2.imread(str(tmp_path / "drawn" / "marks.png")), cv2.imread(str(marks))
    assert drawn.shape == page.shape
    assert np.count_nonzero((drawn != page).any(2)) > 500


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "xlsx"], "--format xlsx: a workbook is a file; give --output FILE.xlsx"),
        (["-o", "out.pdf"], "--output out.pdf: .pdf names no format of tables"),
        (["-o", "gone/out.csv"], "there is no folder gone"),
        (["-o", "marks.png", "-f", "csv"], "would overwrite a picture to be read"),
    ],
)
def test_what_would_fail_after_the_work_is_refused_before(
    run: Run, marks: Path, model: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(marks.parent)
    done = run("table", "marks.png", "--model", model, *options)

    assert done.code == 2
    assert message in done.err
