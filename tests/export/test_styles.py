"""European hands: strokes are added to 0, 1, 2 and 7, and to nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from numbre_edge.types import Pixels
from numbre_export.data.mnist import Digits
from numbre_export.synthesis.styles import european


def styled(digits: Digits, label: int, seed: int) -> list[tuple[Pixels, Pixels]]:
    rng = np.random.default_rng(seed)
    return [(image, european(image, label, rng)) for image in digits.images[digits.labels == label]]


def added(before: Pixels, after: Pixels) -> Pixels:
    """Return where ink came: (28, 28) bool."""
    return np.asarray(after > before.astype(int) + 100)


@pytest.mark.parametrize("label", [3, 4, 5, 6, 8, 9])
def test_other_digits_stay_as_they_are(held_out: Digits, label: int) -> None:
    assert all(after is before for before, after in styled(held_out, label, 0))


@pytest.mark.parametrize("label", [0, 1, 2, 7])
def test_strokes_are_added_and_none_is_taken_away(held_out: Digits, label: int) -> None:
    pairs = styled(held_out, label, 0)
    for before, after in pairs:
        assert (after.shape, after.dtype) == ((28, 28), np.uint8)
        # Thick pens are thinned, but what is well within a stroke is ink as before.
        assert after[cv2.erode(before, np.ones((3, 3), np.uint8)) > 200].min(initial=255) > 100
    assert sum(added(*pair).sum() >= 4 for pair in pairs) >= 0.7 * len(pairs)


@pytest.mark.parametrize("label", [0, 1, 2, 7])
def test_the_generator_decides(held_out: Digits, label: int) -> None:
    first, again, other = ([after for _, after in styled(held_out, label, seed)] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_seven_s_bar_is_level_and_about_the_middle(held_out: Digits) -> None:
    for before, after in styled(held_out, 7, 0):
        ink, new = np.argwhere(before > 100), np.argwhere(added(before, after))
        if len(new):
            top, bottom = ink[:, 0].min(), ink[:, 0].max()
            assert 0.25 < (new[:, 0].mean() - top) / (bottom - top) < 0.8
            assert np.ptp(new[:, 1]) > np.ptp(new[:, 0])


def test_a_two_s_curl_is_in_its_upper_half(held_out: Digits) -> None:
    for before, after in styled(held_out, 2, 0):
        ink, new = np.argwhere(before > 100), np.argwhere(added(before, after))
        if len(new):
            assert np.median(new[:, 0]) < ink[:, 0].min() + 0.6 * np.ptp(ink[:, 0])


def test_a_nought_s_slash_goes_through_its_middle(held_out: Digits) -> None:
    filled = [after[12:16, 12:16].mean() - before[12:16, 12:16].mean() for before, after in styled(held_out, 0, 0)]
    assert np.median(filled) > 60


def test_a_one_gets_wider_at_its_top_or_foot(held_out: Digits) -> None:
    for before, after in styled(held_out, 1, 0):
        columns = [np.flatnonzero((image > 100).any(0)) for image in (before, after)]
        assert np.ptp(columns[1]) >= np.ptp(columns[0])


def test_a_faint_scrap_is_left_alone() -> None:
    scrap = np.zeros((28, 28), np.uint8)
    scrap[14, 14] = 255
    assert european(scrap, 7, np.random.default_rng(0)) is scrap
