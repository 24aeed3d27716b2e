"""Digits are connected ink: it is cut where digits may touch, every piece classified, the likeliest reading taken."""

from __future__ import annotations

from functools import partial

from numbre_edge.backends import Backend
from numbre_edge.decoding import decode
from numbre_edge.geometry import in_frame, levelled
from numbre_edge.types import Recognition
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.page import Page


class ComponentRecogniser:
    """The recogniser of pages whose ink stands clear of everything else on them."""

    def __init__(self, backend: Backend, min_confidence: float | None) -> None:
        self._backend, self._min_confidence = backend, min_confidence

    def recognise(self, page: Page) -> Recognition:
        patches, card = candidates(page), self._backend.model.card
        probabilities = self._backend.predict(patches.pixels)
        # What is a line is told by boxes that are level, in whole pixels of the frame's size.
        level = patches.placed(partial(in_frame, placement=levelled(page.placement)))
        decoded = decode(level, probabilities, card, min_confidence=self._min_confidence)
        return decoded.at(patches.placed(partial(in_frame, placement=page.placement)))
