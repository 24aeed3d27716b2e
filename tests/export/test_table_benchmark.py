"""benchmarks/tables.py renders what it says, and counts cells where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from numpy.random import default_rng

from numbre_export.data.mnist import Digits
from numbre_export.synthesis.sources import Sources
from tests.export.pen_data import tiny_pen
from tests.modules import loaded

FILE = Path(__file__).parents[2] / "benchmarks" / "tables.py"


@pytest.fixture(scope="module")
def tables() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FILE.parent)
        yield loaded(FILE)


@pytest.mark.parametrize("kind", ["ruled", "boxed", "aligned", "squared", "perspective"])
def test_a_table_is_rendered_with_what_is_written_in_it(tables: ModuleType, kind: str, held_out: Digits) -> None:
    sources = Sources.of(held_out, tiny_pen(), {}, "validation")

    grey, texts = tables.table(sources, kind, default_rng(0))

    assert min(grey.shape) > 60
    assert grey.std() > 3
    assert 3 <= len(texts) < 8
    assert 2 <= len(texts[0]) < 6
    assert all(any(row) for row in texts)


def test_cells_count_where_they_stand(tables: ModuleType) -> None:
    texts = [["12", ""], ["", "7"], ["3", "4"]]

    assert tables.right(texts, texts) == 4
    assert tables.right(texts, [["", "", ""], ["", "12", ""], ["", "", "7"], ["", "3", "4"]]) == 4
    assert tables.right(texts, [["12", ""], ["7", ""], ["3", "5"]]) == 2
    assert tables.right(texts, []) == 0


def test_photographs_count_in_reading_order(tables: ModuleType) -> None:
    assert tables.in_order(["1", "2", "3"], ["1", "9", "3"]) == 2
    assert tables.in_order(["1", "2"], ["2", "1"]) == 1
    assert tables.in_order(["1"], []) == 0
