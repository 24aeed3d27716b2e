"""Page -> patches: everything on it that may be a digit, cut out."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box, Lattice, Patches, Pixels
from numbre_edge.vision.components import components
from numbre_edge.vision.normalize import PATCH, normalize
from numbre_edge.vision.page import Page
from numbre_edge.vision.splitting import split
from numbre_edge.vision.symbols import Symbol

_AROUND = np.ones((3, 3), np.uint8)  # a pixel and its neighbours


def candidates(page: Page) -> Patches:
    """Cut out what may be digits; boxes are in working pixels, which ``page.placement`` places in the frame."""
    writing = page.writing
    found = components(
        writing.mask, page.flattened, writing.stroke, upright_rules=writing.upright_rules, full=page.full
    )
    pixels: list[Pixels] = []
    boxes: list[Box] = []
    lattices: list[Lattice] = []
    # One pixel more on each side holds the grey fringe of a stroke's edge.
    contrast = _bordered(page.flattened.contrast)
    masks = [_mask(found.labels, symbol) for symbol in found.symbols]
    for symbol, segmentation in zip(found.symbols, split(masks), strict=True):
        own = _bordered(segmentation.labels)
        grey = _crop(contrast, symbol.box)
        spans = []
        for first, end, box in segmentation.spans:
            spans.append((first, end, len(pixels)))
            mask = cv2.inRange(_crop(own, box), (first + 1,), (end,))
            pixels.append(normalize(np.asarray(cv2.bitwise_and(_crop(grey, box), cv2.dilate(mask, _AROUND)), np.uint8)))
            boxes.append(_on_page(box, symbol))
        lattices.append(Lattice(tuple(_on_page(segment, symbol) for segment in segmentation.boxes), tuple(spans)))
    return Patches(
        pixels=np.array(pixels, np.uint8).reshape(-1, PATCH, PATCH),
        boxes=np.array(boxes, np.int32).reshape(-1, 4),
        lattices=tuple(lattices),
        punctuation=found.punctuation,
    )


def _mask(labels: NDArray[np.int32], symbol: Symbol) -> NDArray[np.bool_]:
    x, y, width, height = symbol.box
    part = labels[y : y + height, x : x + width]
    return part == symbol.labels[0] if len(symbol.labels) == 1 else np.isin(part, symbol.labels)


def _bordered(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.copyMakeBorder(pixels, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), np.uint8)


def _crop(bordered: Pixels, box: Box) -> Pixels:
    """Return ``box`` and a pixel around it of pixels that have one more on each side."""
    return bordered[box.y : box.bottom + 2, box.x : box.right + 2]


def _on_page(box: Box, symbol: Symbol) -> Box:
    return box._replace(x=symbol.box.x + box.x, y=symbol.box.y + box.y)
