"""A picture that every format can hold."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sources.encoding import INK, WHITE


@pytest.fixture
def seven() -> NDArray[np.uint8]:
    """A blue 7 on grey paper, (60, 80, 3) BGR: wider than high, so that a rotation shows."""
    pixels = np.full((60, 80, 3), WHITE, np.uint8)
    cv2.putText(pixels, "7", (22, 50), cv2.FONT_HERSHEY_SIMPLEX, 2, INK, 5)
    return pixels
