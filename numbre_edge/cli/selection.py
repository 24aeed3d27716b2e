"""What ``--roi``, ``--rotate``, ``--flip``, ``--pages``, ``--dpi``, ``--all-frames`` and ``--size`` say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from numbre_edge.errors import UsageError
from numbre_edge.sources.paging import Paging
from numbre_edge.sources.view import Orientation, Region

_PAGES = re.compile(r"([0-9]{1,9})(-([0-9]{1,9})?)?")


def orientation(rotate: Literal["90", "180", "270"] | None, flip: Literal["h", "v"] | None) -> Orientation:
    """Return what ``--rotate`` and ``--flip`` say."""
    turns: dict[str | None, Literal[0, 90, 180, 270]] = {None: 0, "90": 90, "180": 180, "270": 270}
    return Orientation(rotate=turns[rotate], flip=flip)


def parse_region(roi: str | None) -> Region | None:
    """Return the Region that ``X,Y,W,H`` says, in pixels or each with a ``%``.

    Raises:
        UsageError: not four numbers of one kind, or an empty, negative or too large region.
    """
    if roi is None:
        return None
    parts = [part.strip() for part in roi.split(",")]
    percent = all(part.endswith("%") for part in parts)
    try:
        x, y, width, height = (float(part[:-1]) if percent else int(part) for part in parts)
    except ValueError as exc:
        raise UsageError(
            f"--roi {roi}: must be four whole numbers X,Y,W,H in pixels, like 100,50,400,120, "
            "or four percentages, like 10%,20%,50%,30%"
        ) from exc
    if not (x >= 0 and y >= 0 and width > 0 and height > 0):
        raise UsageError(f"--roi {roi}: X and Y must be at least 0, W and H above 0")
    if percent and max(x + width, y + height) > 100 + 1e-6:  # 33.3 + 66.7 is not quite 100
        raise UsageError(
            f"--roi {roi}: reaches beyond the picture; X and W together, Y and H together are at most 100%"
        )
    return Region(x, y, width, height, percent)


def paging(pages: str | None, dpi: int, *, all_frames: bool = False) -> Paging:
    """Return what ``--pages``, ``--dpi`` and ``--all-frames`` say.

    Raises:
        UsageError: the pages are no list like ``1,3-5,8-``.
    """
    ranges: list[tuple[int, int | None]] = []
    for part in pages.split(",") if pages is not None else ():
        match = _PAGES.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = first if not match or match[2] is None else int(match[3]) if match[3] else None
        if first < 1 or (last is not None and last < first):
            raise UsageError(f"--pages {pages}: must be pages counted from 1, or ranges of them, like 1,3-5,8-")
        ranges.append((first, last))
    return Paging(ranges=tuple(_apart(ranges)), dpi=dpi, all_frames=all_frames)


def _apart(ranges: list[tuple[int, int | None]]) -> Iterator[tuple[int, int | None]]:
    """Yield ranges in order, each without what those before it have."""
    done: int | None = 0
    for first, last in sorted(ranges, key=lambda ends: ends[0]):
        if done is not None and (last is None or last > done):
            yield max(first, done + 1), last
            done = last


def parse_size(text: str) -> tuple[int, int]:
    """Return the width and height that ``WxH`` says.

    Raises:
        UsageError: not two whole numbers above 0.
    """
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as exc:
        raise UsageError(f"--size {text}: must be two whole numbers WxH in pixels, like 1280x720") from exc
    if width < 1 or height < 1:
        raise UsageError(f"--size {text}: W and H must be at least 1")
    return width, height
