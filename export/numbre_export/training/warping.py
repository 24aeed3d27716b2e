"""Pictures of writing, a little otherwise each time they are shown: as finders err, and as other hands write."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Pixels


@dataclass(frozen=True, eq=False)
class Warp:
    """A way in which pictures are seen.

    Attributes:
        size: height and width of what is seen, pixels.
        matrix: (2, 2) float64, from a picture to what is seen of it, about the middle of either.
        sides: (2,) float64, how many times as wide and as high things are then.
        moved: (2,) float64, where the middle is then, pixels away from it.
        bent: (height, width, 2) float64, where in the picture each pixel is seen beside where the others say.
    """

    size: tuple[int, int]
    matrix: NDArray[np.float64]
    sides: NDArray[np.float64]
    moved: NDArray[np.float64]
    bent: NDArray[np.float64]

    def seen(self, picture: Pixels, share: float = 1.0) -> Pixels:
        """Return ``size`` uint8 of a picture that is at least as large; moved and bent by a ``share``."""
        middle, own = (np.array(picture.shape[::-1]) - 1) / 2, (np.array(self.size[::-1]) - 1) / 2
        places = np.dstack(np.meshgrid(*map(np.arange, self.size[::-1])))
        back = (places - own - share * self.moved) @ np.linalg.inv(self.matrix).T
        of = (back + middle + share * self.bent).astype(np.float32)
        seen = cv2.remap(picture, of[..., 0], of[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.uint8)


@dataclass(frozen=True, kw_only=True)
class Warping:
    """How much pictures are varied by.

    Attributes:
        moved, scaled, stretched, turned, slanted: deviations; pixels, logarithms, radians, x per y.
        bent: pixels, at most, by which some points are moved (P. Simard et al., 2003).
        bends: how many, down and across.
    """

    moved: float
    scaled: float
    stretched: float
    turned: float
    slanted: float
    bent: float
    bends: tuple[int, int]

    def drawn(self, size: tuple[int, int], rng: Generator) -> Warp:
        """Return a warp by chance, for what is seen as ``size``, height and width."""
        scale, turn, slant = np.exp(rng.normal(0, self.scaled)), rng.normal(0, self.turned), rng.normal(0, self.slanted)
        sides = scale * np.exp(rng.normal(0, self.stretched) * np.array([0.5, -0.5]))
        matrix = np.diag(sides) + scale * np.array([[0, slant - turn], [turn, 0]])
        moved = rng.normal(0, self.moved, 2)
        bends = rng.normal(0, rng.uniform(0, self.bent), (*self.bends, 2))
        bent = np.asarray(cv2.resize(bends, size[::-1], interpolation=cv2.INTER_CUBIC), np.float64)
        return Warp(size, matrix, sides, moved, bent)
