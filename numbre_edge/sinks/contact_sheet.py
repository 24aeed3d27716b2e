"""The contact sheet of ``explain``: every stage of one reading in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import printable
from numbre_edge.model import ModelCard
from numbre_edge.sinks.annotate import DOUBTFUL, SURE, draw
from numbre_edge.types import Box, Explanation, Floats, Frame, Pixels, Recognition
from numbre_edge.vocabulary import DIGITS, Vocabulary

Colour = tuple[int, int, int]  # BGR

_WIDTH, _MARGIN, _TITLE = 1600, 32, 42  # pixels of the sheet
_TALLEST = 620  # a panel, pixels
_COLUMNS, _ENLARGED, _CELL_HEIGHT = 6, 112, 154  # a patch is shown at 4 times its 28 x 28
_LINE = 28  # of text, pixels
_MOST_PATCHES = 300  # a picture of pure noise must not make a sheet of a gigapixel
_MOST_FINDINGS = 40
_PAPER: Colour = (246, 248, 249)
_TEXT: Colour = (40, 36, 33)
_FAINT: Colour = (150, 145, 140)
_TRACK: Colour = (226, 226, 226)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, eq=False)
class _Panel:
    title: str
    pixels: Pixels  # (h, w, 3) BGR, small enough for its place


def contact_sheet(frame: Frame, explanation: Explanation, card: ModelCard, findings: Sequence[str] = ()) -> Pixels:
    """Draw all stages: picture, illumination removed, ink, numbers, findings, and the patches with their top three.

    Args:
        frame: the picture that was explained.
        explanation: what ``Reader.explain`` said of it.
        card: of the model, for the names of its classes.
        findings: what there is to say about it, a line of ASCII each.

    Returns:
        (h, 1600, 3) BGR uint8.
    """
    recognition, region = explanation.recognition, explanation.placement.region
    part = "" if region == (0, 0, frame.width, frame.height) else f", from {region.x},{region.y}"
    tilt = ", set upright" if explanation.placement.tilt else ""
    ink = "light ink on dark" if explanation.light_ink else "dark ink on light"
    across = 4 if region.height > region.width else 2
    width = (_WIDTH - (across + 1) * _MARGIN) // across
    picture = _fitted(frame.pixels[region.y : region.bottom, region.x : region.right], width)
    panels = [
        _Panel(f"Picture  {region.width} x {region.height}{part}", picture),
        _Panel(f"Illumination removed  {ink}{tilt}", _fitted(255 - explanation.contrast, width)),
        _Panel(
            f"Ink  {explanation.mask.shape[1]} x {explanation.mask.shape[0]}", _fitted(255 - explanation.mask, width)
        ),
        _numbers(picture, recognition, region),
    ]
    rows = [_panel_row(panels[at : at + across], width) for at in range(0, len(panels), across)]
    if findings:
        rows.append(_findings(findings))
    rows.append(_patches(recognition, card))
    foot = np.full((_MARGIN, _WIDTH, 3), _PAPER, np.uint8)
    return np.vstack([*rows, foot])


def _numbers(picture: Pixels, recognition: Recognition, region: Box) -> _Panel:
    """Draw what was read over the faint boxes of all other candidates, which may share ink with it.

    Drawn at the size of ``picture``, which shows ``region``, so that lines and labels keep theirs.
    """
    scale, readings, faint = picture.shape[1] / region.width, recognition.readings, picture.copy()

    def shown(box: Box) -> Box:
        x, y = round((box.x - region.x) * scale), round((box.y - region.y) * scale)
        return Box(x, y, max(1, round(box.width * scale)), max(1, round(box.height * scale)))

    for index, row in enumerate(recognition.patches.boxes.tolist()):
        if index not in recognition.chosen:
            box = shown(Box(*row))
            cv2.rectangle(faint, (box.x, box.y), (box.right - 1, box.bottom - 1), _FAINT, 1)
    faded = np.asarray(cv2.addWeighted(faint, 0.6, picture, 0.4, 0), np.uint8)
    drawn = draw(faded, [type(r).of([replace(d, box=shown(d.box)) for d in r.digits]) for r in readings])
    return _Panel(f"Numbers read  {len(readings)}", drawn)


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
        (long, _), _ = cv2.getTextSize(panel.title, _FONT, 0.62, 1)
        _write(row, panel.title, (left, top - 14), 0.62 * min(1, width / long), _TEXT)
        tall, wide = panel.pixels.shape[:2]
        row[top : top + tall, left : left + wide] = panel.pixels
        cv2.rectangle(row, (left - 1, top - 1), (left + wide, top + tall), _TRACK, 1)
    return row


def _findings(findings: Sequence[str]) -> Pixels:
    shown = findings[:_MOST_FINDINGS]
    left_out = len(findings) - len(shown)
    rows = _heading(
        "Findings" + (f"  the first {len(shown)} of {len(findings)}" if left_out else ""), len(shown) * _LINE
    )
    for rank, text in enumerate(shown):
        _write(rows, text, (_MARGIN, _MARGIN + _TITLE + 18 + rank * _LINE), 0.55, _TEXT)
    return rows


def _patches(recognition: Recognition, card: ModelCard) -> Pixels:
    patches, chosen = recognition.patches, recognition.chosen
    shown = min(len(patches), _MOST_PATCHES)
    title = (
        f"What the model saw  {len(patches)} candidates of 28 x 28, {len(chosen)} chosen"
        if len(patches)
        else "No ink that could be a digit"
    )
    grid = _heading(
        title + (f", the first {shown} shown" if shown < len(patches) else ""), -(-shown // _COLUMNS) * _CELL_HEIGHT
    )
    # In reading order, what was not chosen last.
    order = [*chosen, *(index for index in range(len(patches)) if index not in chosen)]
    pitch = (_WIDTH - 2 * _MARGIN) // _COLUMNS
    for rank, index in enumerate(order[:shown]):
        left = _MARGIN + rank % _COLUMNS * pitch
        top = _MARGIN + _TITLE + rank // _COLUMNS * _CELL_HEIGHT
        digit = chosen.get(index)
        colour = _FAINT if digit is None else DOUBTFUL if digit.value is None else SURE
        enlarged = cv2.resize(patches.pixels[index], (_ENLARGED, _ENLARGED), interpolation=cv2.INTER_NEAREST)
        grid[top : top + _ENLARGED, left : left + _ENLARGED] = enlarged[..., None]
        edge = 1 if digit is None else 3
        cv2.rectangle(grid, (left - edge, top - edge), (left + _ENLARGED, top + _ENLARGED), colour, edge)
        fate = "not chosen" if digit is None else "doubtful" if digit.value is None else f"read as {digit.value}"
        _write(grid, fate, (left, top + _ENLARGED + 20), 0.5, colour, bold=digit is not None)
        _top_three(grid, (left + _ENLARGED + 14, top), recognition.probabilities[index], card.vocabulary, colour)
    return grid


def _heading(title: str, below: int) -> Pixels:
    """Return a strip of the sheet with a title and ``below`` pixels of room under it."""
    strip = np.full((_MARGIN + _TITLE + below, _WIDTH, 3), _PAPER, np.uint8)
    _write(strip, title, (_MARGIN, _MARGIN + 26), 0.62, _TEXT)
    return strip


def _top_three(
    grid: Pixels, origin: tuple[int, int], probabilities: Floats, vocabulary: Vocabulary, colour: Colour
) -> None:
    """Draw the three likeliest classes of one patch, each over a bar of its probability."""
    left, top = origin
    for rank, best in enumerate(np.argsort(-probabilities, kind="stable")[:3].tolist()):
        probability = float(probabilities[best])
        y = top + 20 + rank * 37
        tone = _TEXT if rank == 0 else _FAINT
        name = vocabulary.short(best)
        _write(grid, name, (left, y), 0.62 if name in DIGITS else 0.5, tone, bold=rank == 0)
        _write(grid, f"{probability:.1%}", (left + 48, y), 0.5, tone)
        cv2.rectangle(grid, (left, y + 7), (left + 100, y + 11), _TRACK, cv2.FILLED)
        if round(100 * probability):
            cv2.rectangle(grid, (left, y + 7), (left + round(100 * probability), y + 11), colour, cv2.FILLED)


def _write(canvas: Pixels, text: str, at: tuple[int, int], scale: float, colour: Colour, *, bold: bool = False) -> None:
    cv2.putText(canvas, printable(text), at, _FONT, scale, colour, 2 if bold else 1, cv2.LINE_AA)
