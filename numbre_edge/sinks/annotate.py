"""Pictures with their readings drawn in, for looking at."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.atomic import real, write_file
from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.events import Tracked
from numbre_edge.types import Box, Frame, Pixels, Reading

# BGR; told apart by people with red-green blindness too (Okabe and Ito, 2008).
SURE = (178, 114, 0)  # blue
DOUBTFUL = (0, 94, 213)  # vermilion
# Formats that take any picture and keep the colours of what is drawn. Not so a PBM with its two, a PGM, a GIF with
# 256, and JPEG 2000, which OpenCV does not write below 32 x 32.
_KEPT = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".avif"})
_KEPT |= {".ppm", ".pnm"}
_ENCODERS = {".jfif": ".jpg"}  # suffix -> the one that OpenCV knows the format by
_STDIN = Path("-")
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
    """Writes each frame with its readings drawn in to ``folder``, under its source's name and in its format.

    Folders stay as they are below the one that all sources share. A format that cannot be written, or not in colour,
    becomes PNG, named after the whole: ``a.heic.png``. Frames of a video are PNGs with their numbers. A name that
    another source has already, in whatever case, gets "-2" and so on.

    Args:
        folder: made if it is not there.
        sources: all files that will be read; none of them is ever overwritten.

    Raises:
        UsageError: a picture would be written over a source.
        NumbreError: the folder cannot be made or written to.
    """

    def __init__(self, folder: Path, *, sources: Iterable[Path]) -> None:
        sources = list(sources)
        self._folder = folder
        self._shared = _shared_folder(sources)
        self._sources = set(map(real, sources))
        self._names: dict[tuple[str, int], Path] = {}  # (source, frame's number if it has one) -> file in the folder
        self._taken: set[str] = set()  # those files, lower case
        self._counts: Counter[str] = Counter()  # file, lower case -> how often it was wanted again
        for source in sources:
            if real(folder / self._wanted(source, None)) in self._sources:
                raise UsageError(f"--annotate {folder} would overwrite {source} itself; choose another folder")
        _make(folder)

    def write(self, frame: Frame, readings: Sequence[Reading], *, numbered: bool = False) -> Path:
        """Write one frame, ``numbered`` if it is one of a video's; return its file."""
        path = self._folder / self._name(frame.source, frame.index if numbered else None)
        drawn = draw(frame.pixels, readings)
        ok, encoded = cv2.imencode(_ENCODERS.get(path.suffix.lower(), path.suffix.lower()), drawn)
        if not ok:
            raise NumbreError(f"cannot write {path}: it cannot be encoded")
        _make(path.parent)
        write_file(path, encoded.tobytes())
        return path

    def _name(self, source: str, number: int | None) -> Path:
        key = (source, -1 if number is None else number)
        if key not in self._names:
            name = wanted = self._wanted(Path(source), number)
            again = str(wanted).lower()
            while str(name).lower() in self._taken or real(self._folder / name) in self._sources:
                self._counts[again] += 1
                name = wanted.with_name(f"{wanted.stem}-{self._counts[again] + 1}{wanted.suffix}")
            self._taken.add(str(name).lower())
            self._names[key] = name
        return self._names[key]

    def _wanted(self, source: Path, number: int | None) -> Path:
        """Return the file in the folder that a source or a frame of it would have if it were the only one."""
        if source == _STDIN:
            return Path("stdin.png")
        absolute = Path(os.path.abspath(source))
        within = absolute.is_relative_to(self._shared)
        path = absolute.relative_to(self._shared) if within else Path(absolute.name)
        if number is not None:
            return path.with_name(f"{path.stem}-{number:06d}.png")
        return path if _is_kept(path) else path.with_name(f"{path.name}.png")


def _shared_folder(sources: Iterable[Path]) -> Path:
    """Return the deepest folder that all sources lie in; where there is none (on two drives), this one."""
    try:
        return Path(os.path.commonpath([os.path.abspath(source.parent) for source in sources]))
    except ValueError:
        return Path.cwd()


def _is_kept(path: Path) -> bool:
    """Return whether a picture is written in the format that its name says."""
    suffix = path.suffix.lower()
    return suffix in _KEPT and cv2.haveImageWriter(_ENCODERS.get(suffix, suffix))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise NumbreError(f"cannot make the folder {folder}: {(exc.strerror or str(exc)).lower()}") from exc


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
