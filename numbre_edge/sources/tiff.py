"""The directories of a TIFF file, which an EXIF block is too."""

from __future__ import annotations

from typing import Literal

_MOST_PAGES = 100_000


def exif_orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, that an EXIF block says (Exif 2.32, 4.6.4); 1, upright, where it says none."""
    start = max(exif.find(b"II*\0", 0, 16), exif.find(b"MM\0*", 0, 16), 0)
    return Tiff(exif[start:]).first().get(0x112, 1)


class Tiff:
    """The directories of a TIFF 6.0 file (section 2) or BigTIFF.

    Attributes:
        begin: where the first one begins.
    """

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = data
        self._order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
        big = data[2:4] in (b"+\0", b"\0+")
        self._word, self._count, self._entry = (8, 8, 20) if big else (4, 2, 12)  # bytes
        self.begin = self._number(8 if big else 4, self._word)

    def first(self) -> dict[int, int]:
        """Return the first value of each entry of the first directory that holds whole numbers, tag -> number."""
        found: dict[int, int] = {}
        begin = self.begin + self._count
        entries = min(self._number(self.begin, self._count), 4096)
        for at in range(begin, begin + self._entry * entries, self._entry):
            size = {1: 1, 3: 2, 4: 4, 16: 8}.get(self._number(at + 2, 2), 0)
            place = at + 4 + self._word
            if size * self._number(at + 4, self._word) > self._word:
                place = self._number(place, self._word)
            tag = self._number(at, 2)
            found[tag] = max(self._number(place, size), found.get(tag, 0))
        return found

    def pages(self) -> list[int]:
        """Return where each directory begins that is no preview (NewSubfileType, which comes first, bit 0)."""
        at, pages = self.begin, []
        seen: set[int] = set()
        while 0 < at < len(self._data) and at not in seen and len(seen) < _MOST_PAGES:
            seen.add(at)
            tag, kind = self._number(at + self._count, 2), self._number(at + self._count + 4 + self._word, 4)
            if not (tag == 254 and kind & 1):
                pages.append(at)
            at = self._number(at + self._count + self._entry * self._number(at, self._count), self._word)
        return pages

    def place(self, page: int) -> tuple[slice, bytes]:
        """Return which bytes of the file say where its first directory begins, and what they are for ``page``."""
        start = 8 if self._word == 8 else 4
        return slice(start, start + self._word), page.to_bytes(self._word, self._order)

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at : at + size], self._order)
