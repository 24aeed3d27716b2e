"""Pen trajectories: the file is checked before it is used, and made of the two collections as its README says."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_export.data.pen import DIGIT, KINDS, LOWER, NUMBER, SYMBOL, UPPER, WORD, load_pen
from numbre_export.data.pen_items import kind_of, pendigits_items
from numbre_export.data.pen_strokes import main, simplified
from numbre_export.data.unipen import components, expand, pick

from .pen_data import tiny_pen

HEADER = ".VERSION 1.0\n.COORD X Y T\n.WRITER_ID Ann-1\n"


def stroke(*points: tuple[int, int]) -> str:
    return ".PEN_DOWN\n" + "".join(f"{x} {y} 0\n" for x, y in points) + ".PEN_UP\n"


@pytest.fixture
def collections(tmp_path: Path) -> tuple[Path, Path]:
    """A UNIPEN distribution of one file, and pendigits of two halves."""
    data, include = tmp_path / "unipen" / "data", tmp_path / "unipen" / "include"
    (data / "1a" / "xyz").mkdir(parents=True)
    (data / "6" / "xyz").mkdir(parents=True)
    (include / "xyz").mkdir(parents=True)
    # y points up there: a seven, a one in two pieces of one stroke, a word, a speck beside a digit, a point.
    strokes = (
        HEADER
        + stroke((0, 100), (60, 100), (20, 0))  # 0
        + stroke((200, 100), (200, 0))  # 1
        + stroke((300, 0), (320, 60), (340, 0), (360, 60), (380, 0))  # 2
        + stroke((500, 100), (500, 0))  # 3
        + stroke((540, 90), (541, 90))  # 4: a speck
        + stroke((600, 10))  # 5
    )
    (include / "xyz" / "one.dat").write_text(strokes)
    (data / "1a" / "xyz" / "a.dat").write_text(
        '.INCLUDE xyz/one.dat\n.SEGMENT DIGIT 0 OK "7"\n.SEGMENT DIGIT 1 OK "1"\n.SEGMENT DIGIT 1 BAD "4"\n'
        '.SEGMENT DIGIT 3-4 OK "1"\n.SEGMENT SYMBOL 5 OK "."\n.SEGMENT DIGIT 90 OK "3"\n'
    )
    (data / "6" / "xyz" / "a.dat").write_text('.INCLUDE xyz/one.dat\n.SEGMENT WORD 2 OK "www"\n')
    pendigits = tmp_path / "pendigits"
    pendigits.mkdir()
    for half in ("tra", "tes"):
        (pendigits / f"pendigits-orig.{half}").write_text(
            '.COORD X Y\n.SEGMENT DIGIT 0 ? "8"\n.COMMENT 8 3 0\n.PEN_DOWN\n0 10\n10 0\n0 0\n10 10\n.PEN_UP\n'
        )
    return tmp_path / "unipen", pendigits


def test_the_collections_become_one_file(
    collections: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unipen, pendigits = collections
    assert main([str(unipen), "--pendigits", str(pendigits), str(tmp_path / "pen.npz")]) == 0

    pen = load_pen(tmp_path / "pen.npz")
    assert Counter(zip(pen.kind.tolist(), pen.label.tolist(), strict=True)) == {
        (DIGIT, "7"): 1,
        (DIGIT, "1"): 1,
        (DIGIT, "8"): 2,
        (SYMBOL, "."): 1,
        (WORD, "www"): 1,
    }
    seven = pen.label.tolist().index("7")
    assert [s.tolist() for s in pen.strokes(seven)] == [[[0, 0], [600, 0], [200, 1000]]]  # y down, 1000 high
    assert pen.size[seven] == 1
    assert pen.size[pen.label.tolist().index("www")] == pytest.approx(0.8)
    eights = [i for i, label in enumerate(pen.label) if label == "8"]
    assert pen.writer[eights[0]] != pen.writer[eights[1]]  # numbered anew in each half
    told = capsys.readouterr().out
    assert "digit: 4" in told
    assert "left out: digit: with a speck: 1" in told
    assert "left out: marked BAD, once for each category: 1" in told
    assert "left out: xyz: range without strokes: 1" in told


def test_the_same_collections_give_the_same_file(collections: tuple[Path, Path], tmp_path: Path) -> None:
    files = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for file in files:
        assert main([str(collections[0]), str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_compressed_half_is_read_too(collections: tuple[Path, Path]) -> None:
    plain = pendigits_items(collections[1], Counter())
    half = collections[1] / "pendigits-orig.tra"
    packed = subprocess.run(["gzip", "-c", str(half)], capture_output=True, check=True).stdout
    half.with_name("pendigits-orig.tra.Z").write_bytes(packed)
    half.unlink()
    assert [item.label for item in pendigits_items(collections[1], Counter())] == [item.label for item in plain]


def test_what_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "pen.npz")]) == 1
    assert f"error: {tmp_path}: has no data/1a" in capsys.readouterr().err
    with pytest.raises(DataError, match=r"has neither pendigits-orig\.tra nor pendigits-orig\.tra\.Z"):
        pendigits_items(tmp_path, Counter())


def test_ranges_name_components_and_points_in_them() -> None:
    left_out: Counter[str] = Counter()
    parts = components(HEADER + stroke((0, 0), (1, 1), (2, 2)) + stroke((5, 5), (6, 6)), left_out)
    assert [part.writer for part in parts] == ["Ann-1", "Ann-1"]

    def points(ranges: str) -> list[list[list[float]]] | None:
        chosen = pick(parts, ranges)
        return None if chosen is None else [part.points.tolist() for part in chosen]

    assert points("0-1") == [[[0, 0], [1, 1], [2, 2]], [[5, 5], [6, 6]]]
    assert points("0:1-1:0") == [[[1, 1], [2, 2]], [[5, 5]]]
    assert points("0:1") == [[[1, 1]]]
    assert points("1,0") == [[[5, 5], [6, 6]], [[0, 0], [1, 1], [2, 2]]]
    assert points("2") is None
    assert points("a") is None


def test_included_files_include_others_and_what_is_missing_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\n.INCLUDE b\n")
    (tmp_path / "b").write_text("two\n.INCLUDE c\n")
    left_out: Counter[str] = Counter()
    assert expand(".INCLUDE a\n", tmp_path, left_out).split() == ["one", "two"]
    assert left_out == {"include missing: c": 1}
    (tmp_path / "round").write_text(".INCLUDE round\n")
    assert expand(".INCLUDE round\n", tmp_path, left_out).strip() == ""


def test_a_line_that_cannot_be_read_costs_no_more_than_itself() -> None:
    left_out: Counter[str] = Counter()
    (part,) = components(".COORD X Y\n.PEN_DOWN\n1 2\nx y\n3 4\n", left_out)
    assert part.points.tolist() == [[1, 2], [3, 4]]
    assert left_out == {"line of a stroke unreadable": 1}


@pytest.mark.parametrize(
    ("label", "category", "kind"),
    [
        ("7", "1a", DIGIT),
        ("Q", "1b", UPPER),
        ("q", "1c", LOWER),
        ("+", "1d", SYMBOL),
        ("é", "1d", None),
        ("12.50", "8", NUMBER),
        ("12.50", "2", None),
        ("...", "8", None),
        ("tea", "6", WORD),
        ("abcdefghijklmnopqrstuvwxyz", "7", None),
    ],
)
def test_kinds_are_told_by_the_label(label: str, category: str, kind: int | None) -> None:
    assert kind_of(label, category) == kind


def test_points_are_dropped_where_the_line_stays_as_near() -> None:
    line = np.array([[0, 0], [50, 3], [100, 0], [100, 100]], np.float32)
    assert simplified(line, 4).tolist() == [[0, 0], [100, 0], [100, 100]]
    assert simplified(line, 2).tolist() == line.tolist()
    there_and_back = np.array([[0, 0], [50, 0], [0, 0]], np.float32)
    assert simplified(there_and_back, 4).tolist() == there_and_back.tolist()


def save(path: Path, **changes: Any) -> Path:
    np.savez(path, **{**asdict(tiny_pen()), **changes})
    return path


def test_trajectories_are_loaded_as_they_were_saved(tmp_path: Path) -> None:
    pen = load_pen(save(tmp_path / "pen.npz"))
    for name, array in asdict(tiny_pen()).items():
        assert np.array_equal(getattr(pen, name), array, equal_nan=name == "size")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: {"points": a["points"].astype(float)}, r"points is \(\d+, 2\) float64, expected pen trajectories"),
        (lambda a: {"label": a["label"][:-1]}, r"\d+ of kind for \d+ labels"),
        (lambda a: {"item_start": a["item_start"][:-1]}, r"item_start has \d+ entries for \d+ items"),
        (lambda a: {"writer": a["writer"][:-1]}, "of writer for"),
        (lambda a: {"stroke_start": a["stroke_start"][::-1]}, "stroke_start does not rise from 0 to"),
        (lambda a: {"points": a["points"][:-1]}, "stroke_start does not rise from 0 to"),
        (lambda a: {"kind": a["kind"] + len(KINDS)}, "kind holds 11; expected 0 to 5"),
        (lambda a: {"part": a["part"] + 3}, "part holds 5; expected 0 to 2"),
    ],
)
def test_a_damaged_file_is_refused(
    change: Callable[[dict[str, Any]], dict[str, Any]], message: str, tmp_path: Path
) -> None:
    path = save(tmp_path / "pen.npz", **change(asdict(tiny_pen())))
    with pytest.raises(DataError, match=message):
        load_pen(path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"pen\.npz: no such file"):
        load_pen(tmp_path / "pen.npz")
    np.savez(tmp_path / "pen.npz", points=np.zeros((1, 2), np.int16))
    with pytest.raises(DataError, match="has no stroke_start, item_start"):
        load_pen(tmp_path / "pen.npz")
    (tmp_path / "pen.npz").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"is not a readable \.npz"):
        load_pen(tmp_path / "pen.npz")
