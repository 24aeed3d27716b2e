"""Digits are found by a network that was taught what they look like; their ink is cut out and read a second time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

import numpy as np

from numbre_edge.backends import Backend, FinderBackend
from numbre_edge.decoding import grouped
from numbre_edge.decoding.opinions import Trust, weighed
from numbre_edge.decoding.probabilities import calibrated
from numbre_edge.errors import ModelError
from numbre_edge.finding.finder import find
from numbre_edge.finding.grid import CHANNELS, STRIDE, Answers, Found
from numbre_edge.geometry import in_frame, levelled
from numbre_edge.types import Box, Boxes, Floats, Lattice, Patches, Pixels, Recognition
from numbre_edge.vision.cutouts import cut_out
from numbre_edge.vision.page import Page

_MARK = 0.3  # heat from which a mark is one: as sure as a digit must be to be read


@dataclass(frozen=True, eq=False)
class Seen:
    """What a finder and a classifier say of a page, before either is believed; boxes in its working pixels.

    Attributes:
        digits: what may be digits, N of them.
        patches: their ink, in the same order, and the marks.
        rows: (N, C) float32, what the classifier says of each, calibrated.
    """

    digits: Found
    patches: Patches
    rows: Floats


class LearnedRecogniser:
    """The recogniser of any page: no rule says what paper, a frame or a letter looks like.

    Raises:
        ModelError: the finder answers, or its card wants to be trusted, in a way that this version does not know.
    """

    def __init__(self, finder: FinderBackend, backend: Backend, min_confidence: float | None) -> None:
        self._finder, self._backend, self._min_confidence = finder, backend, min_confidence
        self._side = finder.model.card.size[0]
        given = finder.answer(np.zeros((1, self._side, self._side), np.uint8)).shape[1]
        wanted = (self._side // STRIDE) ** 2 * CHANNELS
        if given != wanted:
            raise ModelError(f"{finder.model.path}: gives {given:,} values a tile; this version expects {wanted:,}")
        trust = finder.model.card.trust
        if unknown := trust.keys() - {field.name for field in fields(Trust)}:
            raise ModelError(f"{finder.model.path}: its card's trust has {', '.join(sorted(unknown))}, unknown here")
        self._trust = Trust(**trust)

    def recognise(self, page: Page) -> Recognition:
        seen = self.look(page)
        opinions = weighed(seen.digits.heat, seen.digits.classes, seen.rows, seen.patches.boxes, self._trust)
        # What is a line is told by boxes that are level, in whole pixels of the frame's size.
        level = seen.patches.placed(partial(in_frame, placement=levelled(page.placement)))
        read = grouped(level, opinions, seen.digits.links, threshold=self._min_confidence or 0.0)
        return read.at(seen.patches.placed(partial(in_frame, placement=page.placement)))

    def look(self, page: Page) -> Seen:
        """Find what may be digits, and have each read a second time."""
        threshold = self._finder.model.card.reject_threshold
        found = find(page.upright_grey, self._answer, self._side, threshold=threshold)
        digits, marks = found.chosen(~found.mark), found.chosen(found.mark & (found.heat > _MARK))
        boxes = _whole(digits.boxes)
        patches = Patches(
            pixels=cut_out(page, boxes),
            boxes=boxes,
            lattices=tuple(Lattice((Box(*box),), ((0, 1, number),)) for number, box in enumerate(boxes.tolist())),
            punctuation=tuple(Box(*box) for box in _whole(marks.boxes).tolist()),
        )
        rows = calibrated(self._backend.predict(patches.pixels), self._backend.model.card.temperature)
        return Seen(digits, patches, rows)

    def _answer(self, tiles: Pixels) -> Answers:
        return Answers.of(self._finder.answer(tiles), self._side)


def _whole(boxes: Floats) -> Boxes:
    """Return (N, 4) int32 boxes, at least a pixel wide and high."""
    low, high = np.rint(boxes[:, :2]), np.rint(boxes[:, :2] + boxes[:, 2:])
    return np.column_stack([low, np.maximum(high - low, 1)]).astype(np.int32)
