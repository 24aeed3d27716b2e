"""Pictures with their readings drawn in, for looking at."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import numpy as np

from numbre_edge.atomic import real, write_file
from numbre_edge.drawn import SUFFIXES, is_anothers, marked
from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.events import Tracked
from numbre_edge.types import Box, Frame, Pixels, Reading

# BGR; told apart by people with red-green blindness too (Okabe and Ito, 2008).
SURE = (178, 114, 0)  # blue
DOUBTFUL = (0, 94, 213)  # vermilion
_ENCODERS = {".jfif": ".jpg"}  # suffix -> the one that OpenCV knows the format by
_STDIN = Path("-")
_WHITE = (255, 255, 255)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_HEIGHT = 21  # pixels, of a digit at scale 1
_Found = TypeVar("_Found")
Name = tuple[str, int, str]  # source, number of its frame or -1, file in the folder


def draw(pixels: Pixels, numbers: Sequence[Reading | Tracked]) -> Pixels:
    """Return a copy with a box and a label for each number; one with a doubtful digit in another colour.

    Args:
        pixels: (H, W) grey or (H, W, 3) BGR.
        numbers: boxes in pixels of this picture.

    Returns:
        (H, W, 3) BGR.
    """
    canvas = pixels.copy() if pixels.ndim == 3 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    line = max(1, round(max(canvas.shape[:2]) / 500))
    outers = [_grown(number.box, 2 * line) for number in numbers]
    taken = list(outers)
    for number, outer in zip(numbers, outers, strict=True):
        colour = DOUBTFUL if "?" in number.text else SURE
        if isinstance(number, Reading) and len(number.digits) > 1:
            for digit in number.digits:
                _rectangle(canvas, digit.box, colour, max(1, line // 2))
        _rectangle(canvas, outer, colour, line)
        taken.append(_label(canvas, outer, number.text, colour, line, taken))
    return canvas


class AnnotatedFolder(Generic[_Found]):
    """Writes each frame with its readings drawn in to ``folder``, under its source's name and in its format.

    Folders stay as they are below the one that all sources share. A format that cannot be written, or not in colour,
    becomes PNG, named after the whole: ``a.heic.png``. Frames of a video are PNGs with their numbers. A name that
    another source has already, in whatever case, or a file that was not drawn by such a run, gets "-2" and so on.
    Pictures are marked, so that a later run on a folder with them passes them over, and one into it replaces them.

    Args:
        folder: made if it is not there.
        sources: all files that will be read; none of them is ever overwritten.
        draw: draws what was found into a frame's pixels.

    Raises:
        UsageError: a picture would be written over a source.
        NumbreError: the folder cannot be made or written to.
    """

    def __init__(
        self, folder: Path, *, sources: Iterable[Path], draw: Callable[[Pixels, Sequence[_Found]], Pixels]
    ) -> None:
        sources = list(sources)
        self._folder, self._draw = folder, draw
        self._shared = _shared_folder(sources)
        self._sources = set(map(real, sources))
        self._names: dict[tuple[str, int], Path] = {}  # (source, frame's number if it has one) -> file in the folder
        self._taken: set[str] = set()  # those files, lower case
        self._counts: Counter[str] = Counter()  # file, lower case -> how often it was wanted again
        for source in sources:
            if real(folder / self._wanted(source, None)) in self._sources:
                raise UsageError(f"--annotate {folder} would overwrite {source} itself; choose another folder")
        _make(folder)

    def write(self, frame: Frame, found: Sequence[_Found], *, numbered: bool = False) -> Path:
        """Write one frame, ``numbered`` if it is one of a video's; return its file."""
        path = self._folder / self._name(frame.source, frame.index if numbered else None)
        drawn = self._draw(frame.pixels, found)
        ok, encoded = cv2.imencode(_ENCODERS.get(path.suffix.lower(), path.suffix.lower()), drawn)
        if not ok:
            raise NumbreError(f"cannot write {path}: it cannot be encoded")
        _make(path.parent)
        write_file(path, marked(encoded.tobytes(), "predict"))
        return path

    def names_since(self, count: int) -> list[Name]:
        """Return the names that were given after the first ``count``, the newest first."""
        new = islice(reversed(self._names.items()), len(self._names) - count)
        return [(source, number, str(name)) for (source, number), name in new]

    def restore(self, names: Iterable[Name]) -> None:
        """Take names as given that an earlier run gave, in whatever order."""
        for source, number, name in names:
            self._names[source, number] = Path(name)
            self._taken.add(name.lower())

    def _name(self, source: str, number: int | None) -> Path:
        key = (source, -1 if number is None else number)
        if key not in self._names:
            name = wanted = self._wanted(Path(source), number)
            again = str(wanted).lower()
            while str(name).lower() in self._taken or self._is_to_stay(self._folder / name):
                self._counts[again] += 1
                name = wanted.with_name(f"{wanted.stem}-{self._counts[again] + 1}{wanted.suffix}")
            self._taken.add(str(name).lower())
            self._names[key] = name
        return self._names[key]

    def _is_to_stay(self, path: Path) -> bool:
        return real(path) in self._sources or is_anothers(path, "predict")

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
    return suffix.lstrip(".") in SUFFIXES and cv2.haveImageWriter(_ENCODERS.get(suffix, suffix))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise NumbreError(f"cannot make the folder {folder}: {(exc.strerror or str(exc)).lower()}") from exc


def _rectangle(canvas: Pixels, box: Box, colour: tuple[int, int, int], line: int) -> None:
    cv2.rectangle(canvas, (box.x, box.y), (box.right - 1, box.bottom - 1), colour, line, cv2.LINE_AA)


def _grown(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def _label(canvas: Pixels, box: Box, text: str, colour: tuple[int, int, int], line: int, taken: Sequence[Box]) -> Box:
    """Write ``text`` on a filled tag above ``box``, or beside or below it where that covers less of what is ``taken``.

    Returns:
        The tag.
    """
    digit = float(np.clip(box.height * 0.25, 7 * line, 11 * line))  # its height in pixels
    scale, thickness = digit / _FONT_HEIGHT, max(1, round(digit / 9))
    (wide, tall), _ = cv2.getTextSize(text, _FONT, scale, thickness)
    pad = max(2, round(tall * 0.3))
    width, height = wide + 2 * pad, tall + 2 * pad
    corners = [(box.x, box.y - height), (box.right, box.y), (box.x, box.bottom), (box.x - width, box.y)]
    rightmost, lowest = max(0, canvas.shape[1] - width), max(0, canvas.shape[0] - height)
    places = [Box(min(max(x, 0), rightmost), min(max(y, 0), lowest), width, height) for x, y in corners]
    tag = min(places, key=lambda place: sum(_shared(place, other) for other in taken))
    cv2.rectangle(canvas, (tag.x, tag.y), (tag.right - 1, tag.bottom - 1), colour, cv2.FILLED)
    cv2.putText(canvas, text, (tag.x + pad, tag.y + pad + tall), _FONT, scale, _WHITE, thickness, cv2.LINE_AA)
    return tag


def _shared(a: Box, b: Box) -> int:
    """Return how many pixels two boxes have in common."""
    width, height = min(a.right, b.right) - max(a.x, b.x), min(a.bottom, b.bottom) - max(a.y, b.y)
    return max(0, width) * max(0, height)
