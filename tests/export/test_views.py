"""Views to train the finder on: the truth about them is true, and their chance is the seed's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_export.data.mnist import Digits
from numbre_export.synthesis.drawing import bounds, cover
from numbre_export.synthesis.pages import KINDS, Kind
from numbre_export.synthesis.shards import chosen, save_views
from numbre_export.synthesis.sheet import Mark
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import View, render_view

from .pen_data import tiny_pen

ROOT = Path(__file__).parents[2]
NAMES = [kind.name for kind in KINDS]
WITHOUT_NUMBERS = tuple(kind.name for kind in KINDS if not kind.numbers)


@pytest.fixture(scope="module")
def sources() -> Sources:
    with np.load(ROOT / "tests" / "data" / "mnist_test_100.npz") as digits:
        return Sources.of(Digits(digits["x"], digits["y"]), tiny_pen(), {"5": digits["x"][digits["y"] == 5]})


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_every_kind_renders_views_of_the_shape_asked_for(sources: Sources, kind: Kind) -> None:
    for seed in range(12):
        view = render_view(sources, np.random.default_rng(seed), shape=(96, 120), kinds=[kind])
        assert view.grey.shape == (96, 120)
        assert view.grey.dtype == np.uint8
        assert view.boxes.shape == (len(view.labels), 4)
        assert len(view.hard) == len(view.labels)
        left, top, width, height = view.boxes.T
        assert np.all((left >= 0) & (top >= 0) & (width > 0) & (height > 0))
        assert np.all((left + width <= 120.01) & (top + height <= 96.01))
        assert set(view.labels.tolist()) <= set(range(14))


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_numbers_stand_only_where_a_kind_has_them(sources: Sources, kind: Kind) -> None:
    views = [render_view(sources, np.random.default_rng(seed), kinds=[kind]) for seed in range(12)]
    found = sum(int(((view.labels < 10) & ~view.hard).sum()) for view in views)
    assert (found == 0) == (kind.name in WITHOUT_NUMBERS)


def test_the_same_seed_gives_the_same_view(sources: Sources) -> None:
    first, again, other = (render_view(sources, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert same(first, again)
    assert not same(first, other)


def same(one: View, two: View) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in ("grey", "boxes", "labels", "hard"))


def test_a_view_is_the_same_after_others_were_rendered(sources: Sources) -> None:
    first = render_view(sources, np.random.default_rng(11))
    for seed in range(3):
        render_view(sources, np.random.default_rng(seed))
    assert same(first, render_view(sources, np.random.default_rng(11)))


@pytest.mark.parametrize(("filled", "width"), [(False, 1.3), (False, 4.0), (False, 9.0), (True, 0.0), (True, 4.0)])
def test_bounds_are_tight_around_the_ink_drawn(filled: bool, width: float) -> None:
    line = np.array([[20.3, 30.7], [60.2, 28.1], [41.5, 70.9]], np.float32)
    mark = Mark.of([line], width, filled=filled)
    ink = cover([mark], (100, 120)) > 0.5
    left, top, right, bottom = bounds([mark])[0]
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert abs(columns[0] - left) <= 1
    assert abs(columns[-1] + 1 - right) <= 1
    assert abs(rows[0] - top) <= 1
    assert abs(rows[-1] + 1 - bottom) <= 1


def test_a_dot_is_as_wide_as_the_pen() -> None:
    mark = Mark.of([np.array([[30, 30]], np.float32)], 6.0)
    assert cover([mark], (60, 60)).sum() == pytest.approx(np.pi * 9, rel=0.15)


def test_writers_of_one_part_only_are_drawn(sources: Sources) -> None:
    digits = sources.digits
    used = {part: set(Sources.of(digits, tiny_pen(), {}, part).items) for part in ("train", "validation")}  # type: ignore[arg-type]
    assert used == {"train": {0, 1}, "validation": {2, 3}}


def test_kinds_can_be_left_out_by_name() -> None:
    assert [kind.name for kind in chosen(("comb", "table"))] == [n for n in NAMES if n not in ("comb", "table")]
    with pytest.raises(DataError, match="no kind of page is called combs; there are note"):
        chosen(("combs",))
    with pytest.raises(DataError, match="no kind of page is left"):
        chosen(NAMES)


def test_a_shard_holds_views_one_after_the_other(sources: Sources, tmp_path: Path) -> None:
    views = [render_view(sources, np.random.default_rng(seed)) for seed in range(5)]
    save_views(tmp_path / "shard.npz", views)
    with np.load(tmp_path / "shard.npz") as shard:
        assert shard["grey"].shape == (5, 160, 256)
        for i, view in enumerate(views):
            own = slice(*shard["starts"][i : i + 2])
            assert same(view, View(shard["grey"][i], shard["boxes"][own], shard["labels"][own], shard["hard"][own]))
