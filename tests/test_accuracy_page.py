"""docs/accuracy.md is what docs/make_accuracy.py writes of docs/accuracy.json; a section is measured alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.modules import loaded

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def make_accuracy() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield loaded(DOCS / "make_accuracy.py")


def test_the_page_is_what_the_program_writes_of_what_was_measured(make_accuracy: ModuleType) -> None:
    measured = json.loads((DOCS / "accuracy.json").read_text(encoding="utf-8"))
    assert (DOCS / "accuracy.md").read_text(encoding="utf-8") == make_accuracy.page(measured), (
        "run: python docs/make_accuracy.py --only none"
    )
    assert measured.keys() <= make_accuracy.SECTIONS.keys()


def test_a_section_is_measured_alone_and_the_others_stay(
    make_accuracy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_accuracy, "PAGE", tmp_path / "accuracy.md")
    monkeypatch.setattr(make_accuracy, "MEASURED", tmp_path / "accuracy.json")
    monkeypatch.setattr("measuring.BENCHMARKS", tmp_path)
    (tmp_path / "printed.py").write_text("print('| typeface | 8 pt |\\n|---|---:|\\n| Serif | 0 |')")
    kept = {"measured": "2026-01-01", "tables": [{"head": ["scene", "right"], "rows": [["a", "1"]], "note": "So."}]}
    (tmp_path / "accuracy.json").write_text(json.dumps({"tracking": kept}))

    make_accuracy.main(["--only", "printed"])

    measured = json.loads((tmp_path / "accuracy.json").read_text())
    assert measured["tracking"] == kept
    assert measured["printed"]["tables"] == [{"head": ["typeface", "8 pt"], "rows": [["Serif", "0"]], "note": ""}]
    page = (tmp_path / "accuracy.md").read_text()
    assert "| scene | right |\n| --- | ---: |\n| a | 1 |\n\nSo.\n\nMeasured 2026-01-01." in page
    assert "| Serif | 0 |" in page
    assert "## Labelled pictures" not in page  # never measured


def test_a_section_says_what_it_needs(make_accuracy: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="this section needs --data"):
        make_accuracy.main(["--only", "mnist"])
    with pytest.raises(SystemExit, match="2"):
        make_accuracy.main(["--only", "nothing of the kind"])
    assert "no such section: nothing of the kind" in capsys.readouterr().err


def test_times_of_a_benchmark_become_a_table(
    make_accuracy: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("measuring.BENCHMARKS", tmp_path)
    (tmp_path / "times.py").write_text("print('bare OpenCV    7.05 ms  (9 components)\\nratio    2.48\\nand so on')")
    (table,) = make_accuracy.timed_by("times.py", unit="ms")
    assert table.rows == (("bare OpenCV", "7.05"), ("ratio", "2.48"))
