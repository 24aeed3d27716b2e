"""Digits drawn on a screen, with a brush or a mouse."""

from __future__ import annotations

from dataclasses import replace

from numbre_export.synthesis.inks import Ink
from numbre_export.synthesis.pages import numerals
from numbre_export.synthesis.pages.page import Page
from numbre_export.synthesis.surfaces import Surface


def drawn(page: Page) -> None:
    """Draw one digit, or a few, with a broad brush on an even ground."""
    page.style, page.turn = "shown", 0.0
    page.surface = Surface(tone=1.0 if page.chance(0.7) else page.between(0.5, 1), fibre=0.0, cloud=0.0)
    dark = page.between(0.0, 0.3) if page.chance(0.4) else 0.0
    page.ink = Ink(tone=dark, rough=page.between(0.3, 1.0) if page.chance(0.5) else 0.0)
    page.hand = replace(page.hand, width=max(1.0, page.height * page.logarithmic(0.05, 0.24)), nib=0.0)
    text = numerals.digits(page.rng, 1) if page.chance(0.7) else numerals.whole(page.rng)
    x = page.between(page.view[0], page.view[2] - 0.7 * len(text) * page.height)
    marks = page.hand.write(text, x, page.between(page.height, page.view[3]), page.rng)
    page.lay(marks)
    if page.chance(0.6):
        page.crop(marks, 0.05, 2.5)
