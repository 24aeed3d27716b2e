"""The UNIPEN format: files of pen positions, and what was written with which of them.

I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet, "UNIPEN project of on-line data exchange and recognizer
benchmarks" (ICPR 1994). Of it this much matters here:

* a file is a list of lines ``.KEYWORD arguments``; ``.INCLUDE name`` stands for the lines of another file, which may
  include others;
* ``.COORD X Y ...`` names the columns of the lines of numbers that follow ``.PEN_DOWN`` or ``.PEN_UP``; each such block
  of at least one line is a component, and components are counted from 0;
* ``.SEGMENT level range quality "label"`` says which components a character or word consists of: ``4``, ``4-6``,
  ``4:10-6:3`` (from point 10 of component 4 to point 3 of component 6, both included), or several of these joined by
  commas;
* ``.WRITER_ID name`` says who wrote what follows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from numbre_edge.types import Floats

Counts = Counter[str]  # what was left out, and why

_DEEPEST = 8  # files within files
_INCLUDE = re.compile(r"^\.INCLUDE[ \t]+(\S+).*$", re.M)
_KEYWORD = re.compile(r"^(\.[A-Z_]+)", re.M)
_SEGMENT = re.compile(r'^\.SEGMENT[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+"((?:\\.|[^"\\\n])*)"', re.M)
_RANGE = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?$")


@dataclass(frozen=True, eq=False)
class Component:
    """A run of pen positions.

    Attributes:
        down: the pen touched the surface.
        points: (n, 2) float32, x and y as recorded.
        writer: as the file names them.
    """

    down: bool
    points: Floats
    writer: str


@dataclass(frozen=True)
class Segment:
    """What was written, and with which components.

    Attributes:
        ranges: the components, as written.
        quality: GOOD, OK, LOW, BAD, or ?.
        label: as written, its backslashes too.
    """

    ranges: str
    quality: str
    label: str


def read_text(path: Path) -> str | None:
    """Return a file's text; None if it cannot be read."""
    try:
        return path.read_bytes().decode("latin-1").replace("\r", "\n")
    except OSError:
        return None


def expand(text: str, folder: Path, left_out: Counts, depth: int = 0) -> str:
    """Return the text with every ``.INCLUDE`` replaced by the file in ``folder`` that it names."""

    def included(match: re.Match[str]) -> str:
        inner = read_text(folder / match[1]) if depth < _DEEPEST else None
        if inner is None:
            left_out[f"include missing: {match[1]}"] += 1
            return ""
        return expand(inner, folder, left_out, depth + 1)

    return _INCLUDE.sub(included, text)


def segments(text: str) -> Iterator[Segment]:
    """Yield the segments of a text, in their order."""
    for match in _SEGMENT.finditer(text):
        yield Segment(ranges=match[2], quality=match[3], label=match[4])


def components(text: str, left_out: Counts) -> list[Component]:
    """Return the runs of a text, pen down and pen up, in their order."""
    found: list[Component] = []
    columns, writer = ["X", "Y"], ""
    parts = _KEYWORD.split(text)
    for keyword, body in zip(parts[1::2], parts[2::2], strict=True):
        if keyword == ".COORD":
            columns = body.split()
        elif keyword == ".WRITER_ID":
            writer = (body.split() or [""])[0]
        elif keyword in (".PEN_DOWN", ".PEN_UP") and body and not body.isspace():
            points = _positions(body, columns, left_out)
            if len(points):
                found.append(Component(keyword == ".PEN_DOWN", points, writer))
    return found


def pick(parts: list[Component], ranges: str) -> list[Component] | None:
    """Return the pen-down components that ``ranges`` names; None where it names none."""
    chosen = []
    for one in ranges.split(","):
        match = _RANGE.match(one)
        if not match:
            return None
        first = int(match[1])
        last = int(match[3]) if match[3] else first
        if last >= len(parts) or last < first:
            return None
        for at in range(first, last + 1):
            start = int(match[2]) if match[2] and at == first else None
            stop = int(match[4]) + 1 if match[4] and at == last else None
            if match[2] and not match[3]:  # a single point, `4:10`
                stop = int(match[2]) + 1
            points = parts[at].points[start:stop]
            if parts[at].down and len(points):
                chosen.append(replace(parts[at], points=points))
    return chosen or None


def _positions(body: str, columns: list[str], left_out: Counts) -> Floats:
    """Return the X and Y columns of the lines in ``body``, (n, 2) float32."""
    x, y, width = columns.index("X"), columns.index("Y"), len(columns)
    tokens = body.split()
    try:
        if len(tokens) % width == 0:
            return np.array(tokens, np.float32).reshape(-1, width)[:, [x, y]]
    except ValueError:
        pass  # line by line, then, without those that cannot be read
    rows = []
    for line in filter(None, map(str.split, body.splitlines())):
        try:
            rows.append((float(line[x]), float(line[y])))
        except (ValueError, IndexError):
            left_out["line of a stroke unreadable"] += 1
    return np.array(rows, np.float32).reshape(-1, 2)
