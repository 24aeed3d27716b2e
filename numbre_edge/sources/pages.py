"""A picture file's bytes -> its pages, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import SourceError, memory_errors, out_of_memory
from numbre_edge.quiet import quiet_opencv
from numbre_edge.sources.content import check_pixels
from numbre_edge.sources.decode import decode_frame, decoded, kind_of
from numbre_edge.sources.depth import eight_bit, on_white
from numbre_edge.sources.formats import Header, read_header, tiff_page
from numbre_edge.sources.noise import without_noise
from numbre_edge.sources.paging import Paging
from numbre_edge.sources.pdf import pdf_pages
from numbre_edge.sources.tiff import Tiff
from numbre_edge.types import Frame, Unreadable

_ANIMATED = frozenset({"GIF", "PNG", "WebP", "AVIF"})
_AT_ONCE = 128 * 2**20  # bytes of an animation's frames that are decoded at a time: all before them are decoded too
_MOST_TIMES = 64  # that an animation is begun anew: 960 frames of 1920 x 1080 pixels, 6,900 of 640 x 480


def pages(data: bytes, name: str, *, paging: Paging, max_pixels: int) -> Iterator[Frame | Unreadable]:
    """Return the pages of a picture file: of a TIFF or PDF those that are wanted, else the one that it is.

    Raises:
        SourceError: as ``decode`` does; also while pages are taken.
    """
    kind = kind_of(data, name)
    if kind == "PDF":
        return pdf_pages(data, name, paging=paging, max_pixels=max_pixels)
    if kind == "TIFF" and (places := Tiff(data).pages()):
        wanted = paging.wanted(len(places))
        if places != [Tiff(data).begin]:
            return _tiff_pages(bytearray(data), name, places, wanted, max_pixels)
    if paging.all_frames and kind in _ANIMATED and (header := read_header(data, kind)) and header.pages > 1:
        return _frames(data, name, header, paging, max_pixels)
    return iter([decode_frame(data, name, max_pixels=max_pixels)])


def _tiff_pages(
    data: bytearray, name: str, places: list[int], wanted: list[int], max_pixels: int
) -> Iterator[Frame | Unreadable]:
    """Yield the pages that are wanted: each is made the file's first in turn, so that its decoder sees no other."""
    for index in wanted:
        where, begin = Tiff(data).place(places[index])
        data[where] = begin
        try:
            pixels, notes = decoded(data, "TIFF", tiff_page(Tiff(data)), max_pixels=max_pixels)
        except SourceError as exc:
            yield Unreadable(name, index, str(exc))
        else:
            yield Frame(pixels, name, index, note="; ".join(notes), pages=len(places))


def _frames(data: bytes, name: str, header: Header, paging: Paging, max_pixels: int) -> Iterator[Frame | Unreadable]:
    """Yield frames of an animation, each as it is shown; timestamps as it states them."""
    wanted, count = set(paging.wanted(header.pages)), header.pages
    size = 4 * header.width * header.height
    at_once = max(1, _AT_ONCE // size)
    memory = len(data) + header.memory + size * min(at_once, count)
    check_pixels(header.width, header.height, memory=memory, max_pixels=max_pixels)
    shown_at = 0  # milliseconds
    for start in range(0, max(wanted) + 1, at_once):
        if start == _MOST_TIMES * at_once:
            raise SourceError(f"too long: {start} of the animation's {count} frames were read; cut it up")
        shown = _decoded_frames(data, start, min(at_once, max(wanted) + 1 - start))
        for index, (frame, duration) in enumerate(shown, start):
            if index in wanted:
                pixels = eight_bit(frame)
                transparent = pixels.ndim == 3 and pixels.shape[2] == 4
                yield Frame(on_white(pixels) if transparent else pixels, name, index, shown_at / 1000, pages=count)
            shown_at += int(duration)
        if len(shown) < min(at_once, max(wanted) + 1 - start):
            found = start + len(shown)
            raise SourceError(f"damaged: only {found} of the animation's {count} frames can be read; copy it again")


def _decoded_frames(data: bytes, start: int, count: int) -> list[tuple[NDArray[Any], Any]]:
    """Return frames, and for how many milliseconds each is shown; fewer where there are no more."""
    one_row = np.frombuffer(data, np.uint8)[np.newaxis]  # OpenCV 4.14 takes no other of WebP and AVIF
    with memory_errors(), without_noise(), quiet_opencv():
        try:
            animation = cv2.imdecodeanimation(one_row, start=start, count=count)[1]
        except cv2.error as exc:
            if out_of_memory(exc):
                raise
            return []
        return list(zip(map(np.asarray, animation.frames), animation.durations, strict=False))
