"""What the finder sees is the same whatever the light."""

from __future__ import annotations

import numpy as np
import pytest

from numbre_edge.finding.light import PAPER, normalized
from tests.finding.strokes import bars


@pytest.mark.parametrize("level", [0, 90, 255])
def test_even_ground_is_paper(level: int) -> None:
    ground = np.full((60, 80), level, np.uint8)

    assert (normalized(ground) == PAPER).all()


def test_ink_looks_the_same_in_half_the_light() -> None:
    bright = bars(paper=220, ink=60)
    dim = (bright // 2).astype(np.uint8)

    assert np.abs(normalized(bright).astype(int) - normalized(dim)).max() <= 12


def test_light_ink_is_the_negative_of_dark_ink() -> None:
    dark = bars(paper=200, ink=40)

    negative = 255 - normalized(np.bitwise_not(dark)).astype(int)

    assert np.abs(normalized(dark) - negative).max() <= 1


def test_a_sensors_noise_stays_faint() -> None:
    rng = np.random.default_rng(0)
    noise = np.clip(rng.normal(150, 1.5, (100, 100)), 0, 255).astype(np.uint8)

    assert np.abs(normalized(noise).astype(int) - PAPER).max() < 60


def test_a_faint_pencil_stands_out() -> None:
    pencil = bars(paper=200, ink=186)

    assert normalized(pencil).min() < PAPER - 40
