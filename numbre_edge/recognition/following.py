"""The same digits frame after frame: what was found in one is looked at closely in the next, and moved to where it is.

The refiner moves boxes to their digits; so it follows what moves a little, and the finder need not search every frame
(P. Bergmann, T. Meinhardt, L. Leal-Taixé, "Tracking without bells and whistles", 2019).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numbre_edge.decoding.opinions import NO_DIGIT
from numbre_edge.finding.grid import Found
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.recognition.networks import levels_of
from numbre_edge.types import Floats, Recognition
from numbre_edge.vision.page import Page

# However much moves, what is new is seen after so many frames, a quarter of a second; but not at levels that are longer
# than so many pixels, most of the work, where a moving hand leaves little to see.
_EVERY, _MOVING = 8, 640
_MAY_BE = 0.05  # what is less likely a digit is not followed


class FollowingRecogniser:
    """Reads the frames of one stream, one after the other; not for several threads.

    Args:
        learned: finds digits, and looks at them.
    """

    def __init__(self, learned: LearnedRecogniser) -> None:
        self._learned = learned
        self._found: Found | None = None
        self._size: tuple[int, ...] = ()
        self._followed = 0  # frames since the last search

    def recognise(self, page: Page, *, thorough: bool) -> Recognition:
        """Return the page's numbers; ``thorough`` looks for new ones everywhere."""
        scales, found = levels_of(page), self._found
        if thorough or found is None or self._size != page.region[2:] or self._followed >= _EVERY:
            looked_at = scales if thorough else [level for level in scales if max(level.size) <= _MOVING] or scales
            found = self._learned.find(looked_at)
            self._size, self._followed = page.region[2:], 0
        else:
            self._followed += 1
        seen = self._learned.look_at(page, scales, found)
        recognition = self._learned.read(page, seen)
        likely = 1 - recognition.probabilities[:, NO_DIGIT] >= _MAY_BE
        kept = np.concatenate([likely, np.ones(len(seen.found) - len(likely), np.bool_)])
        self._found = _carried(seen.found, found.chosen(~found.mark).boxes).chosen(kept)
        return recognition


def _carried(found: Found, before: Floats) -> Found:
    """Return ``found`` with its marks moved as its digits, which come first, did from their (N, 4) boxes ``before``."""
    if not len(before):
        return found
    digits = found.boxes[: len(before)]
    way = np.median(digits[:, :2] + digits[:, 2:] / 2 - before[:, :2] - before[:, 2:] / 2, axis=0)
    boxes = found.boxes.copy()
    boxes[len(before) :, :2] += way
    return replace(found, boxes=boxes)
