"""Which way up a frame is, and which part of it is read."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from numbre_edge.errors import memory_errors
from numbre_edge.types import Box, Frame

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_MIRRORS = {"h": 1, "v": 0}  # OpenCV's codes: around the vertical axis, around the horizontal one


@dataclass(frozen=True, kw_only=True)
class Orientation:
    """How a picture is set right: turned first, then mirrored.

    Attributes:
        rotate: degrees clockwise: 0, 90, 180 or 270.
        flip: ``h`` exchanges left and right, ``v`` top and bottom.
    """

    rotate: Literal[0, 90, 180, 270] = 0
    flip: Literal["h", "v"] | None = None

    @memory_errors()
    def applied(self, frame: Frame) -> Frame:
        """Return the frame set right: width, height and the boxes of its readings are those of the result."""
        if not self.rotate and self.flip is None:
            return frame
        pixels = cv2.rotate(frame.pixels, _TURNS[self.rotate]) if self.rotate else frame.pixels
        if self.flip is not None:
            pixels = cv2.flip(pixels, _MIRRORS[self.flip])
        return replace(frame, pixels=np.asarray(pixels, np.uint8), reduced=None)


UPRIGHT = Orientation()


@dataclass(frozen=True)
class Region:
    """The part of each frame to read, whatever the frames' size.

    Attributes:
        x, y, width, height: in pixels, or in percent of the frame's width and height.
        percent: which of the two.
    """

    x: float
    y: float
    width: float
    height: float
    percent: bool = False

    def box(self, frame: Frame) -> Box:
        """Return the part in pixels of ``frame``: of shares, every pixel that they touch."""
        across, down = (frame.width / 100, frame.height / 100) if self.percent else (1.0, 1.0)
        left, top = _below(self.x * across), _below(self.y * down)
        right, bottom = _above((self.x + self.width) * across), _above((self.y + self.height) * down)
        return Box(left, top, right - left, bottom - top)


def _below(pixels: float) -> int:
    return math.floor(round(pixels, 6))  # 0.1 + 0.2 is not 0.3


def _above(pixels: float) -> int:
    return math.ceil(round(pixels, 6))
