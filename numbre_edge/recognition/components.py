"""Digits are connected ink: it is cut where digits may touch, every piece classified, the likeliest reading taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from numbre_edge.backends import Backend
from numbre_edge.decoding import decode
from numbre_edge.geometry import in_frame, levelled
from numbre_edge.types import Reading, Recognition
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.page import Page

# Who looks twice has twice the chances to be wrong. The other way round is tried where there are so many pieces of
# ink, and counts where that gives numbers so sure, of more than one digit: in noise light and dark blots are alike.
# What is found in a thumbnail has to be surer, for it is often one digit, and to fill this share of the picture's
# height. Of 400 pictures without writing, rendered as for training, the first look finds a number in 27, all in 33.
_SEVERAL, _SURE, _MORE = 4, 0.8, 1.0
_SURE_ALONE, _FILLS = 0.97, 0.5


class ComponentRecogniser:
    """The recogniser of pages whose ink stands clear of everything else on them."""

    def __init__(self, backend: Backend, min_confidence: float | None) -> None:
        self._backend, self._min_confidence = backend, min_confidence

    def recognise(self, page: Page) -> Recognition:
        read = self._read(page)
        if len(read.patches.lattices) >= _SEVERAL and not (page.flattened.certain and _evidence(read)):
            negative = _where(self._read(page.negative()), lambda number: number.confidence >= _SURE)
            if _evidence(negative) > max(_evidence(read), _MORE):
                read = negative
        if not _evidence(read) and page.scale <= 1:  # an enlarged picture has no grain to lose
            high = _FILLS * page.region.height
            filling = _where(
                self._read(page.thumbnail()), lambda one: one.confidence >= _SURE_ALONE and one.box.height >= high
            )
            read = max(read, filling, key=_evidence)
        return read

    def _read(self, page: Page) -> Recognition:
        patches, card = candidates(page), self._backend.model.card
        probabilities = self._backend.predict(patches.pixels)
        # What is a line is told by boxes that are level, in whole pixels of the frame's size.
        level = patches.placed(partial(in_frame, placement=levelled(page.placement)))
        decoded = decode(level, probabilities, card, min_confidence=self._min_confidence)
        placed = patches.placed(partial(in_frame, placement=page.placement))
        return replace(decoded.at(placed), view=page)


def _evidence(read: Recognition) -> float:
    return sum(digit.confidence for digit in read.chosen.values() if digit.value is not None)


def _where(read: Recognition, counts: Callable[[Reading], bool]) -> Recognition:
    """Leave only the numbers that count."""
    sources = iter(read.sources)
    numbers = [(number, [next(sources) for _ in number.digits]) for number in read.readings]
    left = [(number, own) for number, own in numbers if counts(number)]
    return replace(
        read, readings=tuple(number for number, _ in left), sources=tuple(patch for _, own in left for patch in own)
    )
