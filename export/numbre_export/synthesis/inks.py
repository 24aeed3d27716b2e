"""What lies on a sheet: pens, pencils, chalk, printer's ink."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator


@dataclass(frozen=True, kw_only=True)
class Ink:
    """How marks look.

    Attributes:
        tone: reflectance, 0 to 1; above the paper's for chalk.
        density: how much of the paper it hides where it lies fully, 0 to 1.
        grain: how much of it fine texture takes away: pencil, chalk, worn type.
        patches: how unevenly it lies over a digit's height: a pen that runs dry.
        pooling: how much lighter the middle of a stroke is than its edges: fountain pens, old ink, felt.
        bleed: how far it spreads into the paper, pixels.
        rough: how ragged its edges are, 0 to 1: coarse paper, brushes on a screen.
    """

    tone: float
    density: float = 1.0
    grain: float = 0.0
    patches: float = 0.0
    pooling: float = 0.0
    bleed: float = 0.0
    rough: float = 0.0


def random_ink(rng: Generator, paper: float) -> Ink:
    """Return a pen's ink that shows on paper of that tone."""
    kind = rng.random()
    faint = rng.random() < 0.1
    tone = float(rng.uniform(0.03, 0.4)) * min(1.0, paper + 0.1)
    density = float(rng.uniform(0.35, 0.6) if faint else rng.uniform(0.7, 1.0))
    rough = float(rng.uniform(0, 0.8)) if rng.random() < 0.15 else 0.0
    patches, grain, bleed = float(rng.uniform(0, 0.4)), float(rng.uniform(0, 0.3)), float(rng.uniform(0, 0.6))
    if kind < 0.4:  # ballpoint
        return Ink(tone=tone, density=density, patches=patches, grain=grain)
    if kind < 0.65:  # gel, fibre, marker
        return Ink(tone=0.7 * tone, density=max(density, 0.6), bleed=bleed, rough=rough)
    if kind < 0.82:  # pencil
        tone = float(rng.uniform(0.2, 0.55)) * paper
        return Ink(tone=tone, density=density, grain=float(rng.uniform(0.2, 0.8)), patches=patches)
    pooling = float(rng.uniform(0.1, 0.5))  # fountain pen, old ink
    return Ink(tone=tone, density=density, pooling=pooling, patches=1.2 * patches, bleed=bleed, rough=rough)


def chalk(rng: Generator) -> Ink:
    """Return what writes on a dark board or a screen."""
    tone, density = float(rng.uniform(0.6, 0.95)), float(rng.uniform(0.6, 1))
    return Ink(tone=tone, density=density, grain=float(rng.uniform(0, 0.7)), patches=float(rng.uniform(0, 0.5)))


def print_ink(rng: Generator, paper: float) -> Ink:
    """Return printer's ink: black, grey or a colour's grey."""
    tone = float(rng.uniform(0.02, 0.3) if rng.random() < 0.5 else rng.uniform(0.3, 0.8)) * paper
    return Ink(tone=tone, density=float(rng.uniform(0.75, 1.0)), grain=float(rng.choice((0.0, 0.0, 0.3))))
