"""Layers of ink -> a sheet of reflectance: lines drawn at several times the picture's size, then averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.paths import Path
from numbre_export.synthesis.scenes.texture import grain, smooth_noise
from numbre_export.synthesis.sheet import NOTHING, Layer, Mark
from numbre_export.synthesis.surfaces import GRAINS

_SHIFT = 4  # bits of a drawn coordinate below the pixel
_FAR = 1 << 24  # no further away than this, drawn pixels
_FINE, _COARSE = 4, 2  # times the picture's size: thin pens need widths in fine steps, thick ones are slow to draw
_THICK = 6.0  # page pixels from which a pen is drawn coarsely


def project(marks: Sequence[Mark], matrix: NDArray[np.float64]) -> list[Mark]:
    """Return marks seen through a homography ((3, 3), page to picture); pens are scaled by its mean scale."""
    points = np.concatenate([mark.path.points for mark in marks]) @ matrix[:, :2].T + matrix[:, 2]
    flat = (points[:, :2] / points[:, 2:]).astype(np.float32)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))) / float(matrix[2, 2])
    seen, start = [], 0
    for mark in marks:
        end = start + len(mark.path.points)
        path = Path(flat[start:end], mark.path.ends)
        seen.append(replace(mark, path=path, width=mark.width * scale))
        start = end
    return seen


def bounds(marks: Sequence[Mark]) -> Floats:
    """Return the left, top, right and bottom of each mark's ink, (N, 4) float32, picture pixels."""
    if not marks:
        return np.zeros((0, 4), np.float32)
    points = np.concatenate([mark.path.points for mark in marks])
    starts = np.cumsum([0, *(len(mark.path.points) for mark in marks[:-1])])
    reach = np.array([[mark.width / 2] for mark in marks], np.float32)
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    return np.concatenate([low - reach, high + reach], axis=1)


def cover(marks: Sequence[Mark], shape: tuple[int, int]) -> Floats:
    """Draw marks in picture pixels; return how much of each pixel they cover, shape float32, 0 to 1."""
    height, width = shape
    left, top, right, bottom = bounds(marks).T
    seen = np.flatnonzero((right > 0) & (bottom > 0) & (left < width) & (top < height)).tolist()
    times = _COARSE if all(marks[i].width > _THICK for i in seen) else _FINE
    canvas = np.zeros((height * times, width * times), np.uint8)
    for mark in (marks[i] for i in seen):
        _draw(canvas, mark, times)
    return np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)


def _draw(canvas: Pixels, mark: Mark, times: int) -> None:
    # The middle of the first pixel is at half a pixel; the canvas' own is at half of one of its pixels.
    points = np.maximum(np.minimum((mark.path.points * times - 0.5) * (1 << _SHIFT), _FAR), -_FAR).astype(np.int32)
    scaled = [points[start:end] for start, end in pairwise((0, *mark.path.ends))]
    thickness = round(mark.width * times)
    if mark.filled:
        cv2.fillPoly(canvas, scaled, (255,), cv2.LINE_8, _SHIFT)
        if thickness > 0:
            cv2.polylines(canvas, scaled, True, (255,), thickness, cv2.LINE_8, _SHIFT)
        return
    # A stroke of one point is drawn as a line from it to itself: a dot as wide as the pen.
    strokes = [line if len(line) > 1 else np.repeat(line, 2, axis=0) for line in scaled]
    if not mark.nib:
        cv2.polylines(canvas, strokes, False, (255,), max(1, thickness), cv2.LINE_8, _SHIFT)
        return
    for stroke in strokes:
        way = np.diff(stroke, axis=0)
        level = np.abs(way[:, 0]) / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1)
        widths = np.maximum(1, np.rint(mark.width * times * (1 - mark.nib * level))).astype(int).tolist()
        for (start, end), width in zip(pairwise(stroke.tolist()), widths, strict=True):
            cv2.line(canvas, start, end, (255,), width, cv2.LINE_8, _SHIFT)


def lay_ink(surface: Floats, ink: Ink, covered: Floats, rng: Generator, scale: float) -> Floats:
    """Return the reflectance of ``surface`` with ink on it; all (H, W) float32.

    ``scale`` is a digit's height, picture pixels: an ink's unevenness goes with it.
    """
    shape = (surface.shape[0], surface.shape[1])
    if ink.bleed > 0.1:
        covered = np.asarray(cv2.GaussianBlur(covered, (0, 0), ink.bleed), np.float32)
    if ink.rough:
        rough = 0.5 * ink.rough * min(1.0, scale / 30)  # finer than a pixel in small digits
        ragged = cv2.GaussianBlur(covered, (0, 0), 0.8) + rough * grain(rng, shape, GRAINS[1])
        covered = np.asarray(np.clip(3 * ragged - 1, 0, 1) * (covered > 0.02), np.float32)
    amount = np.asarray(covered * np.float32(ink.density))
    if ink.pooling:
        inner = cv2.GaussianBlur(covered, (0, 0), max(0.7, 0.03 * scale))
        amount = amount * (1 - ink.pooling * inner * inner)
    if ink.patches:
        field = smooth_noise(rng, shape, max(2.0, float(rng.uniform(0.1, 1.0)) * scale))
        amount = amount * np.clip(1 - ink.patches * (0.5 + 0.7 * field), 0, 1)
    if ink.grain:
        texture = grain(rng, shape, GRAINS[int(rng.integers(len(GRAINS)))])
        amount = amount * np.clip(1 - ink.grain * (0.5 + 0.6 * texture), 0, 1)
    return np.asarray(surface + amount * (np.float32(ink.tone) - surface), np.float32)


def draw(surface: Floats, layers: Sequence[Layer], rng: Generator, scale: float) -> tuple[Floats, Floats, Floats]:
    """Lay all layers, whose marks are in picture pixels, on a surface in turn.

    Returns:
        The sheet's reflectance, how much of each pixel layers with labelled ink cover, and how much all layers do;
        all (H, W) float32.
    """
    shape = (surface.shape[0], surface.shape[1])
    written, inked = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for layer in layers:
        covered = cover(layer.marks, shape)
        if not covered.any():
            continue
        surface = lay_ink(surface, layer.ink, covered, rng, scale)
        inked = np.maximum(inked, covered)
        if any(mark.label != NOTHING for mark in layer.marks):
            written = np.maximum(written, covered)
    return surface, written, inked
