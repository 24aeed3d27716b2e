"""What is written on, in grey: paper in its kinds, boards, screens, and the desk it lies on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats
from numbre_export.synthesis.scenes.texture import grain, smooth_noise

GRAINS = (0.4, 0.7, 1.1, 2.0)  # sigmas of fine texture, pixels; few, so that their tiles are made once


@dataclass(frozen=True, kw_only=True)
class Surface:
    """An evenly lit, empty surface.

    Attributes:
        tone: reflectance, 0 to 1.
        fibre: strength of fine texture.
        fibre_size: of it, picture pixels; below 1 it is white noise, softened.
        cloud: strength of large, soft unevenness.
        veins: strength of long fibres: wood, laid paper, cardboard.
        weave: strength of crossing threads: cloth, security paper.
        folds: creases across it.
        crumple: how strongly a crushed sheet's facets catch the light.
    """

    tone: float = 0.9
    fibre: float = 0.004
    fibre_size: float = 0.8
    cloud: float = 0.012
    veins: float = 0.0
    weave: float = 0.0
    folds: int = 0
    crumple: float = 0.0


def render_surface(surface: Surface, shape: tuple[int, int], rng: Generator) -> Floats:
    """Return the surface, shape float32, reflectance about 0 to 1."""
    shade = 1 + surface.cloud * smooth_noise(rng, shape, float(rng.uniform(0.1, 0.8)) * max(shape))
    if surface.fibre:
        shade += surface.fibre * grain(rng, shape, GRAINS[int(rng.integers(len(GRAINS)))])
        if surface.fibre_size >= 1:
            shade += surface.fibre * smooth_noise(rng, shape, surface.fibre_size)
    if surface.veins:
        veins = smooth_noise(rng, shape, float(rng.uniform(1.5, 6)), stretch=float(rng.uniform(5, 40)))
        shade += surface.veins * veins
    if surface.weave:
        period = float(np.exp(rng.uniform(np.log(2.2), np.log(12))))
        threads = np.sin(_along(shape, rng) * (2 * np.pi / period)) + np.sin(_along(shape, rng) * (2 * np.pi / period))
        shade += surface.weave * threads * (1 + 0.5 * smooth_noise(rng, shape, 2 * period))
    for _ in range(surface.folds):
        distance = _along(shape, rng) - rng.uniform(-0.4, 0.4) * max(shape)
        sharp = float(rng.uniform(0.7, 2.5))
        bend = float(rng.uniform(-0.12, 0.12)) * np.sign(distance) * np.exp(-np.abs(distance) / rng.uniform(5, 80))
        shade += bend + float(rng.uniform(-0.35, 0.1)) * np.exp(-((distance / sharp) ** 2))
    if surface.crumple:
        facets = np.abs(smooth_noise(rng, shape, float(rng.uniform(0.1, 0.4)) * max(shape)))
        facets += 0.5 * np.abs(smooth_noise(rng, shape, float(rng.uniform(0.04, 0.15)) * max(shape)))
        shade += surface.crumple * (facets - 0.7)
    return np.asarray(np.float32(surface.tone) * shade, np.float32)


def _along(shape: tuple[int, int], rng: Generator) -> Floats:
    """Return the distance from a line through the middle, in a random direction, pixels."""
    turn = float(rng.uniform(0, np.pi))
    x = (np.arange(shape[1], dtype=np.float32) - shape[1] / 2) * np.float32(np.cos(turn))
    y = (np.arange(shape[0], dtype=np.float32) - shape[0] / 2) * np.float32(np.sin(turn))
    return np.asarray(x[None, :] + y[:, None], np.float32)


def random_paper(rng: Generator) -> Surface:
    """Return a sheet: mostly white and smooth, some grey, coarse or old."""
    coarse = rng.random() < 0.25
    return Surface(
        tone=float(rng.uniform(0.75, 1.0) if rng.random() < 0.8 else rng.uniform(0.35, 0.8)),
        fibre=float(rng.uniform(0.01, 0.06) if coarse else rng.uniform(0, 0.01)),
        fibre_size=float(np.exp(rng.uniform(-0.5, 2.3))) if coarse else 0.8,
        cloud=float(rng.uniform(0, 0.03) if rng.random() < 0.8 else rng.uniform(0.03, 0.12)),
        veins=float(rng.uniform(0.005, 0.04)) if rng.random() < 0.08 else 0.0,
        weave=float(rng.uniform(0.01, 0.05)) if rng.random() < 0.05 else 0.0,
        folds=int(rng.integers(1, 4)) if rng.random() < 0.1 else 0,
        crumple=float(rng.uniform(0.02, 0.15)) if rng.random() < 0.06 else 0.0,
    )


def random_desk(rng: Generator, paper: float) -> Surface:
    """Return what a sheet of that tone lies on: wood, cloth, a dark or light table, a scanner's black or white."""
    tone = float(rng.uniform(0.02, 0.55) if rng.random() < 0.8 else rng.uniform(0.6, 1.0))
    if abs(tone - paper) < 0.12:
        tone = 0.25 * paper
    kind = rng.random()
    if kind < 0.35:  # a scanner's lid, a plain table
        return Surface(tone=tone, fibre=0.003)
    if kind < 0.75:  # wood
        return Surface(tone=tone, veins=float(rng.uniform(0.03, 0.3)), fibre=0.01, cloud=float(rng.uniform(0.02, 0.2)))
    if kind < 0.9:  # cloth
        return Surface(tone=tone, weave=float(rng.uniform(0.03, 0.2)), fibre=0.03, cloud=0.1)
    return Surface(tone=tone, fibre=float(rng.uniform(0.03, 0.2)), fibre_size=float(rng.uniform(1, 8)), cloud=0.1)


def shadow(cover: Floats, reach: float) -> Floats:
    """Return the shadow that a sheet throws on its desk: (H, W) float32, 0 to 1, of its cover, pixels."""
    shift = np.array([[1, 0, 0.7 * reach], [0, 1, reach]])
    moved = cv2.warpAffine(cover, shift, cover.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), max(reach, 0.5)), np.float32)
