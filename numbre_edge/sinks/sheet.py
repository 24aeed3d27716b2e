"""The contact sheet of ``explain``: every stage of one reading in one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.model import ModelCard
from numbre_edge.sinks.annotate import DOUBTFUL, SURE, draw
from numbre_edge.types import Box, Digit, Floats, Frame, Pixels

if TYPE_CHECKING:
    from numbre_edge.reader import Explanation

Colour = tuple[int, int, int]  # BGR

_WIDTH, _MARGIN, _TITLE = 1600, 32, 42  # pixels of the sheet
_TALLEST = 620  # a panel, pixels
_COLUMNS, _ENLARGED, _CELL_HEIGHT = 6, 112, 136  # a patch is shown at 4 times its 28 x 28
_MOST_PATCHES = 300  # a picture of pure noise must not make a sheet of a gigapixel
_PAPER: Colour = (246, 248, 249)
_TEXT: Colour = (40, 36, 33)
_FAINT: Colour = (150, 145, 140)
_TRACK: Colour = (226, 226, 226)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, eq=False)
class _Panel:
    title: str
    pixels: Pixels  # (h, w, 3) BGR, small enough for its place


def contact_sheet(frame: Frame, explanation: Explanation, card: ModelCard) -> Pixels:
    """Draw all stages: picture, illumination removed, ink, numbers, and the patches with their top three.

    Args:
        frame: the picture that was explained.
        explanation: what ``Reader.explain`` said of it.
        card: of the model, for the names of its classes.

    Returns:
        (h, 1600, 3) BGR uint8.
    """
    stages = explanation.stages
    ink = "light ink on dark" if stages.light_ink else "dark ink on light"
    across = 4 if frame.height > frame.width else 2
    width = (_WIDTH - (across + 1) * _MARGIN) // across
    panels = [
        _Panel(f"Picture  {frame.width} x {frame.height}", _fitted(frame.pixels, width)),
        _Panel(f"Illumination removed  {ink}", _fitted(255 - stages.contrast, width)),
        _Panel(f"Ink  {stages.mask.shape[1]} x {stages.mask.shape[0]}", _fitted(255 - stages.mask, width)),
        _numbers(frame, explanation, width),
    ]
    rows = [_panel_row(panels[at : at + across], width) for at in range(0, len(panels), across)]
    rows.append(_patches(explanation, card))
    foot = np.full((_MARGIN, _WIDTH, 3), _PAPER, np.uint8)
    return np.vstack([*rows, foot])


def _numbers(frame: Frame, explanation: Explanation, width: int) -> _Panel:
    readings = explanation.readings
    # Drawn at the panel's own size, so that lines and labels keep theirs.
    pixels = _fitted(frame.pixels, width)
    scale = pixels.shape[1] / frame.width
    drawn = draw(pixels, [type(r).of([_scaled(d, scale) for d in r.digits]) for r in readings])
    return _Panel(f"Numbers read  {len(readings)}", drawn)


def _scaled(digit: Digit, scale: float) -> Digit:
    x, y, width, height = (round(value * scale) for value in digit.box)
    return Digit(digit.value, digit.confidence, Box(x, y, max(1, width), max(1, height)))


def _fitted(pixels: NDArray[np.uint8], panel_width: int) -> Pixels:
    """Return ``pixels`` as BGR, shrunk or enlarged to fill a panel."""
    colour = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR) if pixels.ndim == 2 else pixels
    height, width = colour.shape[:2]
    scale = min(panel_width / width, _TALLEST / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST if scale >= 3 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(colour, size, interpolation=method), np.uint8)


def _panel_row(panels: list[_Panel], width: int) -> Pixels:
    height = max(panel.pixels.shape[0] for panel in panels)
    row = np.full((_MARGIN + _TITLE + height, _WIDTH, 3), _PAPER, np.uint8)
    for index, panel in enumerate(panels):
        left, top = _MARGIN + index * (width + _MARGIN), _MARGIN + _TITLE
        _write(row, panel.title, (left, top - 14), 0.62, _TEXT)
        tall, wide = panel.pixels.shape[:2]
        row[top : top + tall, left : left + wide] = panel.pixels
        cv2.rectangle(row, (left - 1, top - 1), (left + wide, top + tall), _TRACK, 1)
    return row


def _patches(explanation: Explanation, card: ModelCard) -> Pixels:
    patches = explanation.stages.patches
    shown = min(len(patches), _MOST_PATCHES)
    lines = -(-shown // _COLUMNS)
    grid = np.full((_MARGIN + _TITLE + lines * _CELL_HEIGHT, _WIDTH, 3), _PAPER, np.uint8)
    title = f"What the model saw  {len(patches)} patches of 28 x 28" if len(patches) else "No ink that could be a digit"
    _write(
        grid,
        title + (f", the first {shown} shown" if shown < len(patches) else ""),
        (_MARGIN, _MARGIN + 26),
        0.62,
        _TEXT,
    )
    values = {digit.box: digit.value for reading in explanation.readings for digit in reading.digits}
    boxes = [Box(*box) for box in patches.boxes.tolist()]
    place = {box: rank for rank, box in enumerate(values)}  # in reading order, what was not read last
    order = sorted(range(len(boxes)), key=lambda index: place.get(boxes[index], len(place)))
    pitch = (_WIDTH - 2 * _MARGIN) // _COLUMNS
    for rank, index in enumerate(order[:shown]):
        left = _MARGIN + rank % _COLUMNS * pitch
        top = _MARGIN + _TITLE + rank // _COLUMNS * _CELL_HEIGHT
        box = boxes[index]
        frame_colour = _FAINT if box not in values else DOUBTFUL if values[box] is None else SURE
        enlarged = cv2.resize(patches.pixels[index], (_ENLARGED, _ENLARGED), interpolation=cv2.INTER_NEAREST)
        grid[top : top + _ENLARGED, left : left + _ENLARGED] = enlarged[..., None]
        cv2.rectangle(grid, (left - 2, top - 2), (left + _ENLARGED + 1, top + _ENLARGED + 1), frame_colour, 2)
        _top_three(grid, (left + _ENLARGED + 14, top), explanation.probabilities[index], card.classes, frame_colour)
    return grid


def _top_three(
    grid: Pixels, origin: tuple[int, int], probabilities: Floats, classes: tuple[str, ...], colour: Colour
) -> None:
    """Draw the three likeliest classes of one patch, each over a bar of its probability."""
    left, top = origin
    for rank, best in enumerate(np.argsort(-probabilities, kind="stable")[:3].tolist()):
        probability = float(probabilities[best])
        y = top + 20 + rank * 37
        tone = _TEXT if rank == 0 else _FAINT
        name = classes[best] if best < 10 else "none"
        _write(grid, name, (left, y), 0.62 if best < 10 else 0.5, tone, bold=rank == 0)
        _write(grid, f"{probability:.1%}", (left + 48, y), 0.5, tone)
        cv2.rectangle(grid, (left, y + 7), (left + 100, y + 11), _TRACK, cv2.FILLED)
        if round(100 * probability):
            cv2.rectangle(grid, (left, y + 7), (left + round(100 * probability), y + 11), colour, cv2.FILLED)


def _write(canvas: Pixels, text: str, at: tuple[int, int], scale: float, colour: Colour, *, bold: bool = False) -> None:
    cv2.putText(canvas, text, at, _FONT, scale, colour, 2 if bold else 1, cv2.LINE_AA)
