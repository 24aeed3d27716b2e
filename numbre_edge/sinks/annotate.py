"""Pictures with their readings drawn in, for looking at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.atomic import write_file
from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.events import Tracked
from numbre_edge.types import Box, Frame, Pixels, Reading

# BGR; told apart by people with red-green blindness too (Okabe and Ito, 2008).
SURE = (178, 114, 0)  # blue
DOUBTFUL = (0, 94, 213)  # vermilion
_WHITE = (255, 255, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_HEIGHT = 21  # pixels, of a digit at scale 1


def draw(pixels: Pixels, numbers: Sequence[Reading | Tracked]) -> Pixels:
    """Return a copy with a box and a label for each number; one with a doubtful digit in another colour.

    Args:
        pixels: (H, W) grey or (H, W, 3) BGR.
        numbers: boxes in pixels of this picture.

    Returns:
        (H, W, 3) BGR.
    """
    canvas = np.array(pixels if pixels.ndim == 3 else cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    line = max(1, round(max(canvas.shape[:2]) / 500))
    for number in numbers:
        colour = DOUBTFUL if "?" in number.text else SURE
        if isinstance(number, Reading) and len(number.digits) > 1:
            for digit in number.digits:
                _rectangle(canvas, digit.box, colour, max(1, line // 2))
        outer = _grown(number.box, 2 * line)
        _rectangle(canvas, outer, colour, line)
        _label(canvas, outer, number.text, colour, line)
    return canvas


class AnnotatedFolder:
    """Writes each frame with its readings drawn in to ``folder``, under its source's name, as PNG.

    Frames of a video are numbered; a second source of the same name gets "-2" and so on.

    Args:
        folder: made if it is not there.
        sources: all files that will be read; none of them is ever overwritten.

    Raises:
        NumbreError: the folder cannot be made or written to.
    """

    def __init__(self, folder: Path, *, sources: Iterable[Path] = ()) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}  # file name, lower case -> source that has it
        self._sources = {path.resolve() for path in sources}
        for path in self._sources:
            if path == (folder / f"{path.stem}.png").resolve():
                raise UsageError(f"--annotate {folder} would overwrite {path.name} itself; choose another folder")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise NumbreError(f"cannot make the folder {folder}: {(exc.strerror or str(exc)).lower()}") from exc

    def write(self, frame: Frame, readings: Sequence[Reading], *, numbered: bool = False) -> Path:
        """Write one frame, ``numbered`` if it is one of a video's; return its file."""
        path = self._folder / self._name(frame, numbered)
        ok, encoded = cv2.imencode(".png", draw(frame.pixels, readings))
        if not ok:
            raise NumbreError(f"cannot encode {path} as PNG")
        write_file(path, encoded.tobytes())
        return path

    def _name(self, frame: Frame, numbered: bool) -> str:
        stem = Path(frame.source).stem
        count = 1
        while True:
            suffix = (f"-{count}" if count > 1 else "") + (f"-{frame.index:06d}" if numbered else "")
            name = f"{stem}{suffix}.png"
            taken = (self._folder / name).resolve() in self._sources
            if not taken and self._names.setdefault(name.lower(), frame.source) == frame.source:
                return name
            count += 1


def _rectangle(canvas: Pixels, box: Box, colour: tuple[int, int, int], line: int) -> None:
    cv2.rectangle(canvas, (box.x, box.y), (box.right - 1, box.bottom - 1), colour, line, cv2.LINE_AA)


def _grown(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _label(canvas: Pixels, box: Box, text: str, colour: tuple[int, int, int], line: int) -> None:
    """Write ``text`` on a filled tag above ``box``, or below it at the top of the picture."""
    height = float(np.clip(box.height * 0.25, 7 * line, 11 * line))  # pixels, of a digit
    scale, thickness = height / _FONT_HEIGHT, max(1, round(height / 9))
    (width, tall), _ = cv2.getTextSize(text, _FONT, scale, thickness)
    pad = max(2, round(tall * 0.3))
    full_width, full_height = width + 2 * pad, tall + 2 * pad
    left = int(np.clip(box.x, 0, max(0, canvas.shape[1] - full_width)))
    top = box.y - full_height if box.y >= full_height else min(box.bottom, canvas.shape[0] - full_height)
    cv2.rectangle(canvas, (left, top), (left + full_width - 1, top + full_height - 1), colour, cv2.FILLED)
    cv2.putText(canvas, text, (left + pad, top + pad + tall), _FONT, scale, _WHITE, thickness, cv2.LINE_AA)
