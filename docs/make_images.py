"""Write docs/images/in-and-out.jpg: a sample, and beside it the same with its readings drawn in.

python docs/make_images.py
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from numbre_edge import Frame, Reader
from numbre_edge.sinks.annotate import draw

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "leaning-page.jpg"
PICTURE = ROOT / "docs" / "images" / "in-and-out.jpg"
_WRITTEN = 0.76  # of its height: below is nothing but paper
_HEIGHT, _GAP = 420, 20  # pixels


def side_by_side() -> np.ndarray:
    """Return the sample and its annotated copy, (420, W, 3) uint8 BGR, white between them."""
    pixels = cv2.imread(str(SAMPLE))
    drawn = draw(pixels, Reader().read_frame(Frame(pixels)))
    rows = round(pixels.shape[0] * _WRITTEN)
    pixels, drawn = pixels[:rows], drawn[:rows]
    width = round(pixels.shape[1] * _HEIGHT / pixels.shape[0])
    halves = [cv2.resize(half, (width, _HEIGHT), interpolation=cv2.INTER_AREA) for half in (pixels, drawn)]
    return np.hstack([halves[0], np.full((_HEIGHT, _GAP, 3), 255, np.uint8), halves[1]])


if __name__ == "__main__":
    cv2.imwrite(str(PICTURE), side_by_side(), [cv2.IMWRITE_JPEG_QUALITY, 88])
