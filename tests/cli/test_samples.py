"""The commands that the pages name run on samples/ as they stand. What is read right is for the figures to tell."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from numbre_edge.forms import load_form
from tests.cli.conftest import Run

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES.parent)


def expected(name: str) -> list[list[str]]:
    return list(csv.reader((SAMPLES / name).read_text(encoding="utf-8").splitlines()))


def test_the_photographed_table_is_one_of_its_columns_and_rows(run: Run) -> None:
    done = run("table", "samples/table/")

    rows, wanted = list(csv.reader(done.out.splitlines())), expected("table/expected.csv")
    assert (done.code, done.err.partition(";")[0]) == (0, "1 picture, 1 table")
    assert {len(row) for row in rows} == {len(wanted[0])}
    assert len(rows) >= len(wanted)  # what is read in the line above it is a row too


def test_a_copy_of_the_form_is_a_row_of_its_fields(run: Run) -> None:
    names, _, wanted, _ = expected("form/expected.csv")

    done = run("form", "read", "samples/form/meters.toml", wanted[0])

    (row,) = csv.DictReader(done.out.splitlines())
    assert done.code == 0
    assert {*names, *(f"{name}_sure" for name in names[1:]), "needs_review", "error"} <= row.keys()
    assert (row["source"], row["estimated"], row["error"]) == (
        wanted[0],
        wanted[-1],
        "",
    )  # no network sees what is ticked


def test_the_empty_form_is_drafted_as_it_is_described(run: Run, tmp_path: Path) -> None:
    done = run("form", "new", "samples/form/meters.jpg", "--output", tmp_path / "draft.toml")

    assert done.code == 0
    drafted, described = (
        load_form(path).fields for path in (tmp_path / "draft.toml", SAMPLES / "form" / "meters.toml")
    )
    for field in described:
        near = min(drafted, key=lambda other: float(np.abs(np.subtract(other.box, field.box)).max()))
        assert np.abs(np.subtract(near.box, field.box)).max() <= 8
        assert (near.kind == "comb", near.cells) == (field.kind == "comb", field.cells)


def test_the_page_of_decimals_is_read(run: Run) -> None:
    done = run("predict", "samples/decimals/", "--format", "jsonl")

    wanted = json.loads((SAMPLES / "decimals" / "expected.jsonl").read_text(encoding="utf-8"))
    (line,) = map(json.loads, done.out.splitlines())
    assert (done.code, line["source"], line["error"]) == (0, wanted["source"], None)
    assert line["readings"]
