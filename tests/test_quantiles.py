"""Quantiles are numpy's, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_edge.quantiles import median, quantile


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 50])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.75, 0.9, 0.98, 1.0])
def test_quantiles_of_whole_numbers_and_doubles_are_those_of_numpy(count: int, share: float) -> None:
    rng = np.random.default_rng(count)
    for values in (rng.integers(0, 256, count).astype(np.uint8), rng.normal(0, 1000, count), rng.random(count)):
        assert quantile(values, share) == np.quantile(values, share)
        assert median(values) == np.median(values)


def test_bytes_are_no_sum_of_bytes_and_lists_and_pictures_will_do() -> None:
    assert median(np.array([250, 252], np.uint8)) == 251
    assert median([3, 1, 2, 10]) == 2.5
    assert median(np.array([[1, 2], [3, 9]])) == 2.5
