"""Random views at the finder's scale: pages made, photographed or scanned, and what stands where in them.

Large pages fill a view; small pictures, as crops of forms are, lie in it side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.pages import KINDS, Kind
from numbre_export.synthesis.pages.page import Page, Region, blank_page
from numbre_export.synthesis.pages.wear import befall
from numbre_export.synthesis.pictures import Picture, take
from numbre_export.synthesis.sheet import LABELS
from numbre_export.synthesis.sources import Sources

SHAPE = (160, 256)
_HEIGHTS = (10.0, 44.0)  # of digits that the network is to find at this level, pixels
_NEAR, _FAR = (44.0, 420.0), (3.0, 10.0)  # seen too large, too small: found at another level
_NEAR_SHARE, _FAR_SHARE = 0.12, 0.06
_TURNED_SHARE = 0.03  # upside down or on their side
_SEEN = 0.55  # share of a box that the border must leave for it to be asked for
_LOST = 0.12  # of which less is no box at all
_EITHER_WAY = [LABELS[like] for like in "01689.-/+=x"]  # labels that are read as something upside down too
_TRIES = 24  # pictures that are tried to fill a view with
_SMALLEST = 16  # pixels of a picture's side


@dataclass(frozen=True, eq=False)
class View:
    """A picture, and the truth about it.

    Attributes:
        grey: (H, W) uint8.
        boxes: (N, 4) float32, x, y, width, height around each symbol's ink, pixels.
        labels: (N,) int8, indices of :data:`numbre_edge.finding.grid.CLASSES`.
        hard: (N,) bool: cut by the border, or illegible; nobody should be blamed for it.
        linked: (N,) bool: its number goes on after it.
    """

    grey: Pixels
    boxes: Floats
    labels: NDArray[np.int8]
    hard: NDArray[np.bool_]
    linked: NDArray[np.bool_]


def render_view(
    source: Sources,
    rng: Generator,
    *,
    shape: tuple[int, int] = SHAPE,
    kinds: Sequence[Kind] = KINDS,
    heights: tuple[float, float] = _HEIGHTS,
) -> View:
    """Return one random view of ``shape`` of one of ``kinds`` of pages, or of small pictures of several.

    ``heights`` are those of most digits, pixels, from and to.
    """
    page = _page(source, rng, shape, kinds, heights)
    if page.window is None:
        view = _view(shape, [(take(page, page.view, rng), 0, 0)], rng)
        return _turned(view, rng) if rng.random() < _TURNED_SHARE and shape[0] <= shape[1] else view
    placed: list[tuple[Picture, int, int]] = []
    x = y = lane = 0
    for _ in range(_TRIES):
        picture = take(page, _within(page), rng)
        height, width = picture.grey.shape
        if x + width > shape[1] and x:
            x, y, lane = 0, y + lane + int(rng.integers(0, 9)), 0
        if x + width <= shape[1] and y + height <= shape[0]:
            placed.append((picture, x, y))
            x, lane = x + width + int(rng.integers(0, 13)), max(lane, height)
        room = shape[0] - y
        if room < _SMALLEST:
            break
        least = (min(24, room), min(40, shape[1]))
        high, wide = rng.integers(least, (room + 1, shape[1] + 1)).tolist()
        page = _page(source, rng, (high, wide), kinds, heights)
    return _view(shape, placed, rng)


def _page(
    source: Sources, rng: Generator, shape: tuple[int, int], kinds: Sequence[Kind], heights: tuple[float, float]
) -> Page:
    shares = np.cumsum([kind.share for kind in kinds])
    kind = kinds[int(np.searchsorted(shares, rng.random() * shares[-1]))]
    part = rng.random()
    low, high = _NEAR if part < _NEAR_SHARE else _FAR if part < _NEAR_SHARE + _FAR_SHARE else heights
    page = blank_page(source, rng, shape, float(np.exp(rng.uniform(np.log(low), np.log(high)))))
    kind.make(page)
    if page.style != "shown":
        befall(page)
    return page


def _within(page: Page) -> Region:
    """Return a page's window, inside its view and not too small to be a picture; its view without one."""
    left, top, right, bottom = page.window or page.view
    left, top = max(0.0, min(left, page.view[2] - _SMALLEST)), max(0.0, min(top, page.view[3] - _SMALLEST))
    right, bottom = max(left + _SMALLEST, right), max(top + _SMALLEST, bottom)
    return left, top, min(right, page.view[2]), min(bottom, page.view[3])


def _view(shape: tuple[int, int], placed: Sequence[tuple[Picture, int, int]], rng: Generator) -> View:
    """Lay pictures, each with its x and y, into a view, and fill the rest as programs do: evenly, or by its edge."""
    fill = (0, 255, int(np.median(placed[0][0].grey)) if placed else 128)[int(rng.integers(3))]
    grey = np.full(shape, fill, np.uint8)
    boxes, labels, hard, linked = [np.zeros((0, 4))], [np.zeros(0, np.int8)], [np.zeros(0, bool)], [np.zeros(0, bool)]
    for picture, x, y in placed:
        height, width = picture.grey.shape
        if rng.random() < 0.4:  # its last column and row run on for a while
            reach = int(rng.integers(2, 40))
            grey[y : y + height, x + width : x + width + reach] = picture.grey[:, -1:]
            grey[y + height : y + height + reach, x : x + width] = picture.grey[-1:]
        grey[y : y + height, x : x + width] = picture.grey
        low, high = np.maximum(picture.edges[:, :2], 0), np.minimum(picture.edges[:, 2:], (width, height))
        whole = np.prod(picture.edges[:, 2:] - picture.edges[:, :2], axis=1)
        share = np.prod(np.maximum(high - low, 0), axis=1) / np.maximum(whole, 1e-6)
        kept = share >= _LOST
        boxes.append(np.concatenate([low + np.array([x, y]), high - low], axis=1)[kept])
        labels.append(picture.labels[kept])
        hard.append((picture.hard | (share < _SEEN))[kept])
        linked.append(picture.linked[kept])
    places = np.concatenate(boxes).astype(np.float32)
    return View(grey, places, np.concatenate(labels), np.concatenate(hard), np.concatenate(linked))


def _turned(view: View, rng: Generator) -> View:
    """Turn a view upside down or on its side: what then has no right reading is nothing, the rest hard.

    A page that lies wrong must be set upright, not read: few digits may be seen in it.
    """
    height, width = view.grey.shape
    if rng.random() < 0.5:
        left = int(rng.integers(0, width - height + 1))
        square = np.rot90(view.grey[:, left : left + height], 1 if rng.random() < 0.5 else 3)
        grey = np.pad(square, ((0, 0), (left, width - height - left)), "edge")
        return View(grey, np.zeros((0, 4), np.float32), np.zeros(0, np.int8), np.zeros(0, bool), np.zeros(0, bool))
    x, y, w, h = view.boxes.T
    boxes = np.stack([width - x - w, height - y - h, w, h], axis=1)
    kept = np.isin(view.labels, _EITHER_WAY)
    grey = np.ascontiguousarray(view.grey[::-1, ::-1])
    return View(grey, boxes[kept], view.labels[kept], np.ones(int(kept.sum()), bool), np.zeros(int(kept.sum()), bool))
