"""What other libraries say when they can do no more, in words for the person at the terminal."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError, memory_errors


@pytest.mark.parametrize(
    "work",
    [
        lambda: np.empty(2**60, np.uint8),
        lambda: cv2.resize(np.zeros((1, 1), np.uint8), (2**30, 2**19)),
        lambda: bytes(2**60),
    ],
    ids=["numpy", "opencv", "python"],
)
def test_running_out_of_memory_is_an_error_of_ours(work: Callable[[], object]) -> None:
    with (
        pytest.raises(SourceError, match="out of memory: close other programs, or scale the picture down"),
        memory_errors(),
    ):
        work()


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(cv2.error, match=r"!ssize\.empty"), memory_errors():
        cv2.resize(np.zeros((0, 0), np.uint8), (1, 1))
