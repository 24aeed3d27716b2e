"""A photographed page, with what stands on it: the renderer's result, and its last step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box, Floats, Pixels
from numbre_export.synthesis.scenes.camera import Camera, bounds, expose, footprint, homography
from numbre_export.synthesis.scenes.ink import Pen, write
from numbre_export.synthesis.scenes.layout import Word
from numbre_export.synthesis.scenes.light import Light, render_light
from numbre_export.synthesis.scenes.paper import Paper, render_paper
from numbre_export.synthesis.scenes.strokes import blank, stamp
from numbre_export.synthesis.scenes.texture import colored

_REACH = 5  # pixels around a glyph's hull that its edge can touch: bleeding and wobbling included


@dataclass(frozen=True)
class SceneDigit:
    """A digit in the picture.

    Attributes:
        label: 0 to 9.
        box: of its ink, picture pixels.
    """

    label: int
    box: Box


@dataclass(frozen=True)
class SceneNumber:
    """A number in the picture.

    Attributes:
        text: its digits.
        box: around them, picture pixels.
        digits: in reading order, at least one.
    """

    text: str
    box: Box
    digits: tuple[SceneDigit, ...]


@dataclass(frozen=True, eq=False)
class Scene:
    """A picture and the truth about it.

    Attributes:
        pixels: (H, W, 3) uint8, BGR.
        numbers: in the order in which they were placed.
    """

    pixels: Pixels
    numbers: tuple[SceneNumber, ...]


@dataclass(frozen=True)
class Script:
    """Words of one pen.

    Attributes:
        words: as :mod:`numbre_export.synthesis.scenes.layout` places them.
        pen: what they are written with.
        width: of its strokes, page pixels.
    """

    words: Sequence[Word]
    pen: Pen
    width: float


def photograph(
    *,
    paper: Paper,
    page: tuple[int, int],
    scripts: Sequence[Script],
    picture: tuple[int, int],
    rng: np.random.Generator,
    light: Light | None = None,
    camera: Camera | None = None,
    desk: Paper | None = None,
) -> Scene:
    """Write on a page and take its picture.

    Args:
        paper: the sheet.
        page: its height and width, page pixels.
        scripts: what is written, in reading order.
        picture: height and width of the picture, pixels.
        rng: for everything random.
        light: daylight from the upper left by default.
        camera: a good one straight above by default.
        desk: what the sheet lies on; without it the sheet fills the picture.
    """
    light, camera = light or Light(), camera or Camera()
    matrix = homography(camera, page, picture)
    area = Box(0, 0, page[1], page[0]) if desk else footprint(matrix, picture)
    shape = (area.height, area.width)
    surface = render_paper(paper, shape, rng, origin=(area.x, area.y))
    for script in scripts:
        surface = write(surface, _strokes(script.words, area), script.pen, script.width, rng)
    local = matrix @ np.array([[1.0, 0, area.x], [0, 1.0, area.y], [0, 0, 1.0]])
    size = (picture[1], picture[0])
    warped = cv2.warpPerspective(surface, local, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    view: Floats = np.asarray(warped, np.float32)
    if desk:
        cover = cv2.warpPerspective(np.ones(shape, np.float32), local, size)
        view = _lay(view, np.asarray(cover, np.float32), desk, rng)
    pixels = expose(view, render_light(light, picture, rng), camera, rng)
    seen = (_number(word, matrix) for script in scripts for word in script.words)
    return Scene(pixels, tuple(number for number in seen if number is not None))


def _strokes(words: Sequence[Word], area: Box) -> Floats:
    """Draw words: (area.height, area.width) float32, signed distance to the edge of the ink, pixels."""
    strokes = blank((area.height, area.width))
    for placed in (placed for word in words for placed in word):
        matrix = placed.matrix - np.array([[0, 0, area.x], [0, 0, area.y]])
        hull = placed.hull - np.array([area.x, area.y], np.float32)
        left, top = np.floor(hull.min(axis=0)).astype(int) - _REACH
        right, bottom = np.ceil(hull.max(axis=0)).astype(int) + _REACH
        stamp(strokes, placed.drawn, matrix, (int(left), int(top), int(right), int(bottom)))
    return strokes


def _number(word: Word, matrix: NDArray[np.float64]) -> SceneNumber | None:
    digits = tuple(SceneDigit(p.label, bounds(p.hull, matrix)) for p in word if p.label is not None)
    if not digits:
        return None
    return SceneNumber("".join(str(d.label) for d in digits), Box.around([d.box for d in digits]), digits)


def _lay(sheet: Floats, cover: Floats, desk: Paper, rng: np.random.Generator) -> Floats:
    """Put a sheet on a desk: (H, W, 3) and (H, W) float32; it throws a narrow shadow to the lower right."""
    shape = (cover.shape[0], cover.shape[1])
    reach = max(2.0, 0.006 * max(shape))
    shift = np.array([[1, 0, 0.7 * reach], [0, 1, reach]])
    shadow = cv2.GaussianBlur(cv2.warpAffine(cover, shift, (shape[1], shape[0])), (0, 0), reach)
    shaded = np.asarray(1 - 0.45 * shadow, np.float32)
    table = render_paper(desk, shape, rng) * colored(shaded, (1, 1, 1))
    return np.asarray(table + (sheet - table) * colored(cover, (1, 1, 1)), np.float32)
