"""Random views at the finder's scale: a page made, photographed or scanned, and what stands where in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.drawing import bounds, draw, project
from numbre_export.synthesis.exposure import bilevel, compressed, photographed, scanned
from numbre_export.synthesis.pages import KINDS, Kind
from numbre_export.synthesis.pages.page import Page, Region, blank_page
from numbre_export.synthesis.sheet import NOTHING, Layer
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.surfaces import render_surface

SHAPE = (160, 256)
_HEIGHTS = (10.0, 44.0)  # of digits that the network is to find at this level, pixels
_NEAR, _FAR = (44.0, 420.0), (3.0, 10.0)  # seen too large, too small: found at another level
_NEAR_SHARE, _FAR_SHARE = 0.12, 0.06
_SEEN = 0.55  # share of a box that the border must leave for it to be asked for
_LOST = 0.12  # of which less is no box at all
# Ink is legible that differs from its paper by this many of the paper's deviations and so many grey levels.
_VISIBLE, _FAINT = 0.9, 3.0


@dataclass(frozen=True, eq=False)
class View:
    """A picture, and the truth about it.

    Attributes:
        grey: (H, W) uint8.
        boxes: (N, 4) float32, x, y, width, height around each symbol's ink, pixels.
        labels: (N,) int8: 0 to 9; 10 point, 11 comma, 12 minus, 13 slash.
        hard: (N,) bool: cut by the border, or illegible; nobody should be blamed for it.
    """

    grey: Pixels
    boxes: Floats
    labels: NDArray[np.int8]
    hard: NDArray[np.bool_]


def render_view(
    source: Sources, rng: Generator, *, shape: tuple[int, int] = SHAPE, kinds: Sequence[Kind] = KINDS
) -> View:
    """Return one random view of ``shape`` of one of ``kinds`` of pages."""
    shares = np.cumsum([kind.share for kind in kinds])
    kind = kinds[int(np.searchsorted(shares, rng.random() * shares[-1]))]
    page = blank_page(source, rng, shape, _height(rng))
    kind.make(page)
    return take(page, shape, rng)


def take(page: Page, shape: tuple[int, int], rng: Generator) -> View:
    """Take a picture of a page, of ``shape``."""
    coarse = _raster(page, rng)
    raster = (max(16, round(shape[0] * coarse)), max(16, round(shape[1] * coarse)))
    to_raster = np.array([raster[1] / shape[1], raster[0] / shape[0]])
    matrix = np.diag([*to_raster, 1.0]) @ _pose(page, shape, rng)
    layers = [Layer(layer.ink, project(layer.marks, matrix)) for layer in page.layers]
    scale = page.height * coarse
    surface, written = draw(render_surface(page.surface, raster, rng), layers, rng, scale)
    grey = _exposed(surface, page, scale, rng)
    symbols = [mark for layer in layers for mark in layer.marks if mark.label != NOTHING]
    edges = bounds(symbols)
    hard = np.array([mark.hard for mark in symbols], bool) | ~legible(grey, written, edges)
    seen: Region = (0.0, 0.0, float(shape[1]), float(shape[0]))
    if page.window is not None:
        grey, seen = _window(grey, page.window, to_raster, rng)
    if coarse != 1:
        way = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[int(rng.choice(3, p=(0.5, 0.4, 0.1)))]
        grey = np.asarray(cv2.resize(grey, shape[::-1], interpolation=cv2.INTER_AREA if coarse > 1 else way), np.uint8)
    if rng.random() < 0.25:
        grey = np.asarray(255 - grey, np.uint8)
    labels = np.array([mark.label for mark in symbols], np.int8)
    boxes = np.asarray(edges / np.tile(to_raster, 2), np.float32)
    return _clipped(View(grey, boxes, labels, hard), seen)


def legible(grey: Pixels, written: Floats, edges: Floats) -> NDArray[np.bool_]:
    """Tell for each box, (N, 4) left, top, right, bottom, whether its ink stands out from what is around it.

    ``written`` is how much of each pixel of ``grey`` ink covers.
    """
    height, width = grey.shape
    found = np.ones(len(edges), bool)
    for i, (left, top, right, bottom) in enumerate(edges.tolist()):
        rows = slice(max(0, int(top) - 1), min(height, int(bottom) + 2))
        columns = slice(max(0, int(left) - 1), min(width, int(right) + 2))
        part, ink = grey[rows, columns].astype(np.float32), written[rows, columns]
        if not part.size or not 0.02 < float(ink.mean()) < 0.98:
            continue
        share, paper = float(ink.sum()), 1 - ink
        dark, light = float((part * ink).sum()) / share, float((part * paper).sum()) / float(paper.sum())
        spread = float(np.sqrt(((part - light) ** 2 * paper).sum() / paper.sum()))
        found[i] = abs(dark - light) > _VISIBLE * spread + _FAINT
    return found


def _height(rng: Generator) -> float:
    kind = rng.random()
    low, high = _NEAR if kind < _NEAR_SHARE else _FAR if kind < _NEAR_SHARE + _FAR_SHARE else _HEIGHTS
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _raster(page: Page, rng: Generator) -> float:
    """Return how many pixels the camera has for one of the view: a small picture may have been enlarged."""
    if rng.random() < 0.65:
        return 1.0
    least = min(1.0, 9.0 / page.height)
    return float(np.exp(rng.uniform(np.log(max(least, 0.12)), np.log(1.3))))


def _pose(page: Page, shape: tuple[int, int], rng: Generator) -> NDArray[np.float64]:
    """Return the homography from page to view: turned up to 15 degrees, seen aslant."""
    if page.style == "screen":
        return np.eye(3)
    turn = page.turn
    lean, shear = rng.normal(0, 0.04, 2).tolist() if page.style == "photograph" else (0.0, 0.0)
    middle = np.array([[1, 0, -shape[1] / 2], [0, 1, -shape[0] / 2], [0, 0, 1.0]])
    pose = np.array(
        [[np.cos(turn), -np.sin(turn) + shear, 0], [np.sin(turn), np.cos(turn), 0], [0, lean / shape[1], 1.0]]
    )
    return np.asarray(np.linalg.inv(middle) @ pose @ middle)


def _exposed(surface: Floats, page: Page, scale: float, rng: Generator) -> Pixels:
    if page.style == "photograph":
        blur = float(rng.uniform(0.2, 0.7) + (rng.random() < 0.35) * rng.uniform(0, 0.05) * scale)
        motion = float(rng.uniform(0, 0.1)) * scale if rng.random() < 0.06 else 0.0
        contrast = abs(page.ink.tone - page.surface.tone) * page.ink.density
        noise = contrast * float(np.exp(rng.uniform(np.log(0.004), np.log(0.15))))
        grey = photographed(surface, rng, blur=min(blur, 0.3 + 0.06 * scale), motion=motion, noise=noise)
    else:
        grey = scanned(surface, rng, blur=float(rng.uniform(0.2, 0.8)))
    if page.style == "bilevel":
        grey = bilevel(grey, rng)
    if rng.random() < (0.2 if page.style == "bilevel" else 0.5):
        grey = compressed(grey, int(rng.integers(12, 95)))
    return grey


def _window(grey: Pixels, window: Region, to_raster: NDArray[np.float64], rng: Generator) -> tuple[Pixels, Region]:
    """Cut the picture to its window, view pixels, and fill the view around it; return what is seen, view pixels."""
    height, width = grey.shape
    across, down = to_raster.tolist()
    left, top = max(0, int(window[0] * across)), max(0, int(window[1] * down))
    right, bottom = min(width, int(window[2] * across)), min(height, int(window[3] * down))
    if right - left < 8 or bottom - top < 8:
        return grey, (0.0, 0.0, width / across, height / down)
    cut = grey[top:bottom, left:right]
    mode = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    value = int(rng.choice((0, 255, int(np.median(cut)))))
    filled = cv2.copyMakeBorder(cut, top, height - bottom, left, width - right, mode, value=(value,))
    return np.asarray(filled, np.uint8), (left / across, top / down, right / across, bottom / down)


def _clipped(view: View, seen: Region) -> View:
    """Clip boxes, so far left, top, right and bottom, to what is seen; leave out those of which little is."""
    low, high = view.boxes[:, :2], view.boxes[:, 2:]
    left_top, right_bottom = np.maximum(low, seen[:2]), np.minimum(high, seen[2:])
    share = np.prod(np.maximum(right_bottom - left_top, 0), axis=1) / np.maximum(np.prod(high - low, axis=1), 1e-6)
    kept = share >= _LOST
    boxes = np.concatenate([left_top, right_bottom - left_top], axis=1)[kept].astype(np.float32)
    return View(view.grey, boxes, view.labels[kept], (view.hard | (share < _SEEN))[kept])
