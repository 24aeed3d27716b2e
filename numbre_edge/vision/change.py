"""Is there anything new in this frame? Much cheaper than reading it."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.types import Floats, Pixels

# Longer side, pixels, of what is compared: a digit 21 pixels high in 1280x720 is 5 there, its stroke 1 wide, and
# 16 pixels of a sensor's noise are averaged; then so many by so many of these, which is what a part of a digit covers.
_SIDE = 320
_GRAIN = 3
# Pixels there; light that changes evenly over so many, as under a cloud, is no news.
_EVEN = 31
# A pixel has changed by so many grey levels, and by so many times what it usually differs by from frame to frame.
# Measured over 30 frames of MNIST digits 21 pixels high in 1280x720: one of three that changes, 24 levels and 28 times
# or more; noise of deviation 0 to 8 with and without JPEG at quality 50, up to 2.8 levels, and above that 7 times.
_LEVELS = 4.0
_TIMES = 8.0
# What it usually differs by, grey levels: at first, and how much the last frame counts in it.
_USUAL = 1.0
_NEWEST = 0.1
# One frame counts in that as no more than so many times the usual difference: what moves is not noise.
_SPIKE = 3.0


class ChangeDetector:
    """Compares each frame with the last one that it called changed: that is the one that was read.

    So what changes slowly adds up until it is noticed. Noise of the sensor and of
    compression is not news: each place is known for how much it differs from one
    frame to the next.
    """

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()
        self._read: Floats = np.empty((0, 0), np.float32)
        self._last: Floats = self._read
        self._usual: Floats = self._read

    def changed(self, pixels: Pixels) -> bool:
        """Whether the frame should be read. Call it for every frame; the first has changed, as has one of a new size.

        Args:
            pixels: (H, W) grey or (H, W, 3) BGR.
        """
        small = _shrunk(pixels)
        if pixels.shape != self._shape:
            self._shape = pixels.shape
            self._read = self._last = small
            self._usual = np.full_like(small, _USUAL)
            return True
        limit = np.maximum(_around(self._usual) * _TIMES, _LEVELS)
        differs = bool(np.any(_difference(small, self._read) > limit))
        step = np.minimum(_difference(small, self._last), self._usual * _SPIKE + _USUAL)
        cv2.accumulateWeighted(step, self._usual, _NEWEST)
        self._last = small
        if differs:
            self._read = small
        return differs


def _shrunk(pixels: Pixels) -> Floats:
    """Return the frame in grey, small and smooth, (h, w) float32."""
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.blur(grey.astype(np.float32), (_GRAIN, _GRAIN)), np.float32)


def _difference(one: Floats, other: Floats) -> Floats:
    """Return by how many levels the two differ, place by place, but for the light."""
    difference = cv2.subtract(one, other)
    even = cv2.blur(difference, (_EVEN, _EVEN), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.absdiff(difference, even), np.float32)


def _around(usual: Floats) -> Floats:
    """Return the mean of each place and its neighbours."""
    return np.asarray(cv2.blur(usual, (3, 3), borderType=cv2.BORDER_REPLICATE), np.float32)
