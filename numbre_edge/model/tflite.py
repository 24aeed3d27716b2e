"""A TFLite file looked through without a runtime: its card, and that all of it is in the one file.

Source: schema.fbs of TensorFlow Lite, for the places of fields; FlatBuffers,
"Internals". That offsets and types are sound is LiteRT's to verify, and it does.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from numbre_edge.errors import ModelError
from numbre_edge.model.card import LARGEST_CARD
from numbre_edge.model.operators import TFLITE

CARD_MEMBER = "card.json"  # in the ZIP archive appended to the flatbuffer

_IDENTIFIER = b"TFL3"
_TAIL = 4 * LARGEST_CARD  # bytes at the end of a file, in which the archive lies: its directory is read whole
_OPERATORS, _SUBGRAPHS, _BUFFERS, _EXTERNAL_GROUPS, _EXTERNAL_BUFFERS = 1, 2, 4, 8, 9  # fields of Model
_OLD_CODE, _CODE = 0, 3  # of OperatorCode, a byte and a number; the greater counts
_TENSORS = 0  # of SubGraph
_TYPE, _QUANTIZATION, _ZERO_POINTS = 1, 4, 3  # of Tensor, and of its QuantizationParameters
_LEVELS = {3: range(256), 9: range(-128, 128)}  # that TensorType UINT8 and INT8 can have
_DATA, _OFFSET, _SIZE = 0, 1, 2  # fields of Buffer
_MOST_NUMBERS = 200_000  # that are read of the flatbuffer, which takes 0.1 s; of the shipped cnn it is 1,249


def read_tflite(content: bytes, where: str) -> bytes | None:
    """Look through a TFLite file, which ``where`` names in errors, and return its card's JSON, or None.

    Raises:
        ModelError: damaged or no such file, one that keeps values in other files, or with operators that a network
            which runs from front to back does not need.
    """
    if content[4:8] != _IDENTIFIER:
        raise ModelError(f"{where}: is damaged, or no TFLite model (it does not begin like one)")
    try:
        file = _Flatbuffer(content)
        model = file.follow(0)
        external = any(file.field(model, number) for number in (_EXTERNAL_GROUPS, _EXTERNAL_BUFFERS))
        whole = all(end <= len(content) for end in _ends_of_buffers(file, model))
        sound = whole and all(zero in levels for zero, levels in _zero_points(file, model))
        strange = set(_operators(file, model)) - TFLITE
    except struct.error:
        whole = sound = external = False
    if not sound:
        what = "it has a zero that its numbers cannot be" if whole else "it is cut short"
        raise ModelError(f"{where}: is damaged, or no TFLite model ({what})")
    if external:
        raise ModelError(f"{where}: keeps its weights in other files; save it as one")
    if strange:
        raise ModelError(
            f"{where}: has TensorFlow Lite's operator {min(strange)}, which is not run here "
            "(docs/model-card.md lists what is)"
        )
    return _card(content, where)


class _Flatbuffer:
    """Tables within bytes; struct.error where one lies beyond them, or where there is no end of them."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._left = _MOST_NUMBERS

    def number(self, form: str, at: int) -> int:
        self._left -= 1
        if at < 0 or self._left < 0:
            raise struct.error("before the beginning, or too many")
        return int(struct.unpack_from(form, self._content, at)[0])

    def follow(self, at: int) -> int:
        """Return where the offset at ``at`` points to."""
        return at + self.number("<I", at)

    def field(self, table: int, number: int) -> int:
        """Return where a table's field lies; 0 where it is left out."""
        directory = table - self.number("<i", table)
        place = 4 + 2 * number
        if place >= self.number("<H", directory):
            return 0
        offset = self.number("<H", directory + place)
        return table + offset if offset else 0

    def vector(self, table: int, number: int, width: int = 4) -> range:
        """Return where the entries of a table's vector lie, each of ``width`` bytes; none where it is left out."""
        place = self.field(table, number)
        first = self.follow(place) + 4 if place else 0
        count = self.number("<I", first - 4) if place else 0
        return range(first, first + width * count, width)


def _operators(file: _Flatbuffer, model: int) -> Iterator[int]:
    """Yield the number of each operator."""
    for entry in file.vector(model, _OPERATORS):
        operator = file.follow(entry)
        old, new = file.field(operator, _OLD_CODE), file.field(operator, _CODE)
        yield max(file.number("<b", old) if old else 0, file.number("<i", new) if new else 0)


def _ends_of_buffers(file: _Flatbuffer, model: int) -> Iterator[int]:
    """Yield where the values of each buffer end."""
    for entry in file.vector(model, _BUFFERS):
        buffer = file.follow(entry)
        data, offset, size = (file.field(buffer, number) for number in (_DATA, _OFFSET, _SIZE))
        if data:
            values = file.follow(data)
            yield values + 4 + file.number("<I", values)
        if offset and size:
            yield file.number("<Q", offset) + file.number("<Q", size)


def _zero_points(file: _Flatbuffer, model: int) -> Iterator[tuple[int, range]]:
    """Yield which number each tensor of bytes has for zero, and those it can have: of another, LiteRT dies."""
    for entry in file.vector(model, _SUBGRAPHS):
        for other in file.vector(file.follow(entry), _TENSORS):
            tensor = file.follow(other)
            kind, quantization = (file.field(tensor, number) for number in (_TYPE, _QUANTIZATION))
            levels = _LEVELS.get(file.number("<b", kind)) if kind else None
            if levels and quantization:
                for zero in file.vector(file.follow(quantization), _ZERO_POINTS, width=8):
                    yield file.number("<q", zero), levels


def _card(content: bytes, where: str) -> bytes | None:
    """Return the card, at most as much of it as a card may have and one byte."""
    import zipfile  # an ONNX file is read without

    packed_by = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # it makes gigabytes at once of what others packed
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content[-_TAIL:])) as archive,
            archive.open(CARD_MEMBER) as member,
        ):
            if archive.getinfo(CARD_MEMBER).compress_type not in packed_by:
                raise ValueError("it is packed otherwise than by deflate")
            return member.read(LARGEST_CARD + 1)
    except (zipfile.BadZipFile, KeyError):
        return None
    except (zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error) as exc:
        raise ModelError(f"{where}: its card is damaged ({exc})") from exc
