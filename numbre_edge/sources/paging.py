"""Which pages of a file are read."""

from __future__ import annotations

from dataclasses import dataclass

from numbre_edge.errors import SourceError

DPI = 200  # digits of 4 mm need 150, and some are smaller: benchmarks/pages.py, docs/pictures.md


@dataclass(frozen=True, kw_only=True)
class Paging:
    """Which pages of a TIFF or PDF are read, and which frames of an animation.

    Attributes:
        ranges: the first and last page of each range, counted from 1, None for the end; in order, and none of them
            within another. Empty: all pages.
        dpi: dots an inch that a PDF's pages are drawn with.
        all_frames: whether an animation's frames are its pages; else it is one picture, its first.
    """

    ranges: tuple[tuple[int, int | None], ...] = ()
    dpi: int = DPI
    all_frames: bool = False

    def wanted(self, count: int) -> list[int]:
        """Return the pages to read of a file of so many, counted from 0.

        Raises:
            SourceError: it has none of them.
        """
        ranges = self.ranges or ((1, None),)
        found = [index for first, last in ranges for index in range(first - 1, min(last or count, count))]
        if not found:
            raise SourceError(f"has {count} page{'s' * (count != 1)}, and none of those that are asked for")
        return found


EVERY_PAGE = Paging()
