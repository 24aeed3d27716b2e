"""What is written on: paper in its kinds, a chalkboard, cardboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from numbre_edge.types import Floats
from numbre_export.synthesis.scenes.texture import colored, grain, octaves, smooth_noise

BGR = tuple[int, int, int]
Ruling = Literal["none", "ruled", "squared", "dotted"]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A surface, evenly lit.

    Attributes:
        color: BGR, 0 to 255.
        ruling: printed lines: none, horizontal, squared, or dotted horizontal.
        pitch: between lines, page pixels.
        phase: of the first horizontal line, page pixels from the top.
        line: colour of the lines, BGR.
        line_width: page pixels.
        dot_pitch: from one dot of a dotted line to the next, in line widths.
        margin: where a red vertical margin line stands, page pixels from the left; None for none.
        fibre: strength of the fine texture, share of full brightness.
        cloud: strength of the large, soft unevenness, likewise.
        stains: strength of an aged sheet's brown clouds, 0 to 1.
        smear: strength of wiped chalk, share of full brightness.
        veins: strength of wood's long fibres, likewise.
        flute: distance of cardboard's corrugation, page pixels; 0 for none.
    """

    color: BGR = (226, 232, 234)
    ruling: Ruling = "none"
    pitch: float = 60.0
    phase: float = 60.0
    line: BGR = (205, 170, 140)
    line_width: float = 2.0
    dot_pitch: float = 3.0
    margin: float | None = None
    fibre: float = 0.0035
    cloud: float = 0.012
    stains: float = 0.0
    smear: float = 0.0
    veins: float = 0.0
    flute: float = 0.0


_MARGIN_COLOR: BGR = (140, 130, 215)  # the red line of exercise books
_STAIN = (0.30, 0.16, 0.08)  # what an aged stain takes from blue, green, red


def render_paper(
    paper: Paper, shape: tuple[int, int], rng: np.random.Generator, origin: tuple[int, int] = (0, 0)
) -> Floats:
    """Return the empty surface, shape + (3,) float32, BGR, 0 to 1.

    ``origin`` is the x and y of its upper left pixel in page pixels: it shifts the ruling.
    """
    shade = paper.fibre * (grain(rng, shape, 0.8) + 0.6 * grain(rng, shape, 2.0))
    shade += paper.cloud * octaves(rng, shape, ((max(shape) / 2.5, 1.0), (45.0, 0.35), (12.0, 0.2)))
    if paper.smear:
        # A wiped board: clouds of dust, and in them the faint streaks of the sponge.
        clouds = octaves(rng, shape, ((max(shape) / 4, 1.0), (60.0, 0.4), (14.0, 0.12)))
        streaks = smooth_noise(rng, shape, 7.0, stretch=9.0)
        shade += paper.smear * (clouds + np.clip(clouds, 0, None) * 0.35 * streaks)
    if paper.veins:
        # Long fibres of very different strength: thin dark pores over broad bands.
        bands = smooth_noise(rng, shape, 40.0, stretch=20.0)
        fine = smooth_noise(rng, shape, 2.2, stretch=60.0) + 0.6 * smooth_noise(rng, shape, 1.2, stretch=30.0)
        shade += paper.veins * (0.6 * bands + 0.7 * np.minimum(fine, 0.3))
    if paper.flute:
        x = np.arange(shape[1], dtype=np.float32)
        shade += (0.012 * np.sin(2 * np.pi * x / paper.flute)).astype(np.float32)[None, :]
        shade += 0.02 * np.minimum(smooth_noise(rng, shape, 2.5, stretch=4.0) + 0.6, 0)
    surface = colored(np.asarray(1 + shade, np.float32), [channel / 255 for channel in paper.color])
    if paper.stains:
        stain: Floats = np.clip(octaves(rng, shape, ((max(shape) / 3, 0.7), (60.0, 0.25), (15.0, 0.1))) + 0.2, 0, 1.5)
        surface *= 1 - colored(stain, [paper.stains * channel for channel in _STAIN])
    _print_lines(surface, paper, rng, origin)
    return surface


def _print_lines(surface: Floats, paper: Paper, rng: np.random.Generator, origin: tuple[int, int]) -> None:
    """Print ruling and margin over the surface, in place; printing absorbs light, as ink does."""
    if paper.ruling == "none" and paper.margin is None:
        return
    height, width = surface.shape[:2]
    y, x = np.arange(height, dtype=np.float32) + origin[1], np.arange(width, dtype=np.float32) + origin[0]
    if paper.ruling != "none":
        lines = np.repeat(_comb(y, paper.phase, paper.pitch, paper.line_width)[:, None], width, axis=1)
        if paper.ruling == "dotted":
            lines *= _comb(
                x, 0.0, paper.dot_pitch * paper.line_width, min(1.3, 0.6 * paper.dot_pitch) * paper.line_width
            )[None, :]
        if paper.ruling == "squared":
            lines = np.maximum(lines, _comb(x, paper.phase, paper.pitch, paper.line_width)[None, :])
        lines *= 0.9 + 0.12 * smooth_noise(rng, (height, width), 6.0)
        _absorb(surface, lines, paper.line)
    if paper.margin is not None:
        stripe = np.clip(paper.line_width / 2 + 0.5 - np.abs(x - paper.margin), 0, 1)
        _absorb(surface, np.asarray(np.repeat(stripe[None, :], height, axis=0), np.float32), _MARGIN_COLOR)


def _comb(position: Floats, phase: float, pitch: float, width: float) -> Floats:
    """Return the cover, 0 to 1, of lines ``pitch`` apart at each position, with soft edges."""
    distance = np.abs((position - phase + pitch / 2) % pitch - pitch / 2)
    return np.asarray(np.clip(width / 2 + 0.5 - distance, 0, 1), np.float32)


def _absorb(surface: Floats, cover: Floats, color: BGR) -> None:
    surface *= 1 - colored(cover, [1 - channel / 255 for channel in color])
