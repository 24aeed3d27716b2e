"""Grey pixels -> what the finder sees: light and contrast taken out, the same for training and reading."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Pixels

LIGHT = 1  # version of ``normalized``; a finder's card names the one it was trained with
PAPER = 128  # what even ground becomes; also what stands around a level in its tile
# Side of the neighbourhood, pixels: half as much again as the tallest digit of a level.
_WINDOW = 49
# Grey levels added to the local deviation: a sensor's noise stays faint where nothing is written.
_NOISE = 4.0
# One local deviation is so many levels: ink that covers a tenth of its neighbourhood, three deviations, nearly fills
# the range.
_DEVIATION = 40.0
_INK = 75  # levels from PAPER, of writing


def normalized(grey: Pixels) -> Pixels:
    """Return (h, w) uint8, each pixel's distance from its neighbourhood's mean in its neighbourhood's deviations.

    Ink is as far from PAPER whatever the light, the pen or the exposure; polarity is left as it is.
    """
    window = (_WINDOW, _WINDOW)
    mean = np.asarray(cv2.boxFilter(grey, cv2.CV_32F, window, borderType=cv2.BORDER_REFLECT_101), np.float32)
    square = np.asarray(cv2.sqrBoxFilter(grey, cv2.CV_32F, window, borderType=cv2.BORDER_REFLECT_101), np.float32)
    # In place: to make room for each step's result takes longer than the step.
    square -= mean * mean
    deviation = np.sqrt(np.maximum(square, 0, out=square), out=square)
    distance = np.subtract(grey, mean, out=mean)
    distance *= _DEVIATION
    distance /= np.add(deviation, _NOISE, out=deviation)
    distance += PAPER
    return np.asarray(np.clip(distance, 0, 255, out=distance).astype(np.uint8))


def inked(grey: Pixels) -> NDArray[np.bool_]:
    """Return (h, w), where a picture is written or printed on, dark on light or light on dark."""
    return np.asarray(abs(normalized(grey).astype(np.int16) - PAPER) > _INK)
