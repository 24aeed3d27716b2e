"""More handwriting from the digits at hand: the same labels, other hands and pens.

Affine and elastic distortion as in P. Simard, D. Steinkraus, J. Platt, "Best
practices for convolutional neural networks applied to visual document analysis"
(2003); stroke width by grey-level dilation and erosion. What comes out goes
through the runtime's own ``normalize``, so the network trains on what it will see.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import PATCH, normalize, stroke_width

_SIZE = 64  # pixels of the field in which ink is distorted: fine enough for stroke widths
_GRID = 5  # control points of the elastic field, each way


@dataclass(frozen=True)
class Augmentation:
    """How far digits are distorted.

    Attributes:
        rotation, shear, stretch, perspective: standard deviations (radians, shares).
        elastic: standard deviation of the elastic field, in pixels of the 28.
        stroke: share of digits with another stroke width.
        clean: share of digits left as they are but for a shift of a pixel.
    """

    rotation: float = 0.14
    shear: float = 0.17
    stretch: float = 0.10
    perspective: float = 0.04
    elastic: float = 0.9
    stroke: float = 0.6
    clean: float = 0.15

    def scaled(self, strength: float) -> Augmentation:
        """Return the same with all distortions ``strength`` times as strong."""
        return Augmentation(
            rotation=self.rotation * strength,
            shear=self.shear * strength,
            stretch=self.stretch * strength,
            perspective=self.perspective * strength,
            elastic=self.elastic * strength,
            stroke=self.stroke * strength,
            clean=1 - (1 - self.clean) * min(1.0, 0.5 + 0.5 * strength),
        )


def augmented(images: Pixels, how: Augmentation, rng: Generator) -> Pixels:
    """Distort each of ``images`` ((N, 28, 28) uint8) and normalise it; same shape."""
    result = np.empty_like(images)
    for i, image in enumerate(images):
        if rng.random() < how.clean:
            result[i] = shifted(image, rng)
        else:
            result[i] = normalize(distorted(image, how, rng))
    return result


def shifted(image: Pixels, rng: Generator) -> Pixels:
    """Move ``image`` by up to one pixel each way; no ink of MNIST's stands that near the border."""
    dy, dx = (int(d) for d in rng.integers(-1, 2, 2))
    return np.roll(image, (dy, dx), (0, 1))


def distorted(image: Pixels, how: Augmentation, rng: Generator) -> Pixels:
    """Return ``image`` ((28, 28) uint8) distorted, square and not yet normalised."""
    matrix = _affine(how, rng)
    if not how.elastic and not how.perspective:  # six times as fast, for networks that train in seconds
        centre = (PATCH - 1) / 2
        warp = np.column_stack([matrix, centre - matrix @ (centre, centre)])
        return np.asarray(
            cv2.warpAffine(image, warp, (PATCH, PATCH), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.uint8
        )
    ink = np.asarray(cv2.remap(image, *_field(matrix, how, rng), cv2.INTER_LINEAR), np.uint8)
    if rng.random() < how.stroke:
        ink = restroked(ink, int(rng.choice((-2, -1, 1, 2, 3))))
    return ink


def restroked(ink: Pixels, change: int) -> Pixels:
    """Widen the strokes by ``change`` pixels; below 0, thin those that are wide enough."""
    if change < 0 and stroke_width((ink > 100).astype(np.uint8)) < 3 - 2 * change:
        return ink  # never rub a thin digit out
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1,) * 2)
    return np.asarray((cv2.dilate if change > 0 else cv2.erode)(ink, kernel), np.uint8)


def _affine(how: Augmentation, rng: Generator) -> NDArray[np.float64]:
    angle, shear, sx, sy = rng.normal(0, (how.rotation, how.shear, how.stretch, how.stretch))
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(np.array([[cos, -sin], [sin, cos]]) @ np.array([[np.exp(sx), shear], [0, np.exp(sy)]]))


def _field(
    matrix: NDArray[np.float64], how: Augmentation, rng: Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the source coordinates (x, y), (64, 64) float32 each, of a random distortion."""
    px, py = rng.normal(0, how.perspective, 2) / (PATCH / 2)
    x, y = _MESH
    depth = 1 + px * x + py * y
    pulls = rng.normal((PATCH - 1) / 2, how.elastic, (_GRID, _GRID, 2)).astype(np.float32)
    bend = cv2.resize(pulls, (_SIZE, _SIZE), interpolation=cv2.INTER_CUBIC)
    return (
        ((matrix[0, 0] * x + matrix[0, 1] * y) / depth + bend[..., 0]).astype(np.float32),
        ((matrix[1, 0] * x + matrix[1, 1] * y) / depth + bend[..., 1]).astype(np.float32),
    )


# Patch coordinates (x, y) of the field's pixels from the centre; the field shows 32 of the patch's pixels.
_AXIS = np.linspace(-16, 16, _SIZE, dtype=np.float32)
_MESH = tuple(np.meshgrid(_AXIS, _AXIS))
