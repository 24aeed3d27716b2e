"""A page -> a picture of a part of it: seen aslant, inked, laid on a desk, exposed, and what of it can be read."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.backdrops import part_of
from numbre_export.synthesis.drawing import bounds, cover, draw, project
from numbre_export.synthesis.exposure import bilevel, compressed, on_screen, photographed, scanned, shown
from numbre_export.synthesis.pages.page import Page, Region
from numbre_export.synthesis.pages.wear import cut
from numbre_export.synthesis.sheet import NOTHING, Layer, Mark
from numbre_export.synthesis.surfaces import render_surface, shadow

_NEGATIVE_SHARE = 0.25  # white on black
_LEAST = 8.5  # pixels of the camera that a digit has at least where its picture was enlarged
_CRISP = 14.0  # from which black and white are enough to tell it by
# Ink is legible that differs from its paper by so many grey levels and this many of the paper's deviations where a
# digit is 20 pixels high; the eye averages over larger ones.
_FAINT, _VISIBLE = 5.0, 1.6
_LIMITS = (0.9, 2.0)  # of the latter, for large and small digits
# Half of it is left to see, pixel by pixel, where a thin pen, light or a threshold took the rest.
_WHOLE, _SOME = 0.6, 0.25
_ON_SHEET, _OFF_SHEET = 0.95, 0.12  # shares of a box on the sheet: below, it is cut; it is gone


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and the symbols in it, also those beyond its border.

    Attributes:
        grey: (H, W) uint8.
        edges: (N, 4) float64, left, top, right, bottom of each symbol's ink, pixels.
        labels: (N,) int8, as :class:`~numbre_export.synthesis.views.View` has them.
        hard, linked: (N,) bool.
    """

    grey: Pixels
    edges: NDArray[np.float64]
    labels: NDArray[np.int8]
    hard: NDArray[np.bool_]
    linked: NDArray[np.bool_]


def take(page: Page, region: Region, rng: Generator, *, plain: bool = False) -> Picture:
    """Take a picture of a part of a page, as large as that; no ``plain`` one is enlarged, or inverted."""
    left, top = int(region[0]), int(region[1])
    shape = (int(region[3]) - top, int(region[2]) - left)
    coarse = 1.0 if plain else _raster(page, rng)
    raster = (max(8, round(shape[0] * coarse)), max(8, round(shape[1] * coarse)))
    scales = np.array([raster[1] / shape[1], raster[0] / shape[0]])
    shift = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
    matrix = np.diag([*scales, 1.0]) @ shift @ _pose(page, rng)
    layers = [Layer(layer.ink, project(layer.marks, matrix)) for layer in page.layers]
    scale = page.height * coarse
    if page.backdrop is None:
        ground = render_surface(page.surface, raster, rng)
    else:
        ground = part_of(page.backdrop, raster, rng)
    surface, written, inked = draw(ground, layers, rng, scale)
    symbols = [mark for layer in layers for mark in layer.marks if mark.label != NOTHING]
    edges, labels = bounds(symbols), np.array([mark.label for mark in symbols], np.int8)
    hard, linked = (np.array([getattr(mark, name) for mark in symbols], bool) for name in ("hard", "linked"))
    if page.sheet is not None and page.desk is not None:
        covered = cover(project([Mark.of([cut(page.sheet, rng)], 0.0, filled=True)], matrix), raster)
        surface = _laid(surface, covered, render_surface(page.desk, raster, rng), rng)
        share = _on_sheet(covered, edges)
        kept = share > _OFF_SHEET
        hard = hard | (share < _ON_SHEET)
        edges, labels, hard, linked = edges[kept], labels[kept], hard[kept], linked[kept]
    grey = _exposed(surface, page, scale, rng)
    hard |= ~legible(grey, written, 1 - inked, edges)
    if coarse != 1:
        way = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[int(rng.choice(3, p=(0.5, 0.4, 0.1)))]
        grey = np.asarray(cv2.resize(grey, shape[::-1], interpolation=cv2.INTER_AREA if coarse > 1 else way), np.uint8)
    if not plain and rng.random() < _NEGATIVE_SHARE:
        grey = np.asarray(255 - grey, np.uint8)
    return Picture(grey, edges / np.tile(scales, 2), labels, hard, linked)


def legible(grey: Pixels, written: Floats, paper: Floats, edges: Floats) -> NDArray[np.bool_]:
    """Tell for each box, (N, 4) left, top, right, bottom, whether most of its ink stands out from the paper around it.

    ``written`` is how much of each pixel of ``grey`` writing covers, ``paper`` how much nothing does.
    """
    height, width = grey.shape
    found = np.ones(len(edges), bool)
    for i, (left, top, right, bottom) in enumerate(edges.tolist()):
        rows = slice(max(0, int(top) - 1), max(0, min(height, int(bottom) + 2)))
        columns = slice(max(0, int(left) - 1), max(0, min(width, int(right) + 2)))
        part, ink, bare = grey[rows, columns].astype(np.float32), written[rows, columns], paper[rows, columns]
        if not part.size or float(bare.mean()) < 0.02:
            continue
        if float(ink.mean()) < 0.02:
            found[i] = False
            continue
        whole = float(bare.sum())
        dark, light = float((part * ink).sum() / ink.sum()), float((part * bare).sum()) / whole
        spread = float(np.sqrt(((part - light) ** 2 * bare).sum() / whole))
        most = float(np.clip(_VISIBLE * (20 / max(bottom - top, 1)) ** 0.5, *_LIMITS))
        apart = (part - light) * np.sign(dark - light)
        shown = float((ink * (apart > _FAINT + _SOME * spread)).sum() / ink.sum())
        found[i] = abs(dark - light) > most * spread + _FAINT and shown > _WHOLE
    return found


def _raster(page: Page, rng: Generator) -> float:
    """Return how many pixels the camera has for one of the view: a small picture may have been enlarged."""
    if rng.random() < 0.65:
        return 1.0
    least = min(1.0, (_CRISP if page.style == "bilevel" else _LEAST) / page.height)
    return float(np.exp(rng.uniform(np.log(max(least, 0.12)), np.log(1.3))))


def _pose(page: Page, rng: Generator) -> NDArray[np.float64]:
    """Return the homography from page to view: turned, seen aslant."""
    if page.style == "shown":
        return np.eye(3)
    width, height = page.view[2], page.view[3]
    lean, shear = rng.normal(0, 0.04, 2).tolist() if page.style in ("photograph", "screen") else (0.0, 0.0)
    middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    cos, sin = np.cos(page.turn), np.sin(page.turn)
    pose = np.array([[cos, shear - sin, 0], [sin, cos, 0], [0, lean / width, 1.0]])
    return np.asarray(np.linalg.inv(middle) @ pose @ middle)


def _laid(sheet: Floats, covered: Floats, desk: Floats, rng: Generator) -> Floats:
    """Put a sheet on a desk, on which it may throw a shadow; all (H, W) float32."""
    if rng.random() < 0.5:
        reach = float(rng.uniform(0.5, 1 + 0.04 * max(sheet.shape)))
        desk = desk * (1 - np.float32(rng.uniform(0.1, 0.6)) * shadow(covered, reach))
    return np.asarray(desk + covered * (sheet - desk), np.float32)


def _on_sheet(covered: Floats, edges: Floats) -> Floats:
    """Return the share of each box, left, top, right, bottom, that is on the sheet; 1 where it is out of sight."""
    sums = cv2.integral(covered)
    height, width = covered.shape
    left, top = np.floor(np.clip(edges[:, :2], 0, (width, height))).astype(int).T
    right, bottom = np.ceil(np.clip(edges[:, 2:], 0, (width, height))).astype(int).T
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    area = (right - left) * (bottom - top)
    return np.asarray(np.where(area > 0, inside / np.maximum(area, 1), 1), np.float32)


def _exposed(surface: Floats, page: Page, scale: float, rng: Generator) -> Pixels:
    if page.style == "shown":
        grey = shown(surface, sharp=rng.random() < (0.5 if scale > 30 else 0.1))
    elif page.style in ("photograph", "screen"):
        blur = float(rng.uniform(0.2, 0.7) + (rng.random() < 0.3) * rng.uniform(0, 0.045) * scale)
        motion = float(rng.uniform(0, 0.08)) * scale if rng.random() < 0.05 else 0.0
        contrast = abs(page.ink.tone - page.surface.tone) * page.ink.density
        noise = contrast * float(np.exp(rng.uniform(np.log(0.004), np.log(0.12))))
        seen = on_screen(surface, rng) if page.style == "screen" else surface
        grey = photographed(seen, rng, blur=min(blur, 0.3 + 0.045 * scale), motion=motion, noise=noise)
    else:
        grey = scanned(surface, rng, blur=float(rng.uniform(0.2, 0.8)))
    if page.style == "bilevel" and scale >= _CRISP:
        grey = bilevel(grey, rng)
    if rng.random() < (0.2 if page.style in ("bilevel", "shown") else 0.5):
        grey = compressed(grey, int(rng.integers(25, 95)))
    return grey
