"""Digits are found by a network that was taught what they look like; their ink is cut out and read a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from numbre_edge.backends import Backend, NetworkBackend
from numbre_edge.decoding import LIKELY_MARK, grouped
from numbre_edge.decoding.opinions import NO_DIGIT, MarkOpinions, Opinions, Trust, linked, weighed, weighed_marks
from numbre_edge.decoding.probabilities import calibrated
from numbre_edge.finding.crops import ANSWERS, CROP, NOTHING, Refined, crops, moved
from numbre_edge.finding.finder import find
from numbre_edge.finding.grid import CHANNELS, DIGIT_CLASSES, STRIDE, Answers, Found
from numbre_edge.finding.levels import Level
from numbre_edge.finding.overlap import distinct
from numbre_edge.geometry import in_frame, levelled
from numbre_edge.recognition.networks import check_answers, levels_of, trusted, whole_pixels
from numbre_edge.types import Box, Lattice, Patches, Pixels, Recognition
from numbre_edge.vision.cutouts import cut_out
from numbre_edge.vision.page import Page


@dataclass(frozen=True, eq=False)
class Seen:
    """What three networks say of a page, before any is believed; boxes in its working pixels.

    Attributes:
        found: what may be digits, N of them, where the refiner moved them to; then what may be marks.
        opinions: on those that may be digits.
        patches: their ink, in the same order, and where the marks are.
        marks: opinions on the marks.
    """

    found: Found
    opinions: Opinions
    patches: Patches
    marks: MarkOpinions


class LearnedRecogniser:
    """The recogniser of any page: no rule says what paper, a frame or a letter looks like.

    Args:
        finder: says where on a page digits may stand.
        refiner: looks closely at each of them, and at what stands beside it.
        backend: reads its ink alone, cut out.
        min_confidence: below it a digit is doubtful; None for none.
        likely_mark: how likely a point, comma or sign is at least that is read.
        digits_only: whether a number ends at its point, and has no sign.

    Raises:
        ModelError: a network answers, or a card wants to be trusted, in a way that this version does not know.
    """

    def __init__(
        self,
        finder: NetworkBackend,
        refiner: NetworkBackend,
        backend: Backend,
        min_confidence: float | None,
        *,
        likely_mark: float = LIKELY_MARK,
        digits_only: bool = False,
    ) -> None:
        self._finder, self._refiner, self._backend = finder, refiner, backend
        self._min_confidence, self._likely_mark, self._digits_only = min_confidence, likely_mark, digits_only
        self._side = finder.model.card.size[0]
        check_answers(finder, (self._side, self._side), (self._side // STRIDE) ** 2 * CHANNELS)
        check_answers(refiner, CROP, ANSWERS)
        self._trust = trusted(Trust, refiner)

    def recognise(self, page: Page) -> Recognition:
        return self.read(page, self.look(page))

    def look(self, page: Page) -> Seen:
        """Find what may be digits, and have each looked at closely and read."""
        scales = levels_of(page)
        return self.look_at(page, scales, self.find(scales))

    def read(self, page: Page, seen: Seen) -> Recognition:
        """Make numbers of what was seen of a page."""
        believed = weighed(seen.opinions, seen.patches.boxes, self._trust)
        # What is a line is told by boxes that are level, in whole pixels of the frame's size.
        level = seen.patches.placed(partial(in_frame, placement=levelled(page.placement)))
        links = linked(seen.opinions, self._trust)
        marks = weighed_marks(seen.marks, self._trust)
        count, boxes = len(believed), [*seen.patches.boxes, *seen.patches.punctuation]
        likely = np.concatenate([1 - believed[:, NO_DIGIT], marks.sum(1)])
        standing = distinct(np.array(boxes).reshape(-1, 4), likely, np.arange(len(boxes)) >= count)
        read = grouped(
            level,
            believed,
            links,
            standing[:count],
            marks * standing[count:, np.newaxis],
            self._min_confidence or 0.0,
            likely_mark=self._likely_mark,
            digits_only=self._digits_only,
        )
        return read.at(seen.patches.placed(partial(in_frame, placement=page.placement)))

    def find(self, scales: Sequence[Level]) -> Found:
        """Find what may be digits and marks in a picture at its levels."""
        return find(scales, self._answer, self._side, threshold=self._finder.model.card.reject_threshold)

    def look_at(self, page: Page, scales: Sequence[Level], found: Found) -> Seen:
        """Look closely at what was found, and have it read."""
        refined = self._refined(crops(scales, found))
        marks, digits = found.chosen(found.mark), found.chosen(~found.mark)
        refined_marks, first = refined.chosen(found.mark), refined.chosen(~found.mark)
        digits = replace(digits, boxes=moved(digits.boxes, first.moves))
        refined_digits = first.pooled(self._refined(crops(scales, digits)))
        boxes = whole_pixels(digits.boxes)
        patches = Patches(
            pixels=cut_out(page.upright_grey, boxes),
            boxes=boxes,
            lattices=tuple(Lattice((Box(*box),), ((0, 1, number),)) for number, box in enumerate(boxes.tolist())),
            punctuation=tuple(Box(*box) for box in whole_pixels(marks.boxes).tolist()),
        )
        rows = calibrated(self._backend.predict(patches.pixels), self._backend.model.card.temperature)
        said = digits.heat, refined_digits.classes, rows, digits.links, refined_digits.links
        mark_opinions = MarkOpinions(marks.heat, refined_marks.classes[:, DIGIT_CLASSES:NOTHING])
        return Seen(Found.joined([digits, marks]), Opinions(*said), patches, mark_opinions)

    def _answer(self, tiles: Pixels) -> Answers:
        return Answers.of(self._finder.answer(tiles), self._side)

    def _refined(self, cut: Pixels) -> Refined:
        return Refined.of(self._refiner.answer(cut) if len(cut) else np.zeros((0, ANSWERS), np.float32))
