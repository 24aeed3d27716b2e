"""Light on the page: its fall across the picture, and shadows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.scenes.texture import smooth_noise

_COARSE = 4  # pixels: light without shadows changes too slowly to be computed for each


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """The shadow of a thing with straight sides: a phone, a hand's back, a window frame.

    Attributes:
        center: x, y, share of the picture's width and height; may lie outside.
        size: width, height, share of the picture's longer side.
        angle: radians.
        depth: share of the light it takes, 0 to 1.
        softness: width of its edge, pixels.
        waviness: of its edge, pixels.
    """

    center: tuple[float, float]
    size: tuple[float, float]
    angle: float = 0.0
    depth: float = 0.45
    softness: float = 8.0
    waviness: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Light:
    """How the page is lit.

    Attributes:
        gradient: light lost from the brightest to the darkest side, 0 to 1.
        angle: direction of the dark side, radians, 0 is right, pi/2 is down.
        vignette: light lost in the corners, 0 to 1.
        unevenness: of a sheet that does not lie flat, share of the light.
        shadows: what stands in the light.
    """

    gradient: float = 0.15
    angle: float = 0.8
    vignette: float = 0.1
    unevenness: float = 0.02
    shadows: tuple[Shadow, ...] = ()


def render_light(light: Light, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return the light on each pixel, shape float32, linear, at most about 1."""
    coarse = (shape[0] // _COARSE + 2, shape[1] // _COARSE + 2)
    y = np.linspace(-1, 1, coarse[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, coarse[1], dtype=np.float32)[None, :]
    along = (x * np.cos(light.angle) + y * np.sin(light.angle)) / (abs(np.cos(light.angle)) + abs(np.sin(light.angle)))
    lit = 1 - light.gradient * np.square((along + 1) / 2) * 0.5 - light.gradient * (along + 1) / 4
    lit = lit * (1 - light.vignette * np.square((x * x + y * y) / 2))
    if light.unevenness:
        lit = lit * (1 + light.unevenness * smooth_noise(rng, coarse, max(coarse) / 3))
    lit = cv2.resize(lit, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    for shadow in light.shadows:
        lit = lit * (1 - shadow.depth * _shade(shadow, shape, rng))
    return np.asarray(lit, np.float32)


def _shade(shadow: Shadow, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Return how much of the shadow lies on each pixel, 0 to 1."""
    height, width = shape
    longer = max(shape)
    x = np.arange(width, dtype=np.float32)[None, :] - shadow.center[0] * width
    y = np.arange(height, dtype=np.float32)[:, None] - shadow.center[1] * height
    cosine, sine = float(np.cos(shadow.angle)), float(np.sin(shadow.angle))
    corner = 0.04 * longer  # its corners are round, as a phone's are
    u = np.abs(cosine * x + sine * y) - shadow.size[0] * longer / 2 + corner
    v = np.abs(cosine * y - sine * x) - shadow.size[1] * longer / 2 + corner
    distance = np.hypot(np.maximum(u, 0), np.maximum(v, 0)) + np.minimum(np.maximum(u, v), 0) - corner
    if shadow.waviness:
        distance = distance + shadow.waviness * smooth_noise(rng, shape, longer / 5)
    ramp = np.clip(0.5 - distance / max(shadow.softness, 1.0), 0, 1)
    smooth = ramp * ramp * (3 - 2 * ramp)  # a lamp has an extent: its penumbra has no corners
    return np.asarray(cv2.GaussianBlur(smooth.astype(np.float32), (0, 0), 0.8), np.float32)
