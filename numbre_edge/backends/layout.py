"""How a model wants its patches, or tiles: number type, shape, and how many at once."""

from __future__ import annotations

import math

import numpy as np

from numbre_edge.backends.session import Batch, Session
from numbre_edge.errors import ModelError
from numbre_edge.model import Model
from numbre_edge.types import Pixels

_MOST_AT_ONCE = 1024  # of a fixed batch, which is filled up: what a file says must not take all memory


class Layout:
    """The input of a model, as its runtime and its card agree on it.

    A model of somebody else's making may want (N, 784), (N, 28, 28, 1) or
    (N, 1, 28, 28), as floats: any shape that holds as many values as its card's is filled in order.

    Attributes:
        batch: how many patches it takes at a time, no more and no fewer; None where that is free.

    Raises:
        ModelError: they do not agree, or the input cannot hold what the card says.
    """

    def __init__(self, model: Model, session: Session) -> None:
        self._card = card = model.card.input
        batch, *patch = session.shape if session.shape else (None,)
        self._patch = tuple(size for size in patch if size)
        size = model.card.size
        if math.prod(self._patch) != math.prod(size) or len(self._patch) != len(patch):
            wanted = "x".join(map(str, size))
            raise ModelError(f"{model.path}: its input is {_told(session)}; expected one that holds a {wanted} patch")
        if card.shape not in (None, self._patch):
            raise ModelError(
                f"{model.path}: its input is {_told(session)}, its card's input.shape says {list(card.shape or ())}: "
                f"make that {list(self._patch)}, or leave it out"
            )
        if batch is not None and batch > _MOST_AT_ONCE:
            raise ModelError(
                f"{model.path}: its input is {_told(session)}, too many at once; export it for any number, "
                f"or for {_MOST_AT_ONCE} at most"
            )
        if session.dtype not in ("uint8", "float32"):
            raise ModelError(f"{model.path}: its input is {_told(session)}; expected uint8 or float32")
        if session.dtype != card.dtype:
            raise ModelError(
                f"{model.path}: its input is {_told(session)}, its card's input.dtype says {card.dtype}: "
                f"make that {session.dtype}" + (", and give scale and offset" if session.dtype == "float32" else "")
            )
        stated = (card.quantization_scale, card.quantization_zero_point)
        if stated not in ((None, None), session.quantization):
            raise ModelError(
                f"{model.path}: its input's quantization_scale and quantization_zero_point are "
                f"{session.quantization or 'none'}; its card says {stated}"
            )
        self.batch = batch

    def arranged(self, pixels: Pixels) -> Batch:
        """Return uint8 ``pixels``, N of the card's shape, as the model wants them; with a fixed batch, filled up."""
        missing = (self.batch or len(pixels)) - len(pixels)
        if missing:
            pixels = np.concatenate([pixels, np.zeros((missing, *pixels.shape[1:]), np.uint8)])
        if self._card.inverted:
            pixels = 255 - pixels
        pixels = np.ascontiguousarray(pixels).reshape(-1, *self._patch)
        if self._card.dtype == "uint8":
            return pixels
        return (pixels * self._card.scale + self._card.offset).astype(np.float32)


def _told(session: Session) -> str:
    shape = ", ".join("N" if size is None else str(size) for size in session.shape)
    return f"({shape}) {session.dtype}"
