"""Samples of any depth, transparent or not -> 8 bits on white paper."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Pixels

_FAR = 1000  # times as far from a picture's middle as all nearer samples: paper's grain is no thousandth of its ink
_AT_ONCE = 2**22  # samples that are converted at a time: what a conversion needs beside its result stays small


def on_white(pixels: NDArray[np.uint8]) -> Pixels:
    """Return (H, W, 4) BGRA uint8 as (H, W, 3) BGR, on white paper."""
    opaque = np.empty((*pixels.shape[:2], 3), np.uint8)
    for rows in _strips(pixels):
        alpha = pixels[rows, :, 3:].astype(np.float32) / 255
        opaque[rows] = np.rint(pixels[rows, :, :3] * alpha + 255 * (1 - alpha))
    return opaque


def eight_bit(pixels: NDArray[Any]) -> Pixels:
    """Return samples of any depth as uint8, (H, W) or (H, W, C)."""
    if pixels.dtype == np.uint8:
        return pixels
    eight = np.empty(pixels.shape, np.uint8)
    if pixels.dtype == np.uint16:
        for rows in _strips(pixels):
            eight[rows] = pixels[rows] >> 8
        return eight
    # Float and 32-bit samples have no agreed white: stretch what is there.
    low, high = _limits(pixels)
    if high <= low:
        eight.fill(255)
        return eight
    for rows in _strips(pixels):
        eight[rows] = np.rint((np.clip(_halves(pixels[rows]), low, high) - low) / (high - low) * 255)
    return eight


def _limits(pixels: NDArray[Any]) -> tuple[float, float]:
    """Return half of the least and of the greatest sample, but for what lies too far out to be a part of the picture.

    Such are the numbers that stand for "not measured" (-9999, the largest of all), beside which all else is one grey.
    """
    some = _halves(pixels.reshape(-1)[:: max(1, pixels.size // _AT_ONCE)])
    middle = float(np.median(some))
    away = np.sort(np.abs(some - middle))[some.size // 2 :]
    gaps = np.flatnonzero((away[1:] / _FAR > away[:-1]) & (away[:-1] > 0))
    reach = _FAR * float(away[gaps[0] if gaps.size else -1]) or np.inf
    low, high = middle, middle
    for rows in _strips(pixels):
        samples = _halves(pixels[rows])
        samples = samples[np.abs(samples - middle) <= reach]
        if samples.size:
            low, high = min(low, float(samples.min())), max(high, float(samples.max()))
    return low, high


def _halves(samples: NDArray[Any]) -> NDArray[np.float64]:
    """Return half of each sample, so that no difference of two is too large a number; of one that is none, 0."""
    return np.nan_to_num(samples.astype(np.float64) / 2, nan=0.0, posinf=0.0, neginf=0.0)


def _strips(pixels: NDArray[Any]) -> list[slice]:
    """Return the rows of a picture, a few at a time."""
    height = max(1, _AT_ONCE // max(1, pixels[:1].size))
    return [slice(top, top + height) for top in range(0, len(pixels), height)]
