"""Pages of print, displays and counters: what is lit, what stands between two drums, whose typefaces."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_export.synthesis.backdrops import part_of, photograph, pictures
from numbre_export.synthesis.pages import PRINTED, Kind
from numbre_export.synthesis.pages.counters import counter
from numbre_export.synthesis.pages.page import Page, blank_page
from numbre_export.synthesis.segments import SEGMENTED, segment_shape
from numbre_export.synthesis.shapes import type_shape, typefaces
from numbre_export.synthesis.sheet import NOTHING
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import render_view

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
SERIF = str(FONTS / "DejaVuSerif.ttf")


@pytest.mark.parametrize("kind", PRINTED, ids=[kind.name for kind in PRINTED])
def test_numbers_stand_only_where_a_kind_has_them(sources: Sources, kind: Kind) -> None:
    views = [render_view(sources, np.random.default_rng(seed), kinds=[kind]) for seed in range(12)]
    assert bool(sum(int(((view.labels < 10) & ~view.hard).sum()) for view in views)) == kind.numbers


def test_a_digit_of_segments_has_as_many_as_are_lit() -> None:
    for make in range(40):
        lit = {character: len(segment_shape(character, make).path.ends) for character in SEGMENTED}
        assert lit["8"] == 7
        assert (lit["1"], lit["4"], lit["0"], lit["-"], lit["."]) == (2, 4, 6, 1, 1)
        assert segment_shape("8", make).extent[1] == pytest.approx(1, abs=0.01)
    assert {len(segment_shape("7", make).path.ends) for make in range(40)} == {3, 4}


def pages(sources: Sources, count: int) -> list[Page]:
    made = []
    for seed in range(count):
        page = blank_page(sources, np.random.default_rng(seed), (160, 256), 30)
        counter(page)
        made.append(page)
    return made


def test_a_counter_is_one_number_and_a_drum_between_two_digits_is_hard(sources: Sources) -> None:
    seen: Counter[bool] = Counter()
    for page in pages(sources, 60):
        drums = [mark for layer in page.layers if layer.ink is page.ink for mark in layer.marks]  # no words on the case
        number = [mark for mark in drums if mark.label != NOTHING]
        assert [mark.linked for mark in number] == [True] * (len(number) - 1) + [False]
        feet = [float(mark.path.points[:, 1].max()) for mark in number]
        for mark, foot in zip(number, feet, strict=True):
            away = abs(foot - float(np.median(feet))) / 30
            assert mark.hard or away < 0.6
            seen[mark.hard] += 1
    assert seen[True] > 5
    assert seen[False] > 100


def test_type_from_a_file_has_digits_one_unit_high() -> None:
    assert type_shape(SERIF, "8").extent[1] == pytest.approx(1, abs=0.01)
    assert type_shape(SERIF, "7").extent[1] == pytest.approx(1, abs=0.05)


def test_typefaces_are_those_with_digits_and_letters_by_family() -> None:
    families = typefaces(FONTS)
    assert SERIF in families["DejaVu Serif"]
    assert not any("STIXSiz" in path for paths in families.values() for path in paths)  # brackets alone


def test_a_folder_without_fonts_or_pictures_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_bytes(b"not a font")
    for find in (typefaces, pictures):
        with pytest.raises(DataError, match=str(tmp_path)):
            find(tmp_path)


def test_a_photograph_is_seen_in_parts_and_shows_no_number(sources: Sources, tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    for number in range(12):
        cv2.imwrite(str(tmp_path / f"{number:02d}.png"), picture)
    part = part_of(photograph(tmp_path / "00.png"), (40, 60), np.random.default_rng(1))
    assert part.shape == (40, 60)
    assert part.min() >= -0.2
    assert part.max() <= 1.2
    seen = replace(sources, photographs=pictures(tmp_path))
    kinds = [kind for kind in PRINTED if kind.name == "photograph"]
    views = [render_view(seen, np.random.default_rng(seed), kinds=kinds) for seed in range(4)]
    assert all(not len(view.labels[~view.hard]) for view in views)
