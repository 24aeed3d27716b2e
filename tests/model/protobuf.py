"""Protobuf messages written by hand."""

from __future__ import annotations

from collections.abc import Mapping


def message(fields: Mapping[int, int | bytes]) -> bytes:
    """Return a message of fields by their numbers: whole numbers, and bytes for texts and messages."""
    return b"".join(
        varint(number << 3) + varint(value)
        if isinstance(value, int)
        else varint(number << 3 | 2) + varint(len(value)) + value
        for number, value in fields.items()
    )


def varint(value: int) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])
