"""Fifteen ways to spoil a digit's patch and leave it legible.

They are MNIST-C's (N. Mu, J. Gilmer, "MNIST-C: A Robustness Benchmark for
Computer Vision", 2019, arXiv 1906.02337), written anew from the paper's
description. How strong each is, is our choice: figures made with them can be
compared with each other, not with those published for the data set itself.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats, Pixels

Corruption = Callable[[Floats, Generator], Floats]  # (28, 28) ink 0 to 1 -> the same, spoilt; clipped afterwards

_SIDE = 28
_MIDDLE = (_SIDE - 1) / 2
_LARGE = 4  # lines and spatter are drawn at this many times the size, and shrunk: a patch has no hard edges


def corrupted(images: Pixels, name: str, *, seed: int) -> Pixels:
    """Spoil patches.

    Args:
        images: (N, 28, 28) uint8, ink 255 on 0.
        name: one of CORRUPTIONS.
        seed: the same one spoils the same patches in the same way.

    Returns:
        (N, 28, 28) uint8.
    """
    rng = np.random.default_rng((seed, list(CORRUPTIONS).index(name)))
    spoil = CORRUPTIONS[name]
    ink = np.stack([spoil(image.astype(np.float32) / 255, rng) for image in images])
    return np.asarray(np.rint(255 * np.clip(ink, 0, 1)), np.uint8)


def _shot_noise(ink: Floats, rng: Generator) -> Floats:
    """Count photons: full ink is 12 of them."""
    return (rng.poisson(12 * ink) / 12).astype(np.float32)


def _impulse_noise(ink: Floats, rng: Generator) -> Floats:
    """Set one pixel in seven to black or white."""
    salt, hit = rng.random(ink.shape) < 0.5, rng.random(ink.shape) < 1 / 7
    return np.where(hit, salt, ink).astype(np.float32)


def _glass_blur(ink: Floats, rng: Generator) -> Floats:
    """Look through frosted glass: each pixel is a neighbour, or itself, between two blurs."""
    rows, columns = np.indices(ink.shape)
    down, right = rng.integers(-1, 2, (2, *ink.shape))
    rows, columns = np.clip(rows + down, 0, _SIDE - 1), np.clip(columns + right, 0, _SIDE - 1)
    soft = cv2.GaussianBlur(ink, (0, 0), 0.5)
    return np.asarray(cv2.GaussianBlur(soft[rows, columns], (0, 0), 0.5), np.float32)


def _motion_blur(ink: Floats, rng: Generator) -> Floats:
    """Smear along a line of 7 pixels, in any direction."""
    angle = rng.uniform(0, np.pi)
    reach = 3 * np.array([np.cos(angle), np.sin(angle)])
    kernel = np.zeros((9, 9), np.uint8)
    start, end = (np.rint(16 * (4 + sign * reach)).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, (255,), 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(ink, -1, kernel / kernel.sum(), borderType=cv2.BORDER_CONSTANT), np.float32)


def _shear(ink: Floats, rng: Generator) -> Floats:
    lean = _either(rng) * rng.uniform(0.3, 0.5)
    return _affine(ink, np.array([[1, lean], [0, 1]]))


def _scale(ink: Floats, rng: Generator) -> Floats:
    return _affine(ink, np.eye(2) * rng.uniform(0.5, 0.7))


def _rotate(ink: Floats, rng: Generator) -> Floats:
    """Turn by 20 to 35 degrees, either way: a 6 stays a 6."""
    angle = _either(rng) * np.radians(rng.uniform(20, 35))
    return _affine(ink, np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]))


def _translate(ink: Floats, rng: Generator) -> Floats:
    """Move by 3 or 4 pixels both ways: MNIST leaves 4 free."""
    return _affine(ink, np.eye(2), (_either(rng) * rng.uniform(3, 4), _either(rng) * rng.uniform(3, 4)))


def _brightness(ink: Floats, rng: Generator) -> Floats:
    return ink + np.float32(rng.uniform(0.3, 0.5))


def _stripe(ink: Floats, rng: Generator) -> Floats:
    """Invert a vertical stripe of 6 pixels in the middle."""
    stripe = slice(_SIDE // 2 - 3, _SIDE // 2 + 3)
    ink = ink.copy()
    ink[:, stripe] = 1 - ink[:, stripe]
    return ink


def _fog(ink: Floats, rng: Generator) -> Floats:
    """Lay fog over it: noise of all sizes, the larger the stronger."""
    fog = np.zeros(ink.shape, np.float32)
    for cells in (2, 4, 8, 16):
        noise = rng.random((cells, cells)).astype(np.float32)
        fog += cv2.resize(noise, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC) / cells
    fog = (fog - fog.min()) / (fog.max() - fog.min())
    return np.asarray((ink + 0.8 * fog) / 1.4, np.float32)


def _spatter(ink: Floats, rng: Generator) -> Floats:
    """Throw drops at it, most of them small."""
    drops = np.zeros((_SIDE * _LARGE, _SIDE * _LARGE), np.float32)
    for _ in range(int(rng.integers(8, 16))):
        centre = rng.integers(0, drops.shape[0], 2).tolist()
        cv2.circle(drops, centre, int(2 + rng.exponential(3)), (float(rng.uniform(0.5, 1)),), -1)
    return np.maximum(ink, _shrunk(drops))


def _dotted_line(ink: Floats, rng: Generator) -> Floats:
    """Draw a dotted line from side to side."""
    start, end = (np.array([x, rng.uniform(3, 24)]) for x in (0, _SIDE - 1))
    dots = np.zeros((_SIDE * _LARGE, _SIDE * _LARGE), np.float32)
    for share in np.arange(0.0, 1.0, 3 / _SIDE):
        centre = np.rint(_LARGE * (start + share * (end - start))).astype(int).tolist()
        cv2.circle(dots, centre, 3, (1.0,), -1)
    return np.maximum(ink, _shrunk(dots))


def _zigzag(ink: Floats, rng: Generator) -> Floats:
    """Draw a zigzag from side to side."""
    xs = np.linspace(0, _SIDE - 1, 9)
    start, end = rng.uniform(6, 21, 2).tolist()
    ys = np.linspace(start, end, 9) + 3 * np.where(np.arange(9) % 2, 1, -1)
    line = np.zeros((_SIDE * _LARGE, _SIDE * _LARGE), np.float32)
    points = np.rint(_LARGE * np.column_stack([xs, ys])).astype(np.int32)
    cv2.polylines(line, [points], False, (1.0,), 4)
    return np.maximum(ink, _shrunk(line))


def _canny_edges(ink: Floats, rng: Generator) -> Floats:
    """Keep the outline alone (J. Canny, "A computational approach to edge detection", 1986)."""
    edges = cv2.Canny((255 * ink).astype(np.uint8), 100, 200)
    return np.asarray(edges > 0, np.float32)


CORRUPTIONS: dict[str, Corruption] = {
    "shot noise": _shot_noise,
    "impulse noise": _impulse_noise,
    "glass blur": _glass_blur,
    "motion blur": _motion_blur,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brightness,
    "translate": _translate,
    "stripe": _stripe,
    "fog": _fog,
    "spatter": _spatter,
    "dotted line": _dotted_line,
    "zigzag": _zigzag,
    "canny edges": _canny_edges,
}


def _either(rng: Generator) -> float:
    return float(rng.choice((-1.0, 1.0)))


def _affine(ink: Floats, matrix: np.ndarray, move: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """Apply (2, 2) ``matrix`` about the patch's middle, then ``move`` by x, y pixels."""
    middle = np.full(2, _MIDDLE)
    shift = middle - matrix @ middle + move
    return np.asarray(
        cv2.warpAffine(ink, np.column_stack([matrix, shift]), (_SIDE, _SIDE), flags=cv2.INTER_LINEAR), np.float32
    )


def _shrunk(large: Floats) -> Floats:
    return np.asarray(cv2.resize(large, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)
