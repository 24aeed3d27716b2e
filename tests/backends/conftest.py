"""MNIST digits, and what the tiny model says of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import open_backend
from tests.backends.models import TINY, MnistSample


@pytest.fixture
def digits(mnist_sample: MnistSample) -> NDArray[np.uint8]:
    return mnist_sample[0]


@pytest.fixture
def expected(digits: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the tiny model says of the digits, run by onnxruntime."""
    return open_backend("onnx", TINY).predict(digits)
