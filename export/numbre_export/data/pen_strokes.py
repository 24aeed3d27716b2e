"""Make one small file of two public collections of pen trajectories.

    python -m numbre_export.data.pen_strokes UNIPEN_FOLDER --pendigits FOLDER pen.npz

UNIPEN_FOLDER holds ``data`` and ``include`` of the UNIPEN distribution train_r01_v07; the other folder holds
``pendigits-orig.tra`` and ``pendigits-orig.tes`` of the UCI set "Pen-Based Recognition of Handwritten Digits", plain or
compressed (``.Z``, for which ``gzip`` must be on the path). Both are CC BY 4.0; NOTICE says whom to credit. The file's
format is that of :mod:`numbre_export.data.pen`; it depends on the input alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numbre_edge.atomic import replacing
from numbre_edge.errors import NumbreError
from numbre_edge.types import Floats
from numbre_export.data.pen import DIGIT, KINDS, NUMBER, UNITS, UPPER, WORD
from numbre_export.data.pen_items import SOURCES, Item, pendigits_items, unipen_items
from numbre_export.data.pen_selection import parts, selected, usable
from numbre_export.data.unipen import Counts

_SEED = 20240601
_TOLERANCE = 4.0  # units by which a line may be off that is drawn without a point
_TOLERANCE_STRING = 2.0  # in words and numbers, whose characters are small


def make(unipen: Path, pendigits: Path | None, out: Path) -> tuple[list[Item], Counts]:
    """Write ``out``; return the items in it, and what was left out for which reason.

    Raises:
        NumbreError: a folder does not hold what it should, or the file cannot be written.
    """
    left_out: Counts = Counter()
    items = unipen_items(unipen, np.random.default_rng(_SEED), left_out)
    if pendigits is not None:
        items += pendigits_items(pendigits, left_out)
    items = selected([item for item in items if usable(item, left_out)], np.random.default_rng(_SEED))
    with replacing(out) as temporary:
        _save(items, temporary)
    return items, left_out


def _save(items: list[Item], path: Path) -> None:
    writers = sorted({item.writer for item in items})
    index = {name: at for at, name in enumerate(writers)}
    strokes = [scaled(item) for item in items]
    writer = np.array([index[item.writer] for item in items], np.int32)
    np.savez_compressed(
        path,
        points=np.concatenate([stroke for group in strokes for stroke in group]),
        stroke_start=np.cumsum([0, *(len(stroke) for group in strokes for stroke in group)], dtype=np.int32),
        item_start=np.cumsum([0, *map(len, strokes)], dtype=np.int32),
        label=np.array([item.label for item in items]),
        kind=np.array([item.kind for item in items], np.int8),
        kinds=np.array(KINDS),
        writer=writer,
        writers=np.array(_numbered(writers)),
        source=np.array([item.source for item in items], np.int8),
        sources=np.array(SOURCES),
        part=parts(items, writers, np.random.default_rng(_SEED))[writer],
        size=_relative_sizes(items),
    )


def scaled(item: Item) -> list[NDArray[np.int16]]:
    """Return an item's strokes, (n, 2) int16 each, its larger side UNITS long, without points that it can miss."""
    low, high = item.corners()
    side = float((high - low).max())
    factor = np.float32(UNITS / side if side > 0 else 0.0)
    tolerance = _TOLERANCE_STRING if item.kind in (WORD, NUMBER) else _TOLERANCE
    strokes = []
    for stroke in item.strokes:
        points = np.rint(simplified((stroke - low) * factor, tolerance)).astype(np.int16)
        differs = np.ones(len(points), bool)
        differs[1:] = (points[1:] != points[:-1]).any(axis=1)
        strokes.append(points[differs])
    return strokes


def simplified(points: Floats, tolerance: float) -> Floats:
    """Return a polyline, (n, 2), without points that lie within ``tolerance`` of the line drawn without them.

    U. Ramer, "An iterative procedure for the polygonal approximation of plane curves" (1972).
    """
    if len(points) < 3:
        return points
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    todo = [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        start, along = points[first], points[last] - points[first]
        offsets = points[first + 1 : last] - start
        length = float(along @ along)
        at = np.clip(offsets @ along / length, 0, 1) if length else np.zeros(len(offsets), np.float32)
        off = offsets - np.multiply.outer(at, along)
        distances = np.hypot(off[:, 0], off[:, 1])
        if distances.max() > tolerance:
            middle = first + 1 + int(distances.argmax())
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return points[keep]


def _relative_sizes(items: list[Item]) -> Floats:
    """Return each item's larger side over the median height of its writer's digits and capitals; NaN without any.

    Only what was written for the same contributor is compared: tablets differ.
    """
    sizes = [high - low for low, high in (item.corners() for item in items)]
    groups = [(item.writer, item.place.split("/")[0].split()[0]) for item in items]
    heights: dict[tuple[str, str], list[float]] = defaultdict(list)
    for item, size, group in zip(items, sizes, groups, strict=True):
        if item.kind in (DIGIT, UPPER) and size[1] > 0:
            heights[group].append(size[1])
    usual = {group: np.median(known) for group, known in heights.items()}
    relative = [size.max() / usual.get(group, np.nan) for size, group in zip(sizes, groups, strict=True)]
    return np.array(relative, np.float32)


def _numbered(writers: list[str]) -> list[str]:
    """Return `contributor-number` for each `contributor/person`: no names of persons."""
    seen: Counter[str] = Counter()
    names = []
    for name in writers:
        house = name.split("/")[0]
        seen[house] += 1
        names.append(f"{house}-{seen[house]:03d}")
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="numbre_export.data.pen_strokes", description="Collect pen trajectories.")
    parser.add_argument("unipen", type=Path, help="folder with data/ and include/ of UNIPEN train_r01_v07")
    parser.add_argument("--pendigits", type=Path, help="folder with pendigits-orig.tra and .tes")
    parser.add_argument("out", type=Path, help="the .npz file to write")
    given = parser.parse_args(arguments)
    try:
        items, left_out = make(given.unipen, given.pendigits, given.out)
    except NumbreError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    kinds = Counter(item.kind for item in items)
    for kind, name in enumerate(KINDS):
        print(f"{name}: {kinds[kind]}")
    for reason, count in sorted(left_out.items()):
        print(f"left out: {reason}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
