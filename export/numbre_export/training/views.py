"""Rendered views from shards, varied anew each time they are seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.errors import DataError
from numbre_edge.finding.grid import DIGIT_CLASSES, HIGHEST, LOWEST
from numbre_edge.finding.light import PAPER, normalized
from numbre_export.data.npz import load_npz
from numbre_export.synthesis.views import View

SHARDS = "shard-*.npz"


def read_shards(folder: Path) -> list[View]:
    """Return the views of all shards in a folder.

    Raises:
        DataError: there are none, or one cannot be read.
    """
    return [view for file in shard_files(folder) for view in read_shard(file)]


def shard_files(folder: Path) -> list[Path]:
    """Return the shards in a folder.

    Raises:
        DataError: there are none.
    """
    files = sorted(folder.glob(SHARDS))
    if not files:
        raise DataError(f"{folder}: holds no {SHARDS}; render some with: python -m numbre_export.synthesis.shards")
    return files


def read_shard(file: Path) -> list[View]:
    """Return the views of one shard."""
    names = ("grey", "starts", "boxes", "labels", "hard", "linked")
    grey, starts, *each = load_npz(file, names, wanted="a shard of views; render it anew").values()
    return [View(grey[i], *(values[a:b] for values in each)) for i, (a, b) in enumerate(pairwise(starts))]


@dataclass(frozen=True)
class Variation:
    """How a view is varied.

    Attributes:
        aimed: share of views that show a digit of theirs, if they have one, at a height at which it is to be found.
        near, far: natural logarithm of the scale, evenly within ± near; of a share of the others within ± far, where
            most of the writing is of another level.
        far_share: that share.
        stretch: of width against height, ± natural logarithm.
        negative: share of views with the polarity turned round.
        blurred, noisy: shares of views made worse.
        blur: largest deviation, pixels.
        noise: largest deviation, grey levels.
    """

    aimed: float = 0.75
    near: float = 0.25
    far: float = 0.9
    far_share: float = 0.25
    stretch: float = 0.1
    negative: float = 0.1
    blurred: float = 0.15
    blur: float = 0.8
    noisy: float = 0.15
    noise: float = 6.0


def varied(view: View, size: tuple[int, int], how: Variation, rng: np.random.Generator) -> View:
    """Return a view of ``size``, height and width: another scale, light, grain and part of ``view``, normalized."""
    scale = rng.uniform(-how.far, how.far) if rng.random() < how.far_share else rng.uniform(-how.near, how.near)
    aim = _aim(view, rng) if rng.random() < how.aimed else None
    if aim is not None:
        least, most = (float(np.clip(np.log(h / view.boxes[aim, 3]), -how.far, how.far)) for h in (LOWEST, HIGHEST))
        near = np.clip((-2 * how.near, 2 * how.near), least, most)  # of what it is, no more than needed
        scale = rng.uniform(*near)
    stretch = rng.uniform(-how.stretch, how.stretch)
    height, width = view.grey.shape
    w, h = max(8, round(width * np.exp(scale + stretch / 2))), max(8, round(height * np.exp(scale - stretch / 2)))
    grey = cv2.resize(view.grey, (w, h), interpolation=cv2.INTER_AREA if scale < 0 else cv2.INTER_LINEAR)
    if rng.random() < how.blurred:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, how.blur))
    if rng.random() < how.noisy:
        noise = np.rint(rng.normal(0, rng.uniform(1, how.noise), grey.shape))
        grey = np.clip(grey + noise, 0, 255).astype(np.uint8)
    boxes = view.boxes * np.array([w / width, h / height] * 2, np.float32)
    level = normalized(np.asarray(grey, np.uint8))
    if rng.random() < how.negative:
        level = np.bitwise_not(level)
    return _placed(replace(view, grey=level, boxes=boxes), size, aim, rng)


def _aim(view: View, rng: np.random.Generator) -> int | None:
    """Return which digit of a view to show, if it has one that can be read."""
    digits = np.flatnonzero((view.labels < DIGIT_CLASSES) & ~view.hard)
    return int(rng.choice(digits)) if len(digits) else None


def _placed(view: View, size: tuple[int, int], aim: int | None, rng: np.random.Generator) -> View:
    """Cut a part of ``size`` out of ``view``, with the digit ``aim`` in it, or put it on even ground where smaller."""
    result = np.full(size, PAPER, np.uint8)
    at = []
    for axis, (want, have) in enumerate(zip(size, view.grey.shape, strict=True)):
        low, high = min(0, want - have), max(0, want - have)
        if aim is None or have <= want:
            at.append(int(rng.integers(low, high + 1)))
        else:
            middle = view.boxes[aim, 1 - axis] + view.boxes[aim, 3 - axis] / 2
            at.append(int(np.clip(round(rng.uniform(0, want) - middle), low, high)))
    (top, left), (h, w) = at, view.grey.shape
    y, x, bottom, right = max(0, top), max(0, left), min(size[0], top + h), min(size[1], left + w)
    result[y:bottom, x:right] = view.grey[y - top : bottom - top, x - left : right - left]
    return replace(view, grey=result, boxes=view.boxes + np.array([left, top, 0, 0], np.float32))
