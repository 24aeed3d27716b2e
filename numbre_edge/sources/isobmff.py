"""Boxes of the ISO base media file format, in which AVIF, HEIC and JPEG 2000 come, and the size of what is in them."""

from __future__ import annotations

from collections.abc import Iterator

_MOST = 65_536  # boxes, items or units that are looked at


def boxes(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box, and where its content starts and ends (ISO/IEC 14496-12, 4.2)."""
    end = len(data) if end is None else end
    for _ in range(_MOST):
        if at + 8 > end:
            return
        size, content = _number(data, at, 4), at + 8
        if size == 1:
            size, content = _number(data, at + 8, 8), at + 16
        until = end if size == 0 else min(at + size, end)
        if until < content:
            return
        yield data[at + 4 : at + 8], content, until
        at = until


def stated_sizes(data: bytes) -> list[tuple[int, int]]:
    """Return the width and height that each ``ispe`` says (ISO/IEC 23008-12): of images, and of their tiles."""
    start, end = _place(data, b"meta")
    sizes: list[tuple[int, int]] = []
    at = data.find(b"ispe", start, end)
    while at >= 0 and len(sizes) < _MOST:
        sizes.append((_number(data, at + 8, 4), _number(data, at + 12, 4)))
        at = data.find(b"ispe", at + 4, end)
    return sizes


def frame_count(data: bytes) -> int:
    """Return the number of frames of an image sequence, which ``stsz`` says; 1 of a still image."""
    at = data.find(b"stsz", *_place(data, b"moov"))
    return _number(data, at + 12, 4) if at >= 0 else 1


def av1_sizes(data: bytes) -> list[tuple[int, int]]:
    """Return the width and height in each AV1 sequence header: what its decoder makes room for, not ``ispe``."""
    starts = [*_items(data), *_chunks(data)]
    return [size for start in starts for size in _sequence_headers(data, start)]


def _place(data: bytes, kind: bytes, at: int = 0, end: int | None = None) -> tuple[int, int]:
    """Return where the content of the first box of that kind starts and ends."""
    return next(((start, until) for name, start, until in boxes(data, at, end) if name == kind), (0, 0))


def _items(data: bytes) -> Iterator[int]:
    """Yield where the data of each item begins: ``iloc`` (ISO/IEC 14496-12, 8.11.3)."""
    start, end = _place(data, b"meta")
    at, until = _place(data, b"iloc", start + 4, end)
    inside = _place(data, b"idat", start + 4, end)[0]
    version, sizes = _number(data, at, 1), _number(data, at + 4, 2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version else 0
    wide = 4 if version == 2 else 2  # bytes of a count and of an item's number
    at += 6 + wide
    for _ in range(min(_number(data, at - wide, wide), _MOST)):
        if at >= until:
            return
        within = _number(data, at + wide, 2) & 15 if version else 0
        at += wide + (4 if version else 2)
        origin = (inside if within == 1 else 0) + _number(data, at, base)
        extents = _number(data, at + base, 2)
        at += base + 2
        yield origin + _number(data, at + index, offset)
        at += extents * (index + offset + length)


def _chunks(data: bytes) -> Iterator[int]:
    """Yield where the first chunk of each track begins: ``stco`` and ``co64`` (ISO/IEC 14496-12, 8.7.5)."""
    start, end = _place(data, b"moov")
    for kind, size in ((b"stco", 4), (b"co64", 8)):
        at = start
        while (at := data.find(kind, at, end)) >= 0:
            yield _number(data, at + 12, size)
            at += 4


def _sequence_headers(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Yield the size in each sequence header among the open bitstream units at ``at`` (AV1 specification, 5.3)."""
    for _ in range(64):
        kind = _number(data, at, 1)
        if at >= len(data) or not kind & 2 or kind & 128:
            return  # without a length, or no unit
        at += 2 if kind & 4 else 1
        size = shift = 0
        for _ in range(8):  # leb128
            byte = _number(data, at, 1)
            size |= (byte & 127) << shift
            shift += 7
            at += 1
            if byte < 128:
                break
        if kind >> 3 & 15 == 1:
            yield _sequence_size(_Bits(data[at : at + min(size, 1024)]))
        at += size


def _sequence_size(bits: _Bits) -> tuple[int, int]:
    """Return the largest width and height of a sequence (AV1 specification, 5.5.1)."""
    bits.take(4)
    if bits.take(1):  # reduced_still_picture_header
        bits.take(5)
    else:
        delay, model = 0, False
        if bits.take(1):  # timing_info_present_flag
            bits.take(64)
            if bits.take(1):
                bits.take_exponential()
            model = bool(bits.take(1))
            if model:
                delay = bits.take(5) + 1
                bits.take(42)
        delayed = bits.take(1)
        for _ in range(bits.take(5) + 1):  # operating points
            bits.take(12)
            if bits.take(5) > 7:
                bits.take(1)
            if model and bits.take(1):
                bits.take(2 * delay + 1)
            if delayed and bits.take(1):
                bits.take(4)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(across) + 1, bits.take(down) + 1


class _Bits:
    """Bits, the most significant first; zeros after the last."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> int:
        """Return the next ``count`` bits as a number."""
        self._at += count
        end = (self._at + 7) // 8
        return (_number(self._data.ljust(end, b"\0"), 0, end) >> end * 8 - self._at) & (1 << count) - 1

    def take_exponential(self) -> int:
        """Return a number of unknown length, uvlc()."""
        zeros = 0
        while zeros < 32 and not self.take(1):
            zeros += 1
        return self.take(zeros) + (1 << zeros) - 1


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")
