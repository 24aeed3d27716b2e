"""Frame -> patches: the whole way, with every stage kept for ``explain``."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.geometry import size_upright, upright
from numbre_edge.types import Box, Frame, Lattice, Patches, Pixels
from numbre_edge.vision.binarize import binarize
from numbre_edge.vision.components import Components, Symbol, close_gaps, components
from numbre_edge.vision.illumination import Flattened, flatten
from numbre_edge.vision.normalize import PATCH, normalize, stroke_width
from numbre_edge.vision.rules import remove_rules, shrunk
from numbre_edge.vision.splitting import split
from numbre_edge.vision.tilt import tilt_of

# Longer side, pixels. Larger pictures are shrunk to it: a digit 1/60 of the side is then 21 pixels high.
WORKING_SIDE = 1280
# Smaller pictures are enlarged to about this, so that a stroke is several pixels wide.
_ENLARGE_TO = 160
_MAX_ENLARGEMENT = 4
# A picture with no longer side than this may be filled by its writing.
_FULL = 64
_AROUND = np.ones((3, 3), np.uint8)  # a pixel and its neighbours


@dataclass(frozen=True, eq=False)
class Stages:
    """What each step made of a frame.

    Attributes:
        contrast: (h, w) uint8 at working scale, illumination removed, ink bright on 0.
        mask: (h, w) uint8, ink 255 on 0.
        scale: working pixels per frame pixel.
        tilt: degrees by which the page was turned to be upright; all else is of the upright page.
        light_ink: whether the ink is lighter than its ground.
        patches: the candidate digits, boxes in frame pixels.
    """

    contrast: Pixels
    mask: Pixels
    scale: float
    tilt: float
    light_ink: bool
    patches: Patches


def find_digits(frame: Frame, *, level: bool = True) -> Stages:
    """Find what may be digits in ``frame``; a tilted page is set upright first, unless ``level`` is False."""
    grey = frame.pixels if frame.pixels.ndim == 2 else cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY)
    grey, scale = _at_working_scale(np.asarray(grey, np.uint8))
    full = max(frame.width, frame.height) <= _FULL
    flattened = flatten(grey, full=full)
    mask = binarize(flattened.contrast, enlarged=scale > 1)
    small = shrunk(mask)
    tilt = tilt_of(small) if level and not full else 0.0
    if tilt:
        edges = upright(flattened.edges.view(np.uint8), tilt).view(np.bool_)
        flattened = Flattened(upright(flattened.contrast, tilt), edges, flattened.light_ink)
        mask = binarize(flattened.contrast, enlarged=scale > 1)
        small = shrunk(mask)
    mask, upright_rules = remove_rules(mask, flattened.contrast, small, full=full)
    stroke = stroke_width(mask)
    mask = close_gaps(mask, stroke)
    found = components(mask, flattened, stroke, upright_rules=upright_rules, full=full)
    return Stages(
        contrast=flattened.contrast,
        mask=mask,
        scale=scale,
        tilt=tilt,
        light_ink=flattened.light_ink,
        patches=_patches(flattened.contrast, found, scale, size_upright(frame.width, frame.height, tilt)),
    )


def _patches(contrast: Pixels, found: Components, scale: float, size: tuple[int, int]) -> Patches:
    pixels: list[Pixels] = []
    boxes: list[Box] = []
    lattices: list[Lattice] = []
    # One pixel more on each side holds the grey fringe of a stroke's edge.
    contrast = np.asarray(cv2.copyMakeBorder(contrast, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.uint8)
    masks = [_mask(found.labels, symbol) for symbol in found.symbols]
    for symbol, segmentation in zip(found.symbols, split(masks), strict=True):
        own = np.asarray(cv2.copyMakeBorder(segmentation.labels, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.uint8)
        grey = _crop(contrast, symbol.box)
        spans = []
        for first, end, box in segmentation.spans:
            spans.append((first, end, len(pixels)))
            mask = cv2.inRange(_crop(own, box), (first + 1,), (end,))
            pixels.append(normalize(np.asarray(cv2.bitwise_and(_crop(grey, box), cv2.dilate(mask, _AROUND)), np.uint8)))
            boxes.append(_to_frame(box, symbol.box, scale, size))
        lattices.append(
            Lattice(tuple(_to_frame(segment, symbol.box, scale, size) for segment in segmentation.boxes), tuple(spans))
        )
    return Patches(
        pixels=np.array(pixels, np.uint8).reshape(-1, PATCH, PATCH),
        boxes=np.array(boxes, np.int32).reshape(-1, 4),
        lattices=tuple(lattices),
        punctuation=tuple(_to_frame(box, Box(0, 0, 0, 0), scale, size) for box in found.punctuation),
    )


def _mask(labels: NDArray[np.int32], symbol: Symbol) -> NDArray[np.bool_]:
    x, y, width, height = symbol.box
    part = labels[y : y + height, x : x + width]
    return part == symbol.labels[0] if len(symbol.labels) == 1 else np.isin(part, symbol.labels)


def _crop(padded: Pixels, box: Box) -> Pixels:
    """Return ``box`` and a pixel around it of pixels that have one more on each side."""
    return padded[box.y : box.bottom + 2, box.x : box.right + 2]


def _at_working_scale(grey: Pixels) -> tuple[Pixels, float]:
    longer = max(grey.shape)
    if longer > WORKING_SIDE:
        scale, method = WORKING_SIDE / longer, cv2.INTER_AREA
    elif longer < _ENLARGE_TO:
        scale, method = min(_MAX_ENLARGEMENT, _ENLARGE_TO / longer), cv2.INTER_CUBIC
    else:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8), scale


def _to_frame(box: Box, within: Box, scale: float, size: tuple[int, int]) -> Box:
    """Return ``box``, in working pixels from the corner of ``within``, in pixels of the frame, of that size."""
    x, y = within.x + box.x, within.y + box.y
    left, top = int(x / scale), int(y / scale)
    right = min(size[0], max(left + 1, round((x + box.width) / scale)))
    bottom = min(size[1], max(top + 1, round((y + box.height) / scale)))
    return Box(left, top, right - left, bottom - top)
