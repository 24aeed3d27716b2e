"""What is written on, in grey: paper in its kinds, boards, screens, and the desk it lies on."""

from __future__ import annotations

from dataclasses import dataclass

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
        fibre_size: of it, picture pixels.
        cloud: strength of large, soft unevenness.
        veins: strength of long fibres: wood, laid paper, cardboard.
    """

    tone: float = 0.9
    fibre: float = 0.004
    fibre_size: float = 0.8
    cloud: float = 0.012
    veins: float = 0.0


def render_surface(surface: Surface, shape: tuple[int, int], rng: Generator) -> Floats:
    """Return the surface, shape float32, reflectance about 0 to 1."""
    shade = 1 + surface.cloud * smooth_noise(rng, shape, float(rng.uniform(0.1, 0.8)) * max(shape))
    if surface.fibre:
        shade += surface.fibre * grain(rng, shape, GRAINS[int(rng.integers(len(GRAINS)))])
    if surface.fibre and surface.fibre_size >= 1:
        shade += surface.fibre * smooth_noise(rng, shape, surface.fibre_size)
    if surface.veins:
        shade += surface.veins * smooth_noise(rng, shape, float(rng.uniform(1.5, 6)), stretch=float(rng.uniform(5, 40)))
    return np.asarray(np.float32(surface.tone) * shade, np.float32)


def random_paper(rng: Generator) -> Surface:
    """Return a sheet: mostly white and smooth, some grey, coarse or old."""
    coarse = rng.random() < 0.25
    return Surface(
        tone=float(rng.uniform(0.75, 1.0) if rng.random() < 0.8 else rng.uniform(0.35, 0.8)),
        fibre=float(rng.uniform(0.01, 0.06) if coarse else rng.uniform(0, 0.01)),
        fibre_size=float(np.exp(rng.uniform(-0.5, 2.3))) if coarse else 0.8,
        cloud=float(rng.uniform(0, 0.03) if rng.random() < 0.8 else rng.uniform(0.03, 0.12)),
        veins=float(rng.uniform(0.005, 0.04)) if rng.random() < 0.1 else 0.0,
    )
