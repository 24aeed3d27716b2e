"""How a sheet is photographed, and the file of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from numbre_edge.types import Pixels
from numbre_export.synthesis.scenes.camera import Camera
from numbre_export.synthesis.scenes.light import Light
from numbre_export.synthesis.scenes.paper import Paper
from numbre_export.synthesis.scenes.scene import Scene, Script, photograph

WOOD = Paper(color=(68, 98, 132), fibre=0.01, cloud=0.03, veins=0.2)
GREY_DESK = Paper(color=(96, 92, 88), fibre=0.015, cloud=0.03)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A picture to take.

    Attributes:
        size: its height and width, pixels.
        camera: that takes it.
        light: that falls on the sheet.
        desk: what the sheet lies on, where it is smaller than the picture.
    """

    size: tuple[int, int]
    camera: Camera | None = None
    light: Light | None = None
    desk: Paper | None = None

    def taken(self, paper: Paper, page: tuple[int, int], scripts: Sequence[Script], rng: np.random.Generator) -> Scene:
        """Return the picture of a sheet of ``paper``, ``page`` pixels high and wide, with what is written on it."""
        return photograph(
            paper=paper, page=page, scripts=scripts, picture=self.size, rng=rng, light=self.light, camera=self.camera,
            desk=self.desk,
        )  # fmt: skip


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """Return a picture's file."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    return cv2.imencode(".jpg", pixels, options)[1].tobytes()
