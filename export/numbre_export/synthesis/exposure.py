"""Reflectance -> the grey picture: light and shadow, blur, noise, what scanners, screens and JPEG do to it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.scenes.texture import grain
from numbre_export.synthesis.surfaces import GRAINS


def light(shape: tuple[int, int], rng: Generator) -> Floats:
    """Return the light on a photographed sheet, shape float32, about 1: a slope, a lamp's round, a shadow's edge."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    turn = float(rng.uniform(0, 2 * np.pi))
    field = 1 + float(rng.uniform(0, 0.45)) * (np.cos(turn) * x + np.sin(turn) * y)
    if rng.random() < 0.2:
        middle = rng.uniform(-0.6, 0.6, 2)
        field = field * (1 - float(rng.uniform(0.1, 0.8)) * ((x - middle[0]) ** 2 + (y - middle[1]) ** 2))
    if rng.random() < 0.3:  # something stands in the light: an edge, soft or hard, straight
        turn, place = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(-0.4, 0.4))
        soft = float(np.exp(rng.uniform(np.log(0.005), np.log(0.4))))
        beyond = np.cos(turn) * x + np.sin(turn) * y - place
        field = field * (1 - float(rng.uniform(0.1, 0.6)) / (1 + np.exp(np.clip(-4 * beyond / soft, -30, 30))))
    if rng.random() < 0.05:  # a lamp mirrored in ink or gloss
        middle, size = rng.uniform(-0.5, 0.5, 2), float(rng.uniform(0.02, 0.3))
        glare = np.exp(-((x - middle[0]) ** 2 + (y - middle[1]) ** 2) / size**2)
        field = field * (1 + float(rng.uniform(0.2, 0.8)) * glare)
    return np.asarray(field, np.float32)


def photographed(surface: Floats, rng: Generator, *, blur: float, motion: float, noise: float) -> Pixels:
    """Photograph reflectance ((H, W) float32): ``blur`` and ``motion`` in pixels, ``noise`` of full brightness."""
    shape = (surface.shape[0], surface.shape[1])
    picture = _blurred(np.asarray(surface * light(shape, rng), np.float32), rng, blur, motion)
    picture = picture + np.float32(noise) * grain(rng, shape, GRAINS[int(rng.integers(3))])
    return _developed(np.asarray(picture, np.float32), rng, burn=rng.random() < 0.08)


def scanned(surface: Floats, rng: Generator, *, blur: float) -> Pixels:
    """Scan reflectance: even light, little noise, paper often burnt to white."""
    picture = _blurred(surface, rng, blur, 0.0)
    picture = picture + np.float32(rng.uniform(0, 0.015)) * grain(rng, (surface.shape[0], surface.shape[1]), GRAINS[0])
    return _developed(np.asarray(picture, np.float32), rng, burn=rng.random() < 0.6)


def shown(surface: Floats, *, sharp: bool) -> Pixels:
    """Return what a drawing program has: no camera, no light, and where it is ``sharp``, no soft edges."""
    grey = np.clip(255 * surface, 0, 255)
    if sharp:
        low, high = float(grey.min()), float(grey.max())
        grey = np.where(grey > (low + high) / 2, high, low)
    return np.asarray(grey + 0.5, np.uint8)


def on_screen(surface: Floats, rng: Generator) -> Floats:
    """Return a screen as a camera sees it: its pixels beat against the camera's (moire)."""
    height, width = surface.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    field = np.ones((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        period = float(np.exp(rng.uniform(np.log(2.1), np.log(40))))
        turn, bend = float(rng.uniform(0, np.pi)), float(rng.uniform(0, 0.004))
        phase = (np.cos(turn) * x + np.sin(turn) * y + bend * (x - width / 2) ** 2 / 4) * (2 * np.pi / period)
        field += np.float32(rng.uniform(0.01, 0.12)) * np.sin(phase)
    return np.asarray(surface * field, np.float32)


def bilevel(grey: Pixels, rng: Generator) -> Pixels:
    """Return a picture in black and white, as fax, old scanners and cleaners make it."""
    kind = rng.random()
    if kind < 0.4:
        return np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)
    if kind < 0.7:
        low, high = np.percentile(grey, (2, 70))
        level = low + (high - low) * rng.uniform(0.35, 0.85)
        return np.asarray(np.where(grey > level, 255, 0), np.uint8)
    size, drop = 2 * int(rng.integers(5, 40)) + 1, float(rng.uniform(4, 20))
    if rng.random() < 0.8:  # chosen so that paper stays white
        drop = max(drop, 2.5 * float(np.median(np.abs(grey - cv2.blur(grey, (3, 3)).astype(np.float32)))))
    found = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, drop)
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
    dark = rng.random() < 0.08
    gain = rng.uniform(0.97, 1.15) / max(white, 0.1) if burn else rng.uniform(0.3 if dark else 0.6, 1.15)
    lift = float(rng.uniform(0, 0.25)) if rng.random() < 0.4 else 0.0
    grey = lift + (1 - lift) * np.clip(picture * np.float32(gain), 0, 1) ** np.float32(rng.uniform(0.6, 1.3))
    if rng.random() < 0.25:
        grey = grey + np.float32(rng.uniform(0.3, 1.2)) * (grey - cv2.GaussianBlur(grey, (0, 0), 1.2))
    return np.asarray(np.clip(255 * grey + 0.5, 0, 255), np.uint8)
