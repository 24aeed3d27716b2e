"""Reflectance -> the grey picture: light and shadow, blur, noise, what scanners and JPEG do to it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.scenes.texture import grain
from numbre_export.synthesis.surfaces import GRAINS


def light(shape: tuple[int, int], rng: Generator) -> Floats:
    """Return the light on a photographed sheet, shape float32, at most about 1: a slope, at times a shadow's edge."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = float(rng.uniform(0, 2 * np.pi))
    along = np.cos(turn) * (x / width - 0.5) + np.sin(turn) * (y / height - 0.5)
    field = np.asarray(1 + rng.uniform(0, 0.45) * along, np.float32)
    if rng.random() < 0.3:  # something stands in the light: an edge, soft or hard, straight
        turn, place = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(-0.4, 0.4))
        soft = float(np.exp(rng.uniform(np.log(0.005), np.log(0.4))))
        beyond = np.cos(turn) * (x / width - 0.5) + np.sin(turn) * (y / height - 0.5) - place
        field = field * (1 - np.float32(rng.uniform(0.1, 0.6)) / (1 + np.exp(np.clip(-4 * beyond / soft, -30, 30))))
    return np.asarray(field, np.float32)


def photographed(surface: Floats, rng: Generator, *, blur: float, motion: float, noise: float) -> Pixels:
    """Photograph reflectance ((H, W) float32): ``blur`` and ``motion`` in pixels, ``noise`` of full brightness."""
    shape = (surface.shape[0], surface.shape[1])
    picture = surface * light(shape, rng)
    picture = _blurred(np.asarray(picture, np.float32), rng, blur, motion)
    picture = picture + np.float32(noise) * grain(rng, shape, GRAINS[int(rng.integers(3))])
    return _developed(np.asarray(picture, np.float32), rng)


def scanned(surface: Floats, rng: Generator, *, blur: float) -> Pixels:
    """Scan reflectance: even light, little noise, paper often burnt to white."""
    picture = _blurred(surface, rng, blur, 0.0)
    picture = picture + np.float32(rng.uniform(0, 0.015)) * grain(rng, (surface.shape[0], surface.shape[1]), GRAINS[0])
    return _developed(np.asarray(picture, np.float32), rng, burn=rng.random() < 0.6)


def bilevel(grey: Pixels, rng: Generator) -> Pixels:
    """Return a picture in black and white, as fax, old scanners and cleaners make it."""
    kind = rng.random()
    if kind < 0.4:
        return np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)
    if kind < 0.7:
        low, high = np.percentile(grey, (2, 70))
        level = low + (high - low) * rng.uniform(0.35, 0.85)
        return np.asarray(np.where(grey > level, 255, 0), np.uint8)
    size = 2 * int(rng.integers(5, 40)) + 1
    found = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, float(rng.uniform(4, 20))
    )
    return np.asarray(found, np.uint8)


def compressed(grey: Pixels, quality: int) -> Pixels:
    """Return what JPEG of that quality leaves."""
    packed = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def _blurred(picture: Floats, rng: Generator, blur: float, motion: float) -> Floats:
    if blur > 0.2:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.float32)
    if motion > 1:
        size = 2 * int(motion / 2) + 3
        kernel = np.zeros((size, size), np.float32)
        turn = float(rng.uniform(0, np.pi))
        reach = np.array([np.cos(turn), np.sin(turn)]) * motion / 2
        middle = np.array([size // 2, size // 2])
        ends = [tuple(int(v) for v in np.rint(16 * (middle + side * reach))) for side in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], (1.0,), 1, cv2.LINE_AA, 4)
        picture = np.asarray(cv2.filter2D(picture, -1, kernel / max(float(kernel.sum()), 1e-6)), np.float32)
    return picture


def _developed(picture: Floats, rng: Generator, *, burn: bool = False) -> Pixels:
    """Choose exposure and contrast; at times sharpen."""
    white = float(np.percentile(picture, 80)) if burn else 1.0
    gain = rng.uniform(0.97, 1.15) / max(white, 0.1) if burn else rng.uniform(0.4, 1.15)
    lift = float(rng.uniform(0, 0.25)) if rng.random() < 0.4 else 0.0
    grey = lift + (1 - lift) * np.clip(picture * np.float32(gain), 0, 1) ** np.float32(rng.uniform(0.6, 1.3))
    if rng.random() < 0.25:
        grey = grey + np.float32(rng.uniform(0.3, 1.2)) * (grey - cv2.GaussianBlur(grey, (0, 0), 1.2))
    return np.asarray(np.clip(255 * grey + 0.5, 0, 255), np.uint8)
