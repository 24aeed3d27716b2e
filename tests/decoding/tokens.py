"""Ink with what a model says of it, written down as text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from numbre_edge.decoding import decode
from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Lattice, Patches
from numbre_edge.vocabulary import DIGITS, NOT_A_DIGIT

CARD = ModelCard(name="test", preprocessing=1, classes=(*DIGITS, NOT_A_DIGIT))
NONE = CARD.vocabulary.not_a_digit


def row(**likely: float) -> NDArray[np.float32]:
    """Return one row of eleven probabilities: ``row(d4=0.9)``, ``row(none=0.8, d1=0.1)``; the rest is shared out."""
    values = {NONE if name == "none" else int(name[1:]): p for name, p in likely.items()}
    rest = (1 - sum(values.values())) / (11 - len(values))
    return np.array([values.get(column, rest) for column in range(11)], np.float32)


def apart(boxes: list[Box], punctuation: tuple[Box, ...] = ()) -> Patches:
    """Candidates that stand apart, one a box."""
    return Patches(
        pixels=np.zeros((len(boxes), 28, 28), np.uint8),
        boxes=np.array(boxes, np.int32).reshape(-1, 4),
        lattices=tuple(Lattice((box,), ((0, 1, number),)) for number, box in enumerate(boxes)),
        punctuation=punctuation,
    )


def texts(*tokens: tuple[Box, NDArray[np.float32]], card: ModelCard = CARD, minimum: float | None = None) -> list[str]:
    """Decode tokens that stand apart, each a box and its probabilities."""
    rows = np.array([row for _, row in tokens], np.float32).reshape(-1, 11)
    return [
        reading.text
        for reading in decode(apart([box for box, _ in tokens]), rows, card, min_confidence=minimum).readings
    ]


def written(text: str, *, x: int = 0, y: int = 0, gap: int = 8, wide: int = 24, high: int = 40) -> list[tuple]:
    """Marks for the digits of ``text`` from left to right; ``x`` stands for ink that is no digit."""
    return [
        (Box(x + i * (wide + gap), y, wide, high), row(none=0.97) if sign == "x" else row(**{f"d{sign}": 0.98}))
        for i, sign in enumerate(text)
    ]
