"""BHMSDS: which of its symbols are digits, which are none, and what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import normalize
from numbre_edge.vocabulary import NOT_A_DIGIT, WHOLE
from numbre_export.data.symbols import UNSEEN_SYMBOLS, load_symbols, unseen_symbols

NAMES = ("0", "1", "7", "dot", "minus", "plus", "slash", "w", "x", "y", "z")
NONE = WHOLE.column(NOT_A_DIGIT)


def symbol(name: str) -> Pixels:
    """Return a picture of its own for each name: (28, 28) uint8, dark on white."""
    rng = np.random.default_rng(NAMES.index(name))
    small = (rng.random((5, 5)) < 0.5).astype(np.uint8) * 255
    small[0, 0] = small[4, 4] = 255
    return np.asarray(255 - cv2.resize(np.pad(small, 1), (28, 28), interpolation=cv2.INTER_NEAREST), np.uint8)


@pytest.fixture
def bhmsds(tmp_path: Path) -> Path:
    """A file of the form of BHMSDS: two pictures a symbol."""
    path = tmp_path / "bhmsds.npz"
    images = np.stack([symbol(name) for name in NAMES for _ in range(2)])
    np.savez(path, x=images, y=np.repeat(np.arange(len(NAMES), dtype=np.uint8), 2), names=np.array(NAMES))
    return path


def test_symbols_are_digits_or_none_and_digits_to_the_eye_are_left_out(bhmsds: Path) -> None:
    symbols = load_symbols(bhmsds)
    assert symbols.labels.tolist() == [0, 0, 1, 1, 7, 7] + [NONE] * 12  # dot minus plus w x y
    there = {image.tobytes() for image in symbols.images}
    assert normalize(255 - symbol("x")).tobytes() in there
    for name in ("slash", "z"):
        assert normalize(255 - symbol(name)).tobytes() not in there


def test_unseen_symbols_are_whole_and_none_of_them_a_digit(bhmsds: Path) -> None:
    unseen = unseen_symbols(bhmsds)
    assert unseen.labels.tolist() == [NONE] * 2 * len(UNSEEN_SYMBOLS)
    assert {image.tobytes() for image in unseen.images} == {
        normalize(255 - symbol(name)).tobytes() for name in UNSEEN_SYMBOLS
    }


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    images, labels, names = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8), np.array(["x"])
    for arrays, message in (
        ({"images": images}, r"other\.npz: has no x, y, names; expected BHMSDS as x \(N, 28, 28\) uint8"),
        ({"x": images / 255, "y": labels, "names": names}, "expected BHMSDS .*; found x .* float64"),
        ({"x": images, "y": labels[:2], "names": names}, r"found x \(3, 28, 28\) uint8, y \(2,\)"),
        ({"x": images, "y": np.int64(3), "names": names}, r"found x \(3, 28, 28\) uint8, y \(\) int64"),
        ({"x": images, "y": labels[:, np.newaxis], "names": names}, r"found x \(3, 28, 28\) uint8, y \(3, 1\)"),
        ({"x": images, "y": labels, "names": np.array(["²", "10"])}, "holds none of the symbols .*; its names are ²"),
        ({"x": images, "y": labels, "names": np.array(["q"])}, "holds none of the symbols .*; its names are q"),
    ):
        np.savez(path, **arrays)
        for load in (load_symbols, unseen_symbols):
            with pytest.raises(DataError, match=message):
                load(path)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 junk", b"\x93NUMPY"])
def test_what_is_no_npz_is_refused_with_what_was_expected(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bhmsds.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"bhmsds\.npz: .*expected .*BHMSDS as x"):
        load_symbols(path)
