"""Touching digits are cut so that each of them is one of the ways of putting the segments together."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from numbre_edge.vision.splitting import Segmentation, split

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
Mask = NDArray[np.bool_]
HEIGHT = 60


def whole(digit: NDArray[np.uint8]) -> Mask:
    """The ink of one digit, cropped, ``HEIGHT`` pixels high."""
    mask = digit > 100
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    ink = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    factor = HEIGHT / ink.shape[0]
    return np.asarray(cv2.resize(ink, (max(3, round(ink.shape[1] * factor)), HEIGHT)) > 100)


def touching(left: Mask, right: Mask) -> tuple[Mask, Mask]:
    """Push two digits together until their ink meets; return the ink of each, on one field."""
    width = left.shape[1] + right.shape[1]
    one, other = np.zeros((HEIGHT, width), np.bool_), np.zeros((HEIGHT, width), np.bool_)
    one[:, : left.shape[1]] = left
    for x in range(left.shape[1], 0, -1):
        other[:] = False
        other[:, x : x + right.shape[1]] = right
        if (cv2.dilate(one.astype(np.uint8), np.ones((3, 3), np.uint8))[other]).any():
            break
    used = np.flatnonzero((one | other).any(0))[-1] + 1
    return one[:, :used], other[:, :used]


def of_span(segmentation: Segmentation, first: int, end: int) -> Mask:
    return np.asarray((segmentation.labels > first) & (segmentation.labels <= end))


def overlap(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def pairs(sample: MnistSample) -> list[tuple[Mask, Mask]]:
    """Every digit of the sample touching the one seven places on."""
    digits = [whole(digit) for digit in sample[0]]
    return [touching(digits[i], digits[(i + 7) % len(digits)]) for i in range(len(digits))]


def test_each_of_two_touching_digits_is_one_of_the_spans(mnist_sample: MnistSample) -> None:
    right = 0
    for one, other in pairs(mnist_sample):
        segmentation = split([one | other])[0]
        best = [
            max(overlap(of_span(segmentation, span.first, span.end), digit) for span in segmentation.spans)
            for digit in (one, other)
        ]
        right += min(best) > 0.85

    assert right >= 85  # of 100


def test_the_whole_is_one_of_the_spans(mnist_sample: MnistSample) -> None:
    for one, other in pairs(mnist_sample)[::10]:
        segmentation = split([one | other])[0]
        assert (0, segmentation.count) in [span[:2] for span in segmentation.spans]
        np.testing.assert_array_equal(of_span(segmentation, 0, segmentation.count), one | other)


def test_every_piece_is_in_some_span_and_spans_lie_within_the_pieces(mnist_sample: MnistSample) -> None:
    for one, other in pairs(mnist_sample):
        segmentation = split([one | other])[0]
        assert all(0 <= first < end <= segmentation.count for first, end, _ in segmentation.spans)
        assert len(set(segmentation.spans)) == len(segmentation.spans)
        for segment in range(segmentation.count):
            assert any(first <= segment < end for first, end, _ in segmentation.spans)


def test_pieces_come_from_left_to_right(mnist_sample: MnistSample) -> None:
    for one, other in pairs(mnist_sample)[::5]:
        segmentation = split([one | other])[0]
        middles = [np.nonzero(segmentation.labels == segment + 1)[1].mean() for segment in range(segmentation.count)]
        assert middles == sorted(middles)


@pytest.mark.parametrize("value", [1, 7])
def test_narrow_ink_is_offered_whole_only(value: int, mnist_sample: MnistSample) -> None:
    digits, labels = mnist_sample
    for digit in digits[labels == value]:
        mask = whole(digit)
        if mask.shape[1] < 0.5 * HEIGHT:
            segmentation = split([mask])[0]
            assert [span[:2] for span in segmentation.spans] == [(0, 1)]


def test_a_row_of_touching_digits_is_cut_in_a_few_milliseconds_worth_of_candidates(mnist_sample: MnistSample) -> None:
    row = whole(mnist_sample[0][0])
    for digit in mnist_sample[0][1:6]:
        row = np.logical_or(*touching(row, whole(digit)))

    segmentation = split([row])[0]

    assert segmentation.count >= 6
    assert len(segmentation.spans) <= 60


INK = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=70))


@settings(max_examples=60)
@given(INK)
def test_the_pieces_partition_the_ink(mask: Mask) -> None:
    if not mask.any():
        return

    segmentation = split([mask])[0]

    np.testing.assert_array_equal(segmentation.labels > 0, mask)
    assert segmentation.labels.max() <= segmentation.count
    assert segmentation.count >= 1
