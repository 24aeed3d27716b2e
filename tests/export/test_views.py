"""Views to train the finder on: the truth about them is true, and their chance is the seed's."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from numbre_export.synthesis.pages import KINDS, Kind, cells
from numbre_export.synthesis.pages.page import Page, blank_page
from numbre_export.synthesis.paths import segment
from numbre_export.synthesis.pictures import legible, take
from numbre_export.synthesis.sheet import LABELS, NOTHING, Mark
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.surfaces import Surface
from numbre_export.synthesis.views import View, render_view

NAMES = [kind.name for kind in KINDS]
WITHOUT_NUMBERS = tuple(kind.name for kind in KINDS if not kind.numbers)


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_every_kind_renders_views_of_the_shape_asked_for(sources: Sources, kind: Kind) -> None:
    for seed in range(12):
        view = render_view(sources, np.random.default_rng(seed), shape=(96, 120), kinds=[kind])
        assert view.grey.shape == (96, 120)
        assert view.grey.dtype == np.uint8
        assert view.boxes.shape == (len(view.labels), 4)
        assert len(view.hard) == len(view.labels)
        left, top, width, height = view.boxes.T
        assert np.all((left > -1e-3) & (top > -1e-3) & (width > 0) & (height > 0))
        assert np.all((left + width <= 120.01) & (top + height <= 96.01))
        assert set(view.labels.tolist()) <= set(LABELS.values())


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


def clean_page(sources: Sources, rng: np.random.Generator, *, height: float = 30) -> Page:
    """An empty page without grain or light, as a drawing program has it."""
    page = blank_page(sources, rng, (160, 256), height)
    page.surface, page.style, page.other = Surface(tone=1.0, fibre=0, cloud=0), "shown", None
    page.ink = replace(page.ink, tone=0.0, density=1.0, grain=0, patches=0, pooling=0, bleed=0, rough=0)
    page.hand = page.near(gap=0.5, joins=0.0, nib=0.0)
    return page


@pytest.mark.parametrize("seed", range(8))
def test_boxes_are_tight_around_the_ink(sources: Sources, seed: int) -> None:
    rng = np.random.default_rng(seed)
    page = clean_page(sources, rng)
    page.lay(page.hand.write("0123-56", 20, 60, rng) + page.hand.write("47/8,9", 20, 120, rng))
    picture = take(page, page.view, rng, plain=True)

    ink = np.abs(picture.grey.astype(int) - int(np.median(picture.grey))) > 127
    assert picture.labels.tolist() == [0, 1, 2, 3, 12, 5, 6, 4, 7, 13, 8, 11, 9]
    around = np.zeros_like(ink)
    for left, top, right, bottom in np.rint(picture.edges).astype(int).clip(0).tolist():
        inside = ink[top:bottom, left:right]
        rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        if right < ink.shape[1]:  # not cut
            assert max(rows[0], bottom - top - 1 - rows[-1], columns[0], right - left - 1 - columns[-1]) <= 2
        around[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1] = True
    assert not (ink & ~around).any()


def test_what_the_border_cuts_is_hard_and_what_it_hides_is_gone(sources: Sources) -> None:
    rng = np.random.default_rng(3)
    page = clean_page(sources, rng, height=60)
    page.lay(page.hand.write("88888888", 10, 100, rng))
    picture = take(page, page.view, rng)
    whole = int((picture.edges[:, 2] <= 256).sum())
    from numbre_export.synthesis.views import _view

    view = _view((160, 256), [(picture, 0, 0)], rng)
    assert whole < 8
    assert whole <= len(view.labels) <= whole + 1
    assert not view.hard[:whole].any()


def test_digits_beyond_the_sheet_s_edge_are_gone(sources: Sources) -> None:
    rng = np.random.default_rng(5)
    page = clean_page(sources, rng)
    page.lay(page.hand.write("0000000", 10, 100, rng))
    page.sheet, page.desk = (-50, -50, 100, 300), Surface(tone=0.3)
    picture = take(page, page.view, rng)
    starts = picture.edges[:, 0]
    in_sight = starts < 256
    assert not picture.hard[0]
    assert 2 <= in_sight.sum() < 5
    assert starts[in_sight].max() < 100


def test_ink_that_noise_hides_is_not_legible() -> None:
    rng = np.random.default_rng(0)
    written = np.zeros((60, 60), np.float32)
    cv2.rectangle(written, (20, 15), (40, 45), (1.0,), 3)
    edges = np.array([[18, 13, 43, 48]], np.float32)

    def told(contrast: float, noise: float) -> bool:
        grey = 180 - contrast * written + rng.normal(0, noise, written.shape)
        return bool(legible(np.clip(grey, 0, 255).astype(np.uint8), written, 1 - written, edges)[0])

    assert told(120, 5)
    assert told(25, 5)
    assert not told(2, 1)
    assert not told(20, 40)


def test_pages_upside_down_are_not_to_be_read(sources: Sources) -> None:
    from numbre_export.synthesis.views import _EITHER_WAY, _turned

    upright = render_view(sources, np.random.default_rng(1), kinds=[kind for kind in KINDS if kind.name == "rows"])
    for seed in range(6):
        view = _turned(upright, np.random.default_rng(seed))
        assert view.grey.shape == upright.grey.shape
        assert view.hard.all()
        assert set(view.labels.tolist()) <= set(_EITHER_WAY)


def test_most_points_and_commas_have_room_of_their_own(sources: Sources) -> None:
    free = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        page = clean_page(sources, rng)
        page.hand = page.near(gap=-0.1, slant=0.0)
        before, point, after = (
            mark.path.extent() for mark in page.hand.write("7.7" if seed % 2 else "7,7", 20, 60, rng)
        )
        free += before[2] <= point[0] and point[2] <= after[0]
    assert 25 < free < 60


def test_a_link_goes_to_where_the_next_digit_begins_or_level_into_its_ink(sources: Sources) -> None:
    rng = np.random.default_rng(2)
    height, level, begun = 60.0, 0, 0
    for _ in range(40):
        hand = clean_page(sources, rng, height=height).near(
            writer=sources.taught(rng, square=False), gap=0.15, joins=1.0, slant=0.0
        )
        marks = hand.write("21", 20, 100, rng)
        if len(marks) < 3:
            continue  # the foot of this 2 reaches as far as the 1
        two, link, one = marks
        assert [mark.label for mark in marks] == [2, NOTHING, 1]
        first, last = link.path.points[0], link.path.points[-1]
        assert np.array_equal(first, two.path.points[-1])
        left, _, right, _ = one.path.extent()
        if np.array_equal(last, one.path.points[0]):
            begun += 1
        else:
            level += 1
            assert abs(last[1] - first[1]) < 0.1 * height
            assert left - 1 <= last[0] <= right + 0.15 * height
    assert min(level, begun) > 3


@pytest.mark.parametrize(("digit", "guided", "anywhere"), [("1", True, True), ("7", True, False), ("1", False, False)])
def test_ones_alone_stand_anywhere_along_a_printed_eight(
    sources: Sources, monkeypatch: pytest.MonkeyPatch, digit: str, guided: bool, anywhere: bool
) -> None:
    middles: list[float] = []
    monkeypatch.setattr(cells, "_guide", lambda *_: [Mark.of([segment(0, 0, 10, 0)], 1.0)] if guided else [])
    monkeypatch.setattr(cells, "centred", lambda page, marks, x, y: middles.append(x) or marks)
    monkeypatch.setattr(cells.numerals, "digits", lambda *_: digit)
    rng = np.random.default_rng(8)
    written = columns = 0
    for _ in range(12):
        cells.comb(clean_page(sources, rng))
        written, columns = written + len(middles), columns + len(set(middles))
        middles.clear()
    assert (columns > 0.9 * written) == anywhere
