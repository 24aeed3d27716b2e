"""Pictures without writing: empty paper in bad light, things, the sensor's noise. Whatever is found there is none."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from numbre_edge.geometry import in_frame
from numbre_edge.types import Floats, Frame, Pixels
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.page import Page
from numbre_export.synthesis.photographs import NARROW
from numbre_export.synthesis.scenes.camera import Camera, expose
from numbre_export.synthesis.scenes.light import Light, Shadow, render_light
from numbre_export.synthesis.scenes.paper import Paper, render_paper
from numbre_export.synthesis.scenes.texture import smooth_noise

_MOST = 6  # patches of one picture


def patches_of_blank(rng: Generator) -> list[Pixels]:
    """Return (28, 28) uint8 patches that vision finds where nothing is written; often none."""
    page = Page(Frame(blank_picture(rng)), level=False)
    found = candidates(page)
    boxes = in_frame(found.boxes, page.placement)
    wide = np.flatnonzero(boxes[:, 2] > NARROW * boxes[:, 3])
    return [found.pixels[i] for i in rng.permutation(wide)[:_MOST]]


def blank_picture(rng: Generator) -> Pixels:
    """Take a picture of nothing written: (H, W) or (H, W, 3) uint8."""
    shape = (int(rng.integers(24, 320)), int(rng.integers(24, 420)))
    kind = rng.integers(4)
    if kind == 0:
        return _noise(shape, rng)
    if kind == 1:
        return _gradient(shape, rng)
    return _surface(shape, rng, things=int(rng.integers(1, 7)) if kind == 2 else 0)


def _noise(shape: tuple[int, int], rng: Generator) -> Pixels:
    """A lens cap, a weave, a wall out of focus: grey noise of any grain."""
    grain = smooth_noise(rng, shape, float(np.exp(rng.uniform(np.log(1.0), np.log(12)))))
    return np.asarray(np.clip(rng.uniform(20, 230) + rng.uniform(2, 60) * grain, 0, 255), np.uint8)


def _gradient(shape: tuple[int, int], rng: Generator) -> Pixels:
    """A wall lit from one side, and a sensor's noise."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: shape[0], : shape[1]] / np.array(shape).reshape(2, 1, 1)
    low, high = np.sort(rng.uniform(0, 255, 2))
    light = low + (high - low) * (0.5 + 0.5 * (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)))
    noise = rng.uniform(0, 12) * smooth_noise(rng, shape, float(rng.uniform(0.8, 3)))
    return np.asarray(np.clip(light + noise, 0, 255), np.uint8)


def _surface(shape: tuple[int, int], rng: Generator, *, things: int) -> Pixels:
    """Paper, board or table, with things lying on it: filled shapes, for an outline is a 0 or a 1."""
    shade = rng.uniform(40, 250)
    paper = Paper(
        color=tuple(int(v) for v in np.clip(shade + rng.normal(0, 12, 3), 10, 255)),  # type: ignore[arg-type]
        fibre=float(rng.uniform(0.001, 0.03)),
        cloud=float(rng.uniform(0, 0.1)),
        veins=float(rng.choice((0, 0, 0.1))),
        smear=float(rng.choice((0, 0, 0.04))),
        stains=float(rng.choice((0, 0, 0.5))),
    )
    view: Floats = render_paper(paper, shape, rng)
    for _ in range(things):
        points = rng.normal(rng.uniform(0, 1, 2), rng.uniform(0.05, 0.3), (int(rng.integers(3, 9)), 2))
        hull = cv2.convexHull((points * shape[::-1]).astype(np.int32))
        cv2.fillPoly(view, [hull], rng.uniform(0, 1, 3).tolist(), cv2.LINE_AA)
    shadow = Shadow(
        center=(float(rng.uniform(0, 1)), float(rng.uniform(0, 1))),
        size=(float(rng.uniform(0.3, 1)), float(rng.uniform(0.3, 1))),
        angle=float(rng.uniform(0, 3)),
        depth=float(rng.uniform(0.2, 0.6)),
        softness=float(rng.uniform(2, 30)),
    )
    light = Light(
        gradient=float(rng.uniform(0, 0.6)),
        angle=float(rng.uniform(-3, 3)),
        vignette=float(rng.uniform(0, 0.5)),
        shadows=(shadow,) if rng.random() < 0.5 else (),
    )
    camera = Camera(
        defocus=float(rng.uniform(0.3, 3)),
        exposure=float(rng.uniform(0.3, 1.2)),
        shot_noise=float(rng.uniform(0.003, 0.06)),
        read_noise=float(rng.uniform(0.001, 0.03)),
        jpeg=int(rng.integers(30, 95)),
    )
    return expose(view, render_light(light, shape, rng), camera, rng)
