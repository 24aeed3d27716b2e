"""An ONNX file looked through without a runtime: its card, its input, and that all of it is in the one file.

Source: onnx.proto3 of the ONNX project, for the numbers of fields; Protocol
Buffers, "Encoding". Whatever the bytes are, this ends soon: every length is
checked before anything is read, and fields are counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from numbre_edge.errors import ModelError
from numbre_edge.model.operators import ONNX

CARD_KEY = "numbre-edge"  # in ModelProto.metadata_props

_MOST_FIELDS = 50_000  # of all messages together; so many take 0.1 s. The shipped cnn has 569
_LONGEST_SHAPE = 1000  # bytes
_DEEPEST = 20  # messages in messages: a tensor in a branch in a branch in a branch of the graph


class _Message(Enum):
    MODEL = "ModelProto"
    GRAPH = "GraphProto"
    NODE = "NodeProto"
    ATTRIBUTE = "AttributeProto"
    TENSOR = "TensorProto"
    SPARSE_TENSOR = "SparseTensorProto"
    TRAINING_INFO = "TrainingInfoProto"
    FUNCTION = "FunctionProto"


# All ways from a model to a tensor, which may keep its values in a file of any name.
PARTS: dict[_Message, dict[int, _Message]] = {
    _Message.MODEL: {7: _Message.GRAPH, 20: _Message.TRAINING_INFO, 25: _Message.FUNCTION},
    _Message.TRAINING_INFO: {1: _Message.GRAPH, 2: _Message.GRAPH},
    _Message.FUNCTION: {7: _Message.NODE, 11: _Message.ATTRIBUTE},
    _Message.GRAPH: {1: _Message.NODE, 5: _Message.TENSOR, 15: _Message.SPARSE_TENSOR},
    _Message.NODE: {5: _Message.ATTRIBUTE},
    _Message.ATTRIBUTE: {
        5: _Message.TENSOR,
        6: _Message.GRAPH,
        10: _Message.TENSOR,
        11: _Message.GRAPH,
        22: _Message.SPARSE_TENSOR,
        23: _Message.SPARSE_TENSOR,
    },
    _Message.SPARSE_TENSOR: {1: _Message.TENSOR, 2: _Message.TENSOR},
    _Message.TENSOR: {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # of TensorProto
_GRAPH, _METADATA, _FUNCTION = 7, 14, 25  # of ModelProto
_NODE, _INITIALIZER, _INPUT, _OUTPUT = 1, 5, 11, 12  # of GraphProto
_NODE_INPUT, _NODE_OUTPUT, _OP_TYPE, _NODE_ATTRIBUTE, _DOMAIN = 1, 2, 4, 5, 7  # of NodeProto
_STANDARD = ("", "ai.onnx")  # domains of operators: the two names of ONNX's own
_TENSOR_NAME, _RAW_DATA = 8, 9  # of TensorProto
_DTYPES = {1: "float32", 2: "uint8"}  # TensorProto.DataType
_WIDTHS = {1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 10: 2, 11: 8}  # bytes of a value, by TensorProto.DataType


@dataclass(frozen=True)
class OnnxFile:
    """What is in a file.

    Attributes:
        card: its JSON, or None.
        shape: of its input, the batch first; None where a size is free. Of the first, if there are several.
        dtype: of that.
    """

    card: bytes | None
    shape: tuple[int | None, ...]
    dtype: str


def read_onnx(content: bytes, where: str) -> OnnxFile:
    """Look through an ONNX file; ``where`` names it in errors.

    Raises:
        ModelError: damaged or no such file, one that keeps values in other files, or with more in it than a network
            that runs from front to back needs.
    """
    file = _File(content)
    try:
        if file.has_external_data():
            raise ModelError(
                f"{where}: keeps its weights in other files; save it as one: onnx.save(onnx.load(file), one_file)"
            )
        shape, dtype = file.input()
        found = OnnxFile(file.card(), shape, dtype)
    except _DamageError as exc:
        raise ModelError(f"{where}: is damaged, or no ONNX model ({exc})") from exc
    check_graph(content, where)
    return found


def card_in(content: bytes) -> bytes | None:
    """Return the card's JSON in an ONNX file that is known to be sound, and so is not looked through."""
    return _File(content).card()


def check_graph(content: bytes, where: str) -> None:
    """Check what runtimes take for granted, and die of or never end where it is not so.

    Every node has what it takes from the nodes before it, the input and the
    constants, as the standard wants; names are plain; constants have as many
    values as their shape says. Every node is one of ``operators.ONNX``, and
    there is one input and one output.

    Raises:
        ModelError: it is not so.
    """
    file = _File(content)
    try:
        file.check_graph()
        strange, ends = file.strange_part(), file.ends()
    except _DamageError as exc:
        raise ModelError(f"{where}: is damaged ({exc})") from exc
    if strange:
        raise ModelError(f"{where}: has {strange}, which is not run here (docs/model-card.md lists what is)")
    if ends != (1, 1):
        raise ModelError(f"{where}: has {ends[0]} inputs and {ends[1]} outputs; expected one of each")


class _DamageError(Exception):
    """What no protobuf message is."""


_Value = int | memoryview | None  # of a field: None for numbers of fixed size


class _File:
    """The messages of a file; in all, at most _MOST_FIELDS of their fields are read."""

    def __init__(self, content: bytes) -> None:
        self._model = memoryview(content)
        self._left = _MOST_FIELDS

    def has_external_data(self) -> bool:
        found = False
        ahead = [(_Message.MODEL, self._model, 0)]
        while ahead:
            kind, message, depth = ahead.pop()
            if depth > _DEEPEST:
                raise _DamageError("it is nested too deep")
            for number, value in self._fields(message):
                if kind is _Message.TENSOR and number == _EXTERNAL_DATA:
                    found = True
                elif kind is _Message.TENSOR and number == _DATA_LOCATION and isinstance(value, int):
                    found |= bool(value % 2**32)
                elif number in PARTS[kind] and isinstance(value, memoryview):
                    ahead.append((PARTS[kind][number], value, depth + 1))
        return found

    def input(self) -> tuple[tuple[int | None, ...], str]:
        """Return shape and type of the first input."""
        inputs = self._inputs(self._graph())
        if not inputs:
            raise _DamageError("it has no input")
        tensor = self._part(self._part(inputs[0], 2), 1)  # ValueInfoProto.type, TypeProto.tensor_type
        dtype = self._part(tensor, 1)  # elem_type
        sizes = [self._part(size, 1) for one, size in self._fields(self._part(tensor, 2)) if one == 1]
        shape = tuple(size if isinstance(size, int) and 0 < size < 2**31 else None for size in sizes)
        return shape, _DTYPES.get(dtype, f"of type {dtype}") if isinstance(dtype, int) else "of no type"

    def ends(self) -> tuple[int, int]:
        """Return how many inputs and outputs it has."""
        graph = self._graph()
        return len(self._inputs(graph)), sum(number == _OUTPUT for number, _ in graph)

    def card(self) -> bytes | None:
        for number, entry in self._fields(self._model):
            if number == _METADATA:
                key, value = (self._part(entry, field) for field in (1, 2))  # of StringStringEntryProto
                if isinstance(key, memoryview) and key == CARD_KEY.encode():
                    return bytes(value) if isinstance(value, memoryview) else b""
        return None

    def check_graph(self) -> None:
        graph = self._graph()
        given = {_text(self._part(value, 1)) for number, value in graph if number == _INPUT} | {""}
        for number, value in graph:
            if number == _INITIALIZER:
                given.add(self._checked_constant(value))
        for number, node in graph:
            if number == _NODE:
                fields = list(self._fields(node))
                missing = {_text(name) for number, name in fields if number == _NODE_INPUT} - given
                if missing:
                    raise _DamageError(f"a node takes {min(missing)!r}, which nothing gives")
                given |= {_text(name) for number, name in fields if number == _NODE_OUTPUT}
                names = [dict(fields).get(_OP_TYPE)]
                names += [self._part(attribute, 1) for number, attribute in fields if number == _NODE_ATTRIBUTE]
                odd = [name for name in map(_text, names) if not name.isidentifier()]
                if odd:
                    raise _DamageError(f"a node is, or has, {odd[0]!r}")

    def strange_part(self) -> str | None:
        """Return what no network that runs from front to back needs: a function, an operator but the usual ones."""
        if any(number == _FUNCTION for number, _ in self._fields(self._model)):
            return "a function of its own"
        for number, node in self._graph():
            fields = dict(self._fields(node)) if number == _NODE else {}
            name, domain = _text(fields.get(_OP_TYPE)), _text(fields.get(_DOMAIN))
            if number == _NODE and not (name in ONNX and domain in _STANDARD):
                return f"the operator {name}" + f" of {domain!r}" * bool(domain)
        return None

    def _inputs(self, graph: list[tuple[int, _Value]]) -> list[_Value]:
        """Return the inputs that are no constants; older files list these among them."""
        constants = {self._part(value, _TENSOR_NAME) for number, value in graph if number == _INITIALIZER}
        inputs = [value for number, value in graph if number == _INPUT]
        return [value for value in inputs if self._part(value, 1) not in constants]  # ValueInfoProto.name

    def _graph(self) -> list[tuple[int, _Value]]:
        networks = [value for number, value in self._fields(self._model) if number == _GRAPH]
        if len(networks) != 1:  # of several, protobuf makes one
            raise _DamageError(f"it has {len(networks) or 'no'} networks")
        return list(self._fields(networks[0]))

    def _checked_constant(self, tensor: _Value) -> str:
        """Return a constant's name."""
        fields = list(self._fields(tensor))
        sizes = [size for number, value in fields if number == 1 for size in _numbers(value)]
        values, dtype = (dict(fields).get(number) for number in (_RAW_DATA, 2))
        width = _WIDTHS.get(dtype) if isinstance(dtype, int) else None
        name = _text(dict(fields).get(_TENSOR_NAME))
        if isinstance(values, memoryview) and width and len(values) != math.prod(sizes) * width:
            raise _DamageError(f"constant {name!r} has {len(values)} bytes for {sizes}")
        return name

    def _part(self, message: _Value, wanted: int) -> _Value:
        """Return a message's last field of that number, which is the one that counts; None where it has none."""
        return dict(self._fields(message)).get(wanted)

    def _fields(self, message: _Value) -> Iterator[tuple[int, _Value]]:
        """Yield number and value of each field."""
        if not isinstance(message, memoryview):
            return
        at, end = 0, len(message)
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise _DamageError("it has too many parts")
            key, at = _varint(message, at)
            number, wire = key >> 3, key & 7
            value: _Value = None
            if wire == 0:
                value, at = _varint(message, at)
            elif wire == 2:
                length, at = _varint(message, at)
                value = message[at : at + length] if length <= end - at else None
                at += length
            elif wire in (1, 5):
                at += 8 if wire == 1 else 4
            else:
                raise _DamageError("a field of no known type")
            if at > end:
                raise _DamageError("it is cut short")
            if not 0 < number < 2**29:
                raise _DamageError("a field without a number")
            yield number, value


def _text(value: _Value) -> str:
    if not isinstance(value, memoryview):
        return ""
    try:
        return bytes(value).decode()
    except UnicodeDecodeError as exc:
        raise _DamageError("a name that is no text") from exc


def _numbers(value: _Value) -> Iterator[int]:
    """Yield the number, or those that are packed into one field."""
    if isinstance(value, int):
        yield value
    if isinstance(value, memoryview):
        at = 0
        while at < len(value):
            if at > _LONGEST_SHAPE:
                raise _DamageError("a shape without an end")
            number, at = _varint(value, at)
            yield number


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Return the number that begins at ``at``, at most ten bytes long, and where it ends."""
    value = 0
    for place, byte in enumerate(message[at : at + 10]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise _DamageError("a number without an end")
