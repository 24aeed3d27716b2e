"""How a model wants its patches: shape, number type, scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import ModelError
from numbre_edge.model import Model
from numbre_edge.types import Pixels


def arranged(pixels: Pixels, shape: Sequence[object], dtype: np.dtype[Any], model: Model) -> NDArray[np.generic]:
    """Arrange (N, 28, 28) uint8 ``pixels`` for an input of ``shape``, its first axis the batch.

    A model of somebody else's making may want (N, 784), (N, 28, 28, 1) or
    (N, 1, 28, 28), as floats: any shape that holds 784 values is filled in order.

    Raises:
        ModelError: the input cannot hold a 28x28 patch.
    """
    patch = tuple(size for size in shape[1:] if isinstance(size, int) and size > 0)
    if math.prod(patch) != pixels[0].size or len(patch) != len(shape) - 1:
        raise ModelError(f"{model.path}: its input is {tuple(shape)}; expected one that holds a 28x28 patch")
    arranged = pixels.reshape(len(pixels), *patch)
    if dtype == np.uint8:
        return arranged
    if dtype in (np.float32, np.float16):
        return (arranged * model.card.input.scale + model.card.input.offset).astype(dtype)
    raise ModelError(f"{model.path}: its input is {dtype}; expected uint8 or float32")
