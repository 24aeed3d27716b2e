"""A frame, or a region of it, as a page: grey at any size; at working scale without its light, set upright, its ink.

Each stage is made once, when somebody first asks for it: who looks at grey pixels alone pays for no more.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np

from numbre_edge.errors import UsageError
from numbre_edge.geometry import WORKING_SIDE, scaled_size, upright
from numbre_edge.quantiles import median
from numbre_edge.types import Box, Frame, Pixels, Placement
from numbre_edge.vision.binarize import binarize
from numbre_edge.vision.components import close_gaps
from numbre_edge.vision.illumination import Flattened, flatten
from numbre_edge.vision.normalize import stroke_width
from numbre_edge.vision.rules import remove_rules
from numbre_edge.vision.straight import shrunk
from numbre_edge.vision.tilt import tilt_of

# Smaller pictures are enlarged to about this, so that a stroke is several pixels wide.
_ENLARGE_TO = 160
_MAX_ENLARGEMENT = 4
# Longer side of a thumbnail, pixels: somewhat more than a patch.
_THUMBNAIL = 40
# A picture with no longer side than this may be filled by its writing.
_FULL = 64


class Writing(NamedTuple):
    """What is written on a page.

    Attributes:
        mask: (h, w) uint8, ink 255 on 0, without the page's rules.
        stroke: mean width of its strokes, working pixels.
        upright_rules: whether any of the rules stood upright.
    """

    mask: Pixels
    stroke: float
    upright_rules: bool


class _Upright(NamedTuple):
    """The page set upright: without its light, its ink with all rules, that ink where lines are looked for."""

    flattened: Flattened
    ink: Pixels
    small: Pixels
    tilt: float


class Page:
    """What a recogniser reads from.

    Args:
        frame: the picture.
        roi: the part of it to look at; None for all.
        level: whether a tilted page is set upright.
        light_ink: whether the ink is lighter than its ground; None finds out.
        thumbnail: whether it is looked at as if it were a very small picture, filled by its writing.

    Attributes:
        region: what of the frame the page is, in frame pixels.

    Raises:
        UsageError: ``roi`` lies outside the picture.
    """

    def __init__(
        self,
        frame: Frame,
        *,
        roi: Box | None = None,
        level: bool = True,
        light_ink: bool | None = None,
        thumbnail: bool = False,
    ) -> None:
        self.region = Box(0, 0, frame.width, frame.height) if roi is None else _within(roi, frame)
        self._frame, self._level, self._known_light_ink, self._thumbnail = frame, level, light_ink, thumbnail

    @cached_property
    def grey(self) -> Pixels:
        """(H, W) uint8, the region as it is in the frame."""
        part = self._frame.pixels[self.region.y : self.region.bottom, self.region.x : self.region.right]
        return part if part.ndim == 2 else np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY))

    def grey_at(self, scale: float) -> Pixels:
        """Return ``grey`` with ``scale`` pixels per frame pixel; ``Placement(page.region, scale)`` places its boxes."""
        if scale == 1:
            return self.grey
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        size, reduced = scaled_size(*self.region[2:], scale), self._frame.reduced
        of_all = reduced is not None and self.region[2:] == reduced[1:]
        grey = reduced.pixels if reduced and of_all and reduced.pixels.shape >= size[::-1] else self.grey
        return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)

    @property
    def full(self) -> bool:
        """Whether the picture is so small that its writing may fill it."""
        return self._thumbnail or max(self.region[2:]) <= _FULL

    @cached_property
    def scale(self) -> float:
        """Working pixels per frame pixel."""
        longer = max(self.region[2:])
        if self._thumbnail:
            return _MAX_ENLARGEMENT * min(1.0, _THUMBNAIL / longer)
        if longer > WORKING_SIDE:
            return WORKING_SIDE / longer
        return min(_MAX_ENLARGEMENT, _ENLARGE_TO / longer) if longer < _ENLARGE_TO else 1.0

    @property
    def flattened(self) -> Flattened:
        """The upright page without its light, at working scale."""
        return self._upright.flattened

    def negative(self) -> Page:
        """Return the same page, its ink taken to be light where it is dark here, and the other way round."""
        return Page(
            self._frame,
            roi=self.region,
            level=self._level,
            light_ink=not self.light_ink,
            thumbnail=self._thumbnail,
        )

    def thumbnail(self) -> Page:
        """Return the same page so small that no grain of paper is left: for what fills the picture."""
        return Page(self._frame, roi=self.region, level=self._level, thumbnail=True)

    @property
    def contrast(self) -> Pixels:
        """(h, w) uint8 at working scale, set upright, illumination removed, ink bright on 0."""
        return self.flattened.contrast

    @property
    def light_ink(self) -> bool:
        """Whether the ink is lighter than its ground."""
        return self.flattened.light_ink

    @property
    def mask(self) -> Pixels:
        """(h, w) uint8, ink 255 on 0, without the page's rules."""
        return self.writing.mask

    @cached_property
    def upright_grey(self) -> Pixels:
        """(h, w) uint8, the upright page as it is, at working scale; ``placement`` places its boxes."""
        grey = self._scaled
        return upright(grey, self.tilt, paper=int(median(grey[::8, ::8]))) if self.tilt else grey

    @property
    def tilt(self) -> float:
        """By how much the page leans, radians, where that is asked for."""
        return self._upright.tilt if self._looks_for_tilt else 0.0

    @property
    def _looks_for_tilt(self) -> bool:
        return self._level and not self.full

    @property
    def placement(self) -> Placement:
        """Where ``flattened`` and ``writing`` lie in the frame."""
        return Placement(self.region, self.scale, self.tilt)

    @cached_property
    def writing(self) -> Writing:
        """The ink of ``flattened``."""
        flattened, ink, small, _ = self._upright
        mask, upright_rules = remove_rules(ink, flattened.contrast, small, full=self.full)
        stroke = stroke_width(mask)
        return Writing(close_gaps(mask, stroke), stroke, upright_rules)

    @cached_property
    def _upright(self) -> _Upright:
        flattened = flatten(self._working_grey(), full=self.full, light_ink=self._known_light_ink)
        seen = self._binarized(flattened, 0.0)
        tilt = tilt_of(seen.small) if self._looks_for_tilt else 0.0
        if not tilt:
            return seen
        edges = upright(flattened.edges.view(np.uint8), tilt).view(np.bool_)
        return self._binarized(replace(flattened, contrast=upright(flattened.contrast, tilt), edges=edges), tilt)

    @cached_property
    def _scaled(self) -> Pixels:
        """``grey`` at working scale."""
        return self.grey_at(self.scale)

    def _working_grey(self) -> Pixels:
        if not self._thumbnail:
            return self._scaled
        small, size = self.grey_at(self.scale / _MAX_ENLARGEMENT), scaled_size(*self.region[2:], self.scale)
        return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), np.uint8)

    def _binarized(self, flattened: Flattened, tilt: float) -> _Upright:
        ink = binarize(flattened.contrast, enlarged=self._thumbnail or self.scale > 1)
        return _Upright(flattened, ink, shrunk(ink), tilt)


def _within(roi: Box, frame: Frame) -> Box:
    """Return what of ``roi`` lies within the frame."""
    left, top = max(0, roi.x), max(0, roi.y)
    region = Box(left, top, min(frame.width, roi.right) - left, min(frame.height, roi.bottom) - top)
    if min(region[2:]) <= 0:
        raise UsageError(
            f"region {roi.x},{roi.y},{roi.width},{roi.height} lies outside the {frame.width}x{frame.height} picture"
        )
    return region
