"""What becomes of a good file on a bad card, in a bad program, or in bad hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

Rng = np.random.Generator

# What sizes and counts are set to, big-endian and little-endian.
_EXTREMES = [
    value.to_bytes(width, order)
    for width in (2, 4, 8)
    for value in (0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width - 1), 2 ** (8 * width) - 1)
    for order in ("big", "little")
]


def _cut(content: bytearray, rng: Rng) -> None:
    del content[int(rng.integers(len(content) + 1)) :]


def _flipped(content: bytearray, rng: Rng) -> None:
    for _ in range(int(rng.choice([1, 2, 4, 16]))):
        content[int(rng.integers(len(content)))] ^= int(rng.integers(1, 256))


def _bit(content: bytearray, rng: Rng) -> None:
    content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))


def _extreme(content: bytearray, rng: Rng) -> None:
    value, at = _EXTREMES[int(rng.integers(len(_EXTREMES)))], int(rng.integers(len(content)))
    content[at : at + len(value)] = value


def _early(content: bytearray, rng: Rng) -> None:
    """Within the first bytes, where headers are."""
    value, at = _EXTREMES[int(rng.integers(len(_EXTREMES)))], int(rng.integers(min(64, len(content))))
    content[at : at + len(value)] = value


def _blanked(content: bytearray, rng: Rng) -> None:
    first, last = sorted(rng.integers(0, len(content) + 1, 2).tolist())
    content[first:last] = bytes([int(rng.choice([0, 255]))]) * (last - first)


def _doubled(content: bytearray, rng: Rng) -> None:
    first, last = sorted(rng.integers(0, len(content) + 1, 2).tolist())
    content[last:last] = content[first:last] * int(rng.choice([1, 3]))


def _left_out(content: bytearray, rng: Rng) -> None:
    first, last = sorted(rng.integers(0, len(content) + 1, 2).tolist())
    del content[first:last]


def _put_in(content: bytearray, rng: Rng) -> None:
    at = int(rng.integers(len(content) + 1))
    content[at:at] = rng.bytes(int(rng.integers(1, 64)))


_WAYS: tuple[Callable[[bytearray, Rng], None], ...] = (
    *(_cut, _flipped, _bit, _extreme, _early, _blanked, _doubled, _left_out, _put_in),
)


def damaged(content: bytes, rng: Rng) -> bytes:
    """Return content with one damage, or two."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 3))):
        if changed:
            _WAYS[int(rng.integers(len(_WAYS)))](changed, rng)
    return bytes(changed)


def copies(content: bytes, count: int, rng: Rng) -> Iterator[bytes]:
    """Yield damaged copies."""
    for _ in range(count):
        yield damaged(content, rng)
