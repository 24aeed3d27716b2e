"""Smooth random fields: the raw material of paper, ink, light and hands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from numbre_edge.types import Floats

# Fine grain is cut at a random place from a tile of this side (pixels): white noise costs more
# than all else in a small scene. Larger scenes get their own.
_TILE = 512
_DENSE = 6  # samples in a cell: fewer show the cubic's corners after linear enlargement


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell: float, stretch: float = 1.0) -> Floats:
    """Return value noise: random values on a grid, cubic between them (Perlin, "An image synthesizer", 1985).

    Args:
        rng: where the values come from.
        shape: height and width of the field, pixels.
        cell: grid spacing in pixels.
        stretch: how many times longer the cells are horizontally.

    Returns:
        shape float32, mean about 0, standard deviation about 0.7, bounded to about +-3.
    """
    height, width = shape
    shrink = max(1, int(cell / _DENSE))  # wide cells are computed on a coarser raster first
    small = (-(-height // shrink) + 1, -(-width // shrink) + 1)
    down, across = cell / shrink, cell * stretch / shrink
    grid = rng.standard_normal((int(small[0] / down) + 4, int(small[1] / across) + 4), np.float32)
    shift_x, shift_y = rng.random(2)  # so that the lattice is not aligned with the picture
    matrix = np.array([[1 / across, 0, 1 + shift_x], [0, 1 / down, 1 + shift_y]])
    field = cv2.warpAffine(grid, matrix, (small[1], small[0]), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    if shrink > 1:
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(field[:height, :width], np.float32)


def octaves(rng: np.random.Generator, shape: tuple[int, int], layers: Sequence[tuple[float, float]]) -> Floats:
    """Return the sum of smooth noises; ``layers`` are (cell in pixels, amplitude)."""
    total = np.zeros(shape, np.float32)
    for cell, amplitude in layers:
        total += amplitude * smooth_noise(rng, shape, cell)
    return total


def colored(field: Floats, factors: Sequence[float]) -> Floats:
    """Return ``field`` times each factor: (H, W) float32 -> (H, W, 3) float32.

    numpy's broadcasting over a last axis of three is ten times slower.
    """
    return np.asarray(cv2.merge([field * np.float32(factor) for factor in factors]), np.float32)


def grain(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> Floats:
    """Return fine noise, blurred by ``sigma`` pixels (> 0), shape float32, standard deviation 1."""
    height, width = shape
    if max(shape) * 2 > _TILE:
        return _blurred_noise(rng, shape, sigma)
    top, left, flip = rng.integers(0, (_TILE - height, _TILE - width, 4))
    cut = _tile(sigma)[top : top + height, left : left + width]
    return cut[:: 1 - 2 * int(flip & 1), :: 1 - 2 * int(flip >> 1)]


@lru_cache(maxsize=8)
def _tile(sigma: float) -> Floats:
    tile = _blurred_noise(np.random.default_rng(0), (_TILE, _TILE), sigma)
    tile.flags.writeable = False
    return tile


def _blurred_noise(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> Floats:
    kernel = cv2.getGaussianKernel(2 * int(4 * sigma + 0.5) + 1, sigma, cv2.CV_32F)
    # Blurring white noise leaves the deviation sum(k^2) of a separable kernel: that is divided out.
    unit = np.asarray(kernel / np.linalg.norm(kernel), np.float32)
    return np.asarray(cv2.sepFilter2D(rng.standard_normal(shape, np.float32), -1, unit, unit), np.float32)
