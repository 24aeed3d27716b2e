"""Model files and cards: damaged ones, and networks that never end, take all memory, or are none."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from hostile_files.damage import Rng, copies

File = tuple[str, bytes]

TESTS = Path(__file__).parents[2] / "tests"
_CARD = {"name": "hostile", "preprocessing": 1}
_FLAT = [("flat", np.array([-1, 784], np.int64)), ("weights", np.zeros((784, 10), np.float32))]


def models(rng: Rng) -> Iterator[File]:
    """Yield all hostile model files."""
    for name in ("cli/tiny.onnx", "backends/greedy.onnx", "backends/tiny.tflite"):
        path = TESTS / name
        for number, copy in enumerate(copies(path.read_bytes(), 90, rng)):
            yield f"{path.stem}-{number:03d}{path.suffix}", copy
    for name, content in (("ones", b"\xff"), ("zeros", b"\0"), ("fields", b"\x08\x01"), ("texts", b"\x0a\0")):
        yield f"{name}.onnx", content * (2 << 20)
        yield f"{name}.tflite", b"\x1c\0\0\0TFL3" + content * (2 << 20)
    yield from _networks()
    yield from _archives()
    for number, card in enumerate(hostile_cards()):
        yield f"card-{number:03d}.onnx", _network([_node("Softmax", "logits", "out")], card=card)


def cards(rng: Rng) -> Iterator[File]:
    """Yield all hostile cards."""
    for number, card in enumerate(hostile_cards()):
        yield f"card-{number:03d}.json", card.encode("utf-8", "surrogatepass")
    good = json.dumps(_CARD | {"output": "logits", "input": {"dtype": "float32", "scale": 0.004}}, indent=1).encode()
    for number, copy in enumerate(copies(good, 120, rng)):
        yield f"damaged-{number:03d}.json", copy
    yield "bytes.json", b"\xff" * 2**20
    yield "bom.json", b"\xef\xbb\xbf" + good
    yield "large.json", good + b" " * 2**21


def hostile_cards() -> Iterator[str]:
    """Yield cards with values that they cannot have, or that somebody hopes nobody looks at."""
    strange: tuple[Any, ...] = (None, True, -1, 0, 2**63, 1e308, 1e-320, "", "0.5", "\x1b[2J", [], [[]], {}, {"": None})
    for field in ("name", "preprocessing", "classes", "input", "output", "temperature", "reject_threshold", "kind"):
        for value in strange:
            yield json.dumps(_CARD | {field: value})
    for field in ("metrics", "parity", "training", "versions", "trust", "data_credits", "format"):
        yield json.dumps(_CARD | {field: {"a": {"b": [1, "\n", None]}}})
    for field in ("shape", "dtype", "ink", "scale", "offset", "quantization_scale", "quantization_zero_point"):
        for value in (*strange[:7], [1] * 1000):
            yield json.dumps(_CARD | {"input": {field: value}})
    for text in ("NaN", "1e999", "-Infinity", "9" * 5000, '"\\ud800"', "[" * 5000 + "]" * 5000, "{", "null}{"):
        yield f'{{"name": "x", "preprocessing": 1, "temperature": {text}}}'
        yield f'{{"name": "x", "preprocessing": 1, "training": {{"a": {text}}}}}'
    for depth in (30, 300, 900):
        yield f'{{"name": "x", "preprocessing": 1, "metrics": {{"a": {{"b": {"[" * depth}{"]" * depth}}}}}}}'
    yield '{"name": "\ud800", "preprocessing": 1}'
    yield json.dumps(_CARD | {"classes": [*"0123456789", *map(str, range(10, 50_000))]})


def _node(kind: str, taken: str | list[str], given: str, **attributes: Any) -> Any:
    return helper.make_node(kind, [taken] if isinstance(taken, str) else taken, [given], **attributes)


def _network(
    nodes: list[Any], *, constants: Any = (), card: str = json.dumps(_CARD), dtype: int = TensorProto.FLOAT
) -> bytes:
    """Return an ONNX file: ten logits, all 0, of the ink; then ``nodes``, of which one gives "out"."""
    start = [
        *(_node("Cast", "ink", "floats", to=TensorProto.FLOAT), _node("Reshape", ["floats", "flat"], "values")),
        _node("MatMul", ["values", "weights"], "logits"),
    ]
    graph = helper.make_graph(
        [*start, *nodes],
        "hostile",
        [helper.make_tensor_value_info("ink", TensorProto.UINT8, ["N", 28, 28])],
        [helper.make_tensor_value_info("out", dtype, ["N", 10])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (*_FLAT, *constants)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    # The card is put in as bytes: it may be no text.
    entry = _field(1, b"numbre-edge") + _field(2, card.encode("utf-8", "surrogatepass"))
    return bytes(model.SerializeToString(deterministic=True)) + _field(14, entry)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(1, value.bit_length()), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


def _networks() -> Iterator[File]:
    def to_the_end(*nodes: Any) -> list[Any]:
        """What takes memory or time, and has to be run for the answer."""
        return [*nodes, _node("ReduceMax", "much", "most", keepdims=0), _node("Add", ["logits", "most"], "out")]

    body = helper.make_graph(
        [_node("Identity", "on", "still"), _node("Identity", "given", "kept")],
        "body",
        [helper.make_tensor_value_info(*part) for part in (("turn", 7, []), ("on", 9, []), ("given", 1, None))],
        [helper.make_tensor_value_info(*part) for part in (("still", 9, []), ("kept", 1, None))],
    )
    forever = [("turns", np.array(2**62)), ("true", np.array(True)), ("zero", np.zeros(10, np.float32))]
    loop = _node("Loop", ["turns", "true", "logits"], "out", body=body)
    yield "loop.onnx", _network([loop], constants=forever)
    folded = [_node("Loop", ["turns", "true", "zero"], "same", body=body), _node("Add", ["logits", "same"], "out")]
    yield "loop-of-constants.onnx", _network(folded, constants=forever)
    branch = helper.make_graph(
        [_node("Identity", "logits", "same")], "b", [], [helper.make_tensor_value_info("same", 1, None)]
    )
    for depth in range(6):
        node = _node("If", "true", f"same{depth}", then_branch=branch, else_branch=branch)
        branch = helper.make_graph([node], "b", [], [helper.make_tensor_value_info(f"same{depth}", 1, None)])
    node = _node("If", "true", "out", then_branch=branch, else_branch=branch)
    yield "branches.onnx", _network([node], constants=forever[1:2])
    for times in (10, 20, 30, 60):
        doublings = [_node("Concat", [f"d{n}", f"d{n}"], f"d{n + 1}", axis=1) for n in range(times)]
        ends = (_node("Identity", "logits", "d0"), *doublings, _node("Identity", f"d{times}", "much"))
        yield f"doublings-{times}.onnx", _network(to_the_end(*ends))
    for name, kind, values in (
        ("filled", "ConstantOfShape", np.array([3 * 10**9])),
        ("range", "Range", None),
        ("tiled", "Tile", np.array([1, 10**9])),
        ("expanded", "Expand", np.array([10**5, 10**5, 10])),
        ("padded", "Pad", np.array([0, 0, 0, 10**10])),
        ("resized", "Resize", np.array([1.0, 1e9], np.float32)),
    ):
        if kind == "Range":
            taken: list[str] = ["first", "last", "step"]
            constants: list[Any] = list(zip(taken, (np.array(0), np.array(10**11), np.array(1)), strict=True))
            nodes = [_node("Range", taken, "whole"), _node("Cast", "whole", "much", to=1)]
        else:
            taken = {"ConstantOfShape": ["size"], "Resize": ["logits", "", "size"]}.get(kind, ["logits", "size"])
            constants, nodes = [("size", values)], [_node(kind, taken, "much")]
        yield f"{name}.onnx", _network(to_the_end(*nodes), constants=constants)
    wide = [("wide", np.ones((10, 6000), np.float32))]
    products = [
        _node("MatMul", ["logits", "wide"], "w"),
        _node("Transpose", "wide", "t"),
        _node("MatMul", ["t", "w"], "x"),
    ]
    yield "product.onnx", _network(to_the_end(*products, _node("Identity", "x", "much")), constants=wide)
    yield (
        "many-nodes.onnx",
        _network(
            [
                *(_node("Relu", f"r{n}" if n else "logits", f"r{n + 1}") for n in range(9_000)),
                _node("Softmax", "r9000", "out"),
            ]
        ),
    )
    yield "cycle.onnx", _network([_node("Add", ["out", "logits"], "x"), _node("Relu", "x", "out")])
    softmax = _node("Softmax", "logits", "out")
    for kind in (
        "RandomNormalLike",
        "Bernoulli",
        "NonZero",
        "RegexFullMatch",
        "Scan",
        "Foo",
        "Softmax\0",
        "",
        "\N{SNOWMAN}",
    ):
        yield f"operator-{kind.encode().hex() or 'none'}.onnx", _network([_node(kind, "logits", "out")])
    yield "domain.onnx", _network([_node("Softmax", "logits", "out", domain="com.example")])
    for kind in (TensorProto.STRING, TensorProto.INT64, TensorProto.BOOL, TensorProto.FLOAT16, TensorProto.DOUBLE):
        yield f"gives-{kind}.onnx", _network([_node("Cast", "logits", "out", to=kind)], dtype=kind)
    for number, values in enumerate((0.0, 0.1, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45)):
        row = [("row", np.full(10, values, np.float32))]
        for output in ("probabilities", "logits"):
            card = json.dumps(_CARD | {"output": output})
            yield (
                f"answers-{number}-{output}.onnx",
                _network([_node("Add", ["logits", "row"], "out")], constants=row, card=card),
            )
    good = _network([softmax])
    yield "name-no-text.onnx", good.replace(b"\x03ink", b"\x03i\xffk")
    yield "name-nul.onnx", good.replace(b"\x03ink", b"\x03i\0k")
    yield "function.onnx", good + _field(25, _field(1, b"f"))
    for number, place in enumerate((b"/etc/passwd", b"../../x", b"", b"/dev/zero")):
        data = _field(13, _field(1, b"location") + _field(2, place))
        tensor = _field(8, b"elsewhere") + data + b"\x70\x01\x10\x01\x08\x04"
        yield f"elsewhere-{number}.onnx", good + _field(7, _field(5, tensor))
        yield f"elsewhere-in-a-node-{number}.onnx", good + _field(7, _field(1, _field(5, _field(5, tensor))))
    nested = b""
    for _ in range(2000):
        nested = _field(1, _field(5, _field(6, nested)))
    yield "nested.onnx", good + _field(7, nested)
    two = onnx.load_from_string(good)
    two.graph.output.append(helper.make_tensor_value_info("logits", 1, ["N", 10]))
    yield "two-outputs.onnx", bytes(two.SerializeToString())
    for shape in ([0, 28, 28], [2**31 - 1, 28, 28], ["N", 2**40, 0], [], ["N"], ["N", 1] * 500):
        odd = onnx.load_from_string(good)
        del odd.graph.input[:]
        odd.graph.input.append(helper.make_tensor_value_info("ink", TensorProto.UINT8, shape))
        yield f"takes-{len(shape)}-{str(shape[0] if shape else 0)[:3]}.onnx", bytes(odd.SerializeToString())


def _archives() -> Iterator[File]:
    """Yield TFLite files whose card is packed to do harm."""
    lite = (TESTS / "backends" / "tiny.tflite").read_bytes()
    bare = lite[: lite.rindex(b"PK\3\4")]

    def packed(way: int, card: bytes) -> bytearray:
        file = io.BytesIO(bare)
        with zipfile.ZipFile(file, "a", way) as archive:
            archive.writestr(zipfile.ZipInfo("card.json"), card, way)
        return bytearray(file.getvalue())

    text = json.dumps(_CARD).encode()
    for name, way in (("stored", 0), ("deflate", 8), ("bzip2", 12), ("lzma", 14)):
        yield f"packed-{name}.tflite", bytes(packed(way, text))
        yield f"bomb-{name}.tflite", bytes(packed(way, bytes((2 if not way else 60 if way == 14 else 200) << 20)))
    for flags in (1, 0x41, 0x800, 0x2000):
        content = packed(8, text)
        for header, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            content[content.rindex(header) + at] |= flags & 0xFF
            content[content.rindex(header) + at + 1] |= flags >> 8
        yield f"flags-{flags:x}.tflite", bytes(content)
    for way in (1, 9, 95, 99, 65535):
        content = packed(8, text)
        for header, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
            place = content.rindex(header) + at
            content[place : place + 2] = struct.pack("<H", way)
        yield f"way-{way}.tflite", bytes(content)
    for place in range(0, 22, 2):  # of the end of the directory
        content = packed(8, text)
        end = content.rindex(b"PK\5\6")
        content[end + place : end + place + 2] = b"\xff\xff"
        yield f"directory-{place:02d}.tflite", bytes(content)
