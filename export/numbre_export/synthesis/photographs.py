"""Random scenes for training: numbers and clutter photographed, then read back by the runtime's own vision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from numbre_edge.geometry import in_frame
from numbre_edge.types import Box, Frame, Pixels
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import NO_DIGITS, WHOLE
from numbre_export.synthesis.scenes.camera import Camera
from numbre_export.synthesis.scenes.ink import (
    BALLPOINT_BLACK,
    BALLPOINT_BLUE,
    CHALK,
    FIBRE_RED,
    FOUNTAIN_BLUE,
    GEL_BLACK,
    MARKER_BLACK,
    PENCIL,
    Pen,
)
from numbre_export.synthesis.scenes.layout import Hand, Word, place_word
from numbre_export.synthesis.scenes.light import Light, Shadow
from numbre_export.synthesis.scenes.paper import Paper, Ruling
from numbre_export.synthesis.scenes.scene import Scene, Script, photograph
from numbre_export.synthesis.scenes.strokes import Glyph

_PENS: tuple[Pen, ...] = (
    BALLPOINT_BLACK, BALLPOINT_BLUE, FIBRE_RED, FOUNTAIN_BLUE, GEL_BLACK, GEL_BLACK, MARKER_BLACK, PENCIL
)  # fmt: skip
# This share is cut out of scanned forms: small, to be filled in on a line, with hardly any paper around.
_FORMS = 0.45
_RULINGS: tuple[Ruling, ...] = ("none", "none", "none", "none", "ruled", "squared", "dotted")
_FORM_RULINGS: tuple[Ruling, ...] = ("none", "ruled", "dotted", "dotted", "dotted")
# A patch holds a digit where it covers this share of its box, give or take a pixel, and touches one from _TOUCHED on.
_WHOLE, _TOUCHED = 0.85, 0.4
# It is that digit if it is at most this much wider and higher, as a share of its height, and a pixel on each side;
_BESIDE = 0.15
# it is a part of it where it covers less than this. Between the two are a 7 without its flag, a 2 without its tail:
# they look like digits, and teach nothing.
_PART = 0.5
# A piece this narrow may look like a 1 and be none: it teaches nothing.
NARROW = 0.4

NOT_A_DIGIT, PART, SEVERAL = (WHOLE.column(kind) for kind in NO_DIGITS)  # labels


def photographed(digits: Sequence[Glyph], clutter: Sequence[Glyph], rng: Generator) -> tuple[list[Pixels], list[int]]:
    """Photograph one random line of writing and return the patches found in it, with their labels."""
    scene = random_scene(digits, clutter, rng)
    page = Page(Frame(scene.pixels), level=False)
    patches = candidates(page)
    boxes = in_frame(patches.boxes, page.placement)  # where the scene put them
    truths = [digit for number in scene.numbers for digit in number.digits]
    named = [
        (pixels, label)
        for pixels, box in zip(patches.pixels, boxes.tolist(), strict=True)
        if (label := _label(Box(*box), [t.box for t in truths], [t.label for t in truths])) is not None
    ]
    chosen = [pair for pair in named if pair[1] < NOT_A_DIGIT]
    # Touching digits give many times as many wrong patches as right ones: too many would teach doubt.
    most = max(1, 2 * len(chosen) // 3)
    for kind in (NOT_A_DIGIT, PART, SEVERAL):
        others = [pair for pair in named if pair[1] == kind]
        chosen += [others[i] for i in rng.permutation(len(others))[:most]]
    return [pixels for pixels, _ in chosen], [label for _, label in chosen]


def _label(box: Box, boxes: list[Box], labels: list[int]) -> int | None:
    """Return what a patch is: a digit's label, NOT_A_DIGIT, PART, SEVERAL, or None where nobody could say."""
    shares = [_overlap(box, other) / (other.width * other.height) for other in boxes]
    touched = [i for i, share in enumerate(shares) if share >= _TOUCHED]
    if len(touched) > 1:
        return SEVERAL
    if touched and _covered(box, boxes[touched[0]]) >= _WHOLE:
        digit = boxes[touched[0]]
        slack = _BESIDE * digit.height + 2
        return labels[touched[0]] if box.width <= digit.width + slack and box.height <= digit.height + slack else None
    if box.width <= NARROW * box.height:
        return None
    if max(shares, default=0.0) >= _PART:
        return None
    return PART if any(shares) else NOT_A_DIGIT


def _covered(box: Box, digit: Box) -> float:
    """Return the share of a digit's box that ``box`` covers; it may miss a pixel each way, which blur takes."""
    across = min(box.right, digit.right) - max(box.x, digit.x) + 1
    down = min(box.bottom, digit.bottom) - max(box.y, digit.y) + 1
    return min(1.0, across / digit.width) * min(1.0, down / digit.height)


def _overlap(a: Box, b: Box) -> int:
    return max(0, min(a.right, b.right) - max(a.x, b.x)) * max(0, min(a.bottom, b.bottom) - max(a.y, b.y))


def random_scene(digits: Sequence[Glyph], clutter: Sequence[Glyph], rng: Generator) -> Scene:
    """Photograph a line of one to five symbols: mostly digits, some touching, some clutter."""
    form = rng.random() < _FORMS
    height = float(np.exp(rng.uniform(np.log(7 if form else 12), np.log(24 if form else 90))))
    chalk = not form and rng.random() < 0.08
    pen = CHALK if chalk else _PENS[int(rng.integers(len(_PENS)))]
    if form and rng.random() < 0.5:
        pen = replace(pen, density=float(rng.uniform(0.35, 1)))
    width = height * rng.uniform(0.06, 0.12 if form else 0.14) * (1.3 if chalk else 1)
    touching = rng.random() < 0.45
    hand = Hand(
        height=height,
        pen=max(0.9, width),
        gap=float(rng.uniform(-0.22, 0.04) if touching else rng.uniform(0.12, 0.45)),
        slant=float(rng.normal(0.08, 0.12)),
        evenness=float(rng.uniform(0.2, 0.95)),
        size_jitter=0.16 if form else 0.1,
        baseline_jitter=0.08 if form else 0.06,
        turn_jitter=0.06,
    )
    glyphs = [
        clutter[int(rng.integers(len(clutter)))] if rng.random() < 0.1 else digits[int(rng.integers(len(digits)))]
        for _ in range(int(rng.integers(1, 6)))
    ]
    room = (
        rng.uniform((0.1, 0.1, 0.1, 0.15), (1.2, 0.9, 1.2, 0.9))
        if form
        else rng.uniform((0.3, 0.4, 0.3, 0.25), (1.2, 0.9, 1.2, 0.9))
    )
    left, foot = height * room[0], height * (1.1 + room[1])
    word: Word = place_word(glyphs, hand, left, foot, rng, slope=float(rng.normal(0, 0.04)))
    size = (int(foot + height * room[3]), int(word[-1].right + height * room[2]))
    scan = form or rng.random() < 0.2
    blur = float(rng.uniform(0.35, 0.85)) if scan else float(rng.uniform(0.3, 0.03 * height + 0.6))
    return photograph(
        paper=_paper(rng, height, foot, chalk, scan, form),
        page=size,
        scripts=[Script([word], pen, hand.pen)],
        picture=size,
        rng=rng,
        light=random_light(rng, scan=scan),
        camera=Camera(
            tilt=(0.0, 0.0) if scan else (float(rng.normal(0, 0.08)), float(rng.normal(0, 0.08))),
            turn=float(rng.normal(0, 0.05)),
            defocus=blur,
            motion=0.0 if scan or rng.random() < 0.8 else float(rng.uniform(0, 0.1 * height)),
            motion_angle=float(rng.uniform(0, 3.14)),
            exposure=float(rng.uniform(0.15 if form and rng.random() < 0.3 else 0.5, 1.1)),
            shot_noise=float(rng.uniform(0.003, 0.03)),
            read_noise=float(rng.uniform(0.001, 0.012)),
            jpeg=None if rng.random() < 0.2 else int(rng.integers(35, 95)),
        ),
    )


def _paper(rng: Generator, height: float, foot: float, chalk: bool, scan: bool, form: bool) -> Paper:
    if chalk:
        return Paper(color=(58, 66, 52), cloud=0.03, smear=0.02)
    shade = float(rng.uniform(245, 255) if scan else rng.uniform(150, 245))
    tint = np.clip(shade + rng.normal(0, 2 if scan else 8, 3), 90, 255)
    rulings = _FORM_RULINGS if form else _RULINGS
    ruling = rulings[int(rng.integers(len(rulings)))]
    dark = int(rng.uniform(20, 150) if form else rng.uniform(40, 200))
    return Paper(
        color=(int(tint[0]), int(tint[1]), int(tint[2])),
        ruling=ruling,
        pitch=height * float(rng.uniform(0.5, 0.9) if ruling == "squared" else rng.uniform(1.4, 2.2)),
        phase=foot + height * float(rng.uniform(-0.12, 0.25)),
        line=(dark, dark, dark),
        line_width=max(1.0, height * float(rng.uniform(0.05, 0.14) if form else rng.uniform(0.02, 0.05))),
        dot_pitch=float(rng.uniform(1.5, 3)),
        fibre=float(rng.uniform(0.001, 0.01)),
        cloud=float(rng.uniform(0.0, 0.03)),
    )


def random_light(rng: Generator, *, scan: bool = False) -> Light:
    """A scanner's even light, or daylight, now and then with a shadow across the page."""
    if scan:
        return Light(gradient=0.0, vignette=0.0, unevenness=0.0)
    shadows: tuple[Shadow, ...] = ()
    if rng.random() < 0.25:
        shadows = (
            Shadow(
                center=(float(rng.uniform(0, 1)), float(rng.uniform(0, 1))),
                size=(float(rng.uniform(0.4, 1)), float(rng.uniform(0.4, 1))),
                angle=float(rng.uniform(0, 3)),
                depth=float(rng.uniform(0.2, 0.5)),
                softness=float(rng.uniform(2, 30)),
            ),
        )
    return Light(
        gradient=float(rng.uniform(0, 0.4)),
        angle=float(rng.uniform(-3, 3)),
        vignette=float(rng.uniform(0, 0.3)),
        shadows=shadows,
    )
