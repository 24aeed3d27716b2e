"""The contact sheet has a place for whatever there is to show."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.model import ModelCard
from numbre_edge.reader import Explanation
from numbre_edge.sinks.annotate import DOUBTFUL, SURE
from numbre_edge.sinks.sheet import contact_sheet
from numbre_edge.types import Box, Digit, Frame, Patches, Pixels, Reading
from numbre_edge.vision.pipeline import Stages

CARD = ModelCard(name="test", preprocessing=1, classes=(*"0123456789", "not a digit"))


def explained(frame: Frame, patches: Pixels, values: list[int | None]) -> Explanation:
    """Explain ``patches`` in a row, the first of which read as ``values``."""
    boxes = np.array([[30 * i, 5, 28, 28] for i in range(len(patches))], np.int32).reshape(-1, 4)
    stages = Stages(
        grey=np.zeros((40, 60), np.uint8),
        contrast=np.zeros((40, 60), np.uint8),
        mask=np.zeros((40, 60), np.uint8),
        scale=60 / frame.width,
        light_ink=False,
        patches=Patches(patches, boxes),
    )
    digits = [Digit(value, 0.9, Box(*boxes[i].tolist())) for i, value in enumerate(values)]
    probabilities = np.full((len(patches), 11), 1 / 11, np.float32)
    return Explanation(stages, probabilities, [Reading.of(digits)] if digits else [])


def has_colour(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool((pixels == colour).all(2).any())


@pytest.mark.parametrize("shape", [(300, 900, 3), (900, 300), (3, 2000), (2000, 3), (1, 1)])
def test_any_shape_of_picture_fits(shape: tuple[int, ...]) -> None:
    frame = Frame(np.full(shape, 200, np.uint8))
    sheet = contact_sheet(frame, explained(frame, np.zeros((0, 28, 28), np.uint8), []), CARD)
    assert sheet.shape[1:] == (1600, 3)
    assert sheet.dtype == np.uint8


def test_every_patch_is_there_enlarged() -> None:
    frame = Frame(np.full((60, 300), 200, np.uint8))
    patches = np.zeros((8, 28, 28), np.uint8)
    patches[:, 4:24, 12:16] = 255
    sheet = contact_sheet(frame, explained(frame, patches, [1, None]), CARD)
    assert has_colour(sheet, SURE)
    assert has_colour(sheet, DOUBTFUL)
    black = (sheet == 0).all(2).sum()
    assert black >= 8 * (112 * 112 - 20 * 4 * 16) - 8 * 4 * 112  # less what the frames cover


def test_pure_noise_does_not_make_a_sheet_without_end() -> None:
    frame = Frame(np.full((60, 300), 200, np.uint8))
    sheet = contact_sheet(frame, explained(frame, np.zeros((5000, 28, 28), np.uint8), []), CARD)
    assert sheet.shape[0] < 10_000
