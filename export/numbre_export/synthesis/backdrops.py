"""Photographs in which nothing is written: what a camera sees that is no paper."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.errors import DataError
from numbre_edge.types import Floats, Pixels

_ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
_LARGEST = 1280  # pixels of the longer side
_CLOSEST = 4.0  # so many times a photograph is enlarged at most


def pictures(folder: Path) -> list[Path]:
    """Return the files of pictures under a folder, by name.

    Raises:
        DataError: there is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS)
    if not found:
        raise DataError(f"{folder}: has no pictures ({', '.join(_ENDINGS)})")
    return found


@lru_cache(maxsize=128)
def photograph(path: Path) -> Pixels:
    """Return a photograph, (H, W) uint8, its longer side at most 1280 pixels.

    Raises:
        DataError: it cannot be read.
    """
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataError(f"{path}: cannot be read as a picture")
    scale = min(1.0, _LARGEST / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def part_of(grey: Pixels, shape: tuple[int, int], rng: Generator) -> Floats:
    """Return any part of a photograph, at any scale and either way round: ``shape`` float32, 0 to 1."""
    least = max(shape[0] / grey.shape[0], shape[1] / grey.shape[1])
    scale = float(np.exp(rng.uniform(np.log(least), np.log(max(least, _CLOSEST)))))
    high, wide = min(grey.shape[0], round(shape[0] / scale)), min(grey.shape[1], round(shape[1] / scale))
    top, left = (int(rng.integers(0, room + 1)) for room in (grey.shape[0] - high, grey.shape[1] - wide))
    part = grey[top : top + high, left : left + wide]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, shape[::-1], interpolation=method), np.float32) / np.float32(255)
