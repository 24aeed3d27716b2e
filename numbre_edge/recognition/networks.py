"""What recognisers ask of the networks they run."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from numbre_edge.backends import NetworkBackend
from numbre_edge.errors import ModelError
from numbre_edge.finding.levels import Level, levels
from numbre_edge.types import Boxes, Floats
from numbre_edge.vision.page import Page

T = TypeVar("T")
_levels: WeakKeyDictionary[Page, list[Level]] = WeakKeyDictionary()


def levels_of(page: Page) -> list[Level]:
    """Return a page at its levels; all who look at it share them."""
    known = _levels.get(page)
    if known is None:
        known = _levels[page] = levels(page.upright_grey, page.scale)
    return known


def check_answers(network: NetworkBackend, size: tuple[int, int], wanted: int) -> None:
    """Check that a network takes pictures of ``size``, height and width, and says so many things of each.

    Raises:
        ModelError: it does not.
    """
    model = network.model
    if model.card.size != size:
        raise ModelError(f"{model.path}: takes {model.card.size} pixels; this version expects {size}")
    if model.shipped:  # and so as it was when this version was tried
        return
    given = network.answer(np.zeros((1, *size), np.uint8)).shape[1]
    if given != wanted:
        raise ModelError(f"{model.path}: gives {given:,} values; this version expects {wanted:,}")


def trusted(kind: type[T], network: NetworkBackend) -> T:
    """Return how far a network is to be trusted, as its card says, as a dataclass of this kind.

    Raises:
        ModelError: the card has what this version does not know.
    """
    trust = network.model.card.trust
    if unknown := trust.keys() - {field.name for field in fields(kind)}:  # type: ignore[arg-type]
        raise ModelError(f"{network.model.path}: its card's trust has {', '.join(sorted(unknown))}, unknown here")
    return kind(**trust)


def whole_pixels(boxes: Floats) -> Boxes:
    """Return (N, 4) int32 boxes, at least a pixel wide and high."""
    low, high = np.rint(boxes[:, :2]), np.rint(boxes[:, :2] + boxes[:, 2:])
    return np.column_stack([low, np.maximum(high - low, 1)]).astype(np.int32)
