"""A photograph of a form -> how it lies on the reference picture, or that it is no copy of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import NumbreError
from numbre_edge.finding.light import normalized
from numbre_edge.geometry import scaled_size
from numbre_edge.types import Floats, Pixels

_SIDE = 1400  # longer side at which features are looked for, pixels
_POINTS = 4000  # of a picture at most, the strongest
_BLUR = 2.0  # deviation, pixels: without grain. Of 1 to 3, all but 1 lay the 60 copies of benchmarks/forms.py right
_RATIO = 0.8  # of the distances to the best and the second best match (D. Lowe, 2004)
_AWAY = 4.0  # pixels by which a point may miss its place
_LEAST = 10  # points that must fall into place: four of any two pictures do; the print then tells the rest
_FLAT = 0.2  # a copy's sides are as long as that, of the photo's, at least


class NoMatchError(NumbreError):
    """A picture is no copy of the form."""


class Reference:
    """A picture that copies are laid on.

    Args:
        grey: (H, W) uint8.
    """

    def __init__(self, grey: Pixels) -> None:
        self._shape = grey.shape
        self._places, self._features = _features(grey)
        if len(self._places) < _LEAST:
            raise NumbreError(
                f"the reference has {len(self._places)} points that tell it from other pictures; {_LEAST} are needed: "
                "a form needs some print, and a sharp picture"
            )

    def register(self, grey: Pixels) -> NDArray[np.float64]:
        """Return the homography, (3, 3), from pixels of (H, W) uint8 ``grey`` to pixels of the reference.

        Features are SIFT's (D. Lowe, 2004), the homography is MAGSAC's (D. Barath and
        others, 2020).

        Raises:
            NoMatchError: it is no copy; the message says how far it matches.
        """
        places, features = _features(grey)
        pairs = _pairs(features, self._features) if len(places) > 1 else []
        inside = 0
        matrix: NDArray[np.float64] | None = None
        if len(pairs) >= 4:
            here, there = places[[i for i, _ in pairs]], self._places[[j for _, j in pairs]]
            found, kept = cv2.findHomography(here, there, cv2.USAC_MAGSAC, _AWAY)
            if found is not None:
                matrix, inside = np.asarray(found, np.float64), int(kept.sum())
        if matrix is None or inside < _LEAST or not self._plausible(matrix, grey):
            raise NoMatchError(
                f"does not match the form: {inside} of {len(pairs)} points fall into place, {_LEAST} are needed"
            )
        return matrix

    def _plausible(self, matrix: NDArray[np.float64], grey: Pixels) -> bool:
        """Whether the form lies in the photo as a sheet can: not folded over, and not a speck."""
        height, width = self._shape
        corners = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)
        try:
            seen = cv2.perspectiveTransform(corners, np.linalg.inv(matrix))[0]
        except np.linalg.LinAlgError:
            return False
        sides = np.linalg.norm(seen - np.roll(seen, 1, axis=0), axis=1)
        return bool(cv2.isContourConvex(seen.astype(np.float32)) and sides.min() > _FLAT * min(grey.shape))


def _features(grey: Pixels) -> tuple[Floats, Floats]:
    """Return (N, 2) float32 places, in pixels of ``grey``, and (N, 128) float32 descriptors."""
    scale = min(1.0, _SIDE / max(grey.shape))
    size = scaled_size(grey.shape[1], grey.shape[0], scale)
    small = grey if scale == 1 else np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    small = normalized(np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), np.uint8))
    found, features = cv2.SIFT.create(nfeatures=_POINTS).detectAndCompute(small, None)
    if not found:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    return np.array([point.pt for point in found], np.float32) / np.float32(scale), np.asarray(features, np.float32)


def _pairs(features: Floats, reference: Floats) -> list[tuple[int, int]]:
    """Return which point is which of the reference's: those that are each other's best match, clearly."""
    matcher = cv2.BFMatcher(cv2.NORM_L2)
    back = {match.queryIdx: match.trainIdx for match in matcher.match(reference, features)}
    matches = matcher.knnMatch(features, reference, k=2)
    good = [pair[0] for pair in matches if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    return [(match.queryIdx, match.trainIdx) for match in good if back[match.trainIdx] == match.queryIdx]
