"""Which reading of a new frame is which of the numbers known so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from numbre_edge.types import Box, Reading

# How far a number may have gone, in its own heights: from one frame to the next, while it was out of sight,
# and where it is read with the same text. That of a single digit says little: noise is read as one now and then.
_REACH = 1.0
_REACH_MISSING = 2.0
_REACH_SAME = 3.0
# A reading with another text is as good as one so many heights further off. Below the distance of two lines of
# writing: two counters that stand below each other keep their places when one comes to show the other's text.
_OTHER_TEXT = 0.8
# What has not appeared yet gives way by so many: of a number that was read in two at first, one part has
# appeared before the other, and is the one that the whole goes on with.
_NEW = 0.3
# One is at most this many times as high as the other.
_SIZE = 1.7
# A reading with this share of its area within a number's box is a part of that number.
_WITHIN = 0.6


@dataclass(frozen=True)
class Known:
    """What is known of a number before the frame.

    Attributes:
        box: where it was last read, in frame pixels.
        texts: what it is taken for, and what it was last read as.
        missing: whether the last frame was without it.
        new: whether it has not appeared yet.
    """

    box: Box
    texts: frozenset[str]
    missing: bool = False
    new: bool = False


def match(known: Sequence[Known], readings: Sequence[Reading]) -> dict[int, int]:
    """Return number -> reading, as places in ``known`` and ``readings``: the nearest pairs first, each in one pair."""
    costs = []
    for i, number in enumerate(known):
        for j, reading in enumerate(readings):
            cost = _cost(number, reading)
            if cost is not None:
                costs.append((cost, i, j))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(costs):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def within(part: Box, whole: Box) -> bool:
    """Whether ``part`` lies, by most of its area, in ``whole``."""
    width = min(part.right, whole.right) - max(part.x, whole.x)
    height = min(part.bottom, whole.bottom) - max(part.y, whole.y)
    return min(width, height) > 0 and width * height > _WITHIN * part.width * part.height


def _cost(number: Known, reading: Reading) -> float | None:
    """Return how far apart they are, in heights of the number; None if they cannot be the same."""
    old, new = number.box, reading.box
    height = max(old.height, 1)
    if max(height, new.height) > _SIZE * min(height, new.height):
        return None
    # A digit missed at one end moves the middle, but not the other end.
    ends = old.x - new.x, old.right - new.right, (old.x + old.right - new.x - new.right) / 2
    across = min(abs(distance) for distance in ends)
    down = abs(old.y + old.bottom - new.y - new.bottom) / 2
    distance = hypot(across, down) / height
    same = reading.text in number.texts
    sure = same and len(reading.digits) > 1
    reach = _REACH_SAME if sure else _REACH_MISSING if number.missing else _REACH
    if distance > reach:
        return None
    return distance + (0 if same else _OTHER_TEXT) + (_NEW if number.new else 0)
