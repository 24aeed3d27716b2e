"""What a model's graph may hold: all of it in the one file, sound, of known operators, and with an end."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from numbre_edge.errors import ModelError
from numbre_edge.model import default_model, find_card, load_model, shipped_models
from numbre_edge.model.onnx import PARTS, check_graph, read_onnx
from numbre_edge.model.operators import ONNX
from tests.backends.models import LITE, TINY
from tests.conftest import ROOT
from tests.model.protobuf import message

# What OpenCV, which takes a graph for sound, dies of; each but the last is one changed byte of a file.
UNSOUND = {
    "a node without what it takes": ({1: message({1: b"in", 2: b"out", 4: b"Relu"})}, "a node takes 'in', which"),
    "a node of no kind": ({1: message({1: b"", 2: b"out"})}, "a node is, or has, ''"),
    "a node of a strange kind": ({1: message({1: b"", 4: b"Re\x0blu"})}, r"a node is, or has, 'Re\\x0blu'"),
    "a name that is no text": ({1: message({1: b"", 4: b"Re\xffu"})}, "a name that is no text"),
    "a constant cut short": ({5: message({1: 3, 2: 1, 8: b"c", 9: bytes(8)})}, r"constant 'c' has 8 bytes for \[3\]"),
    "a shape without an end": ({5: message({1: b"\1" * 10**6, 2: 1, 8: b"c"})}, "a shape without an end"),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_a_graph_that_is_unsound_is_damaged(what: str) -> None:
    graph, reason = UNSOUND[what]
    with pytest.raises(ModelError, match=rf"^x: is damaged \({reason}"):
        check_graph(message({7: message(graph)}), "x")


def test_shipped_graphs_are_sound() -> None:
    for path in shipped_models():
        if path.suffix == ".onnx":
            check_graph(path.read_bytes(), str(path))


def test_graphs_in_graphs_have_an_end() -> None:
    graph = b""
    for _ in range(500):
        graph = message({1: message({5: message({6: graph})})})  # node, attribute, graph
    with pytest.raises(ModelError, match="nested too deep"):
        read_onnx(message({7: graph}), "x")


def network(*operators: bytes, domain: bytes = b"", outputs: int = 1) -> bytes:
    """An ONNX file of nodes that take one another's."""
    names = [b"in", *(b"v%d" % number for number in range(len(operators)))]
    nodes = [
        message({1: message({1: taken, 2: given, 4: operator, 7: domain})})
        for taken, given, operator in zip(names, names[1:], operators, strict=False)
    ]
    return message({7: message({11: message({1: b"in"})}) + b"".join(nodes) + message({12: b""}) * outputs})


class TestOperators:
    """A network runs from front to back: what may never end, or makes no sense in one, is refused before any runs."""

    @pytest.mark.parametrize("operator", [b"Loop", b"Scan", b"If", b"RandomNormal", b"RegexFullMatch", b"ImageDecoder"])
    def test_of_another_kind_are_refused(self, operator: bytes) -> None:
        with pytest.raises(ModelError, match=rf"^x: has the operator {operator.decode()}, which is not run here \("):
            read_onnx(network(b"Cast", operator, b"Softmax"), "x")

    def test_of_somebody_s_own_are_refused(self) -> None:
        with pytest.raises(ModelError, match=r"^x: has the operator Conv of 'com\.example', which is not run here \("):
            read_onnx(network(b"Conv", domain=b"com.example"), "x")

    def test_functions_are_refused(self) -> None:
        """Forty that call one another twice are a million million operators."""
        with pytest.raises(ModelError, match=r"^x: has a function of its own, which is not run here \("):
            read_onnx(network(b"Conv") + message({25: message({1: b"f"})}), "x")

    def test_of_tflite_too(self) -> None:
        schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
        content = bytearray(LITE.read_bytes())
        table = schema.Model.GetRootAs(content, 0).OperatorCodes(0)._tab
        for field in (4, 10):  # of old files, and of new ones
            if at := table.Offset(field):
                content[table.Pos + at] = schema.BuiltinOperator.WHILE
        with pytest.raises(ModelError, match=r"^x: has TensorFlow Lite's operator 119, which is not run here \("):
            find_card(bytes(content), "tflite", "x")

    def test_of_no_text_are_damage_whatever_runs_them(self) -> None:
        with pytest.raises(ModelError, match=r"^x: is damaged \(a name that is no text\)"):
            read_onnx(network(b"So\xfftmax"), "x")

    @pytest.mark.parametrize("outputs", [0, 2])
    def test_a_network_has_one_output(self, outputs: int) -> None:
        with pytest.raises(ModelError, match=rf"^x: has 1 inputs and {outputs} outputs; expected one of each$"):
            read_onnx(network(b"Softmax", outputs=outputs), "x")

    def test_the_documentation_lists_those_that_are_run(self) -> None:
        text = (ROOT / "docs" / "model-card.md").read_text()
        listed = text.partition("### Operators\n")[2].partition("```\n")[2].partition("```\n")[0]
        assert set(listed.split()) == ONNX


def test_a_zero_that_is_no_byte_is_damage() -> None:
    """LiteRT 2.3 dies of it."""
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
    content = bytearray(default_model("tflite").read_bytes())
    graph = schema.Model.GetRootAs(content, 0).Subgraphs(0)
    quantizations = [graph.Tensors(number).Quantization() for number in range(graph.TensorsLength())]
    table = next(q for q in quantizations if q and q.ZeroPointLength() and q.ZeroPoint(0) == -128)._tab
    at = table.Vector(table.Offset(10))
    content[at : at + 8] = (-2176).to_bytes(8, "little", signed=True)
    with pytest.raises(ModelError, match=r"x: is damaged, or no TFLite model \(it has a zero that its numbers cannot"):
        find_card(bytes(content), "tflite", "x")


def test_tables_of_tables_have_an_end() -> None:
    """Twenty thousand graphs, which are all the same one, of twenty thousand tensors, which are all the same one."""
    many = 20_000

    def vector(at: int, target: int) -> bytes:
        return struct.pack(f"<I{many}I", many, *(target - (at + 4 + 4 * entry) for entry in range(many)))

    graph = 32 + 4 + 4 * many + 8  # after the vector of graphs, and the directory of one
    tensor = graph + 8 + 4 + 4 * many + 4
    content = struct.pack("<I4s7Hxx", 24, b"TFL3", 14, 8, 0, 0, 4, 0, 0) + struct.pack("<iI", 16, 4)
    content += vector(32, graph) + struct.pack("<3Hxx", 6, 8, 4) + struct.pack("<iI", 8, 4)
    content += vector(graph + 8, tensor) + struct.pack("<2H", 4, 4) + struct.pack("<i", 4)
    with pytest.raises(ModelError, match="x: is damaged, or no TFLite model"):
        find_card(content, "tflite", "x")


def tensor(**external: bytes) -> bytes:
    """A tensor that names another file."""
    return message({1: 4, 2: 1, 8: b"weights"} | ({13: message({1: b"location", 2: external["file"]})}))


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "a constant": lambda tensor: message({7: message({5: tensor})}),
    "an attribute": lambda tensor: message({7: message({1: message({5: message({5: tensor})})})}),
    "attributes": lambda tensor: message({7: message({1: message({5: message({10: tensor})})})}),
    "a branch": lambda tensor: message({7: message({1: message({5: message({6: message({5: tensor})})})})}),
    "a sparse constant": lambda tensor: message({7: message({15: message({1: tensor})})}),
    "a function": lambda tensor: message({7: b"", 25: message({7: message({5: message({5: tensor})})})}),
    "training": lambda tensor: message({7: b"", 20: message({1: message({5: tensor})})}),
}


class TestOtherFiles:
    """Values in other files are any file on the disk: OpenCV reads what it is told to."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize(
        "constant",
        [
            tensor(file=b"/etc/passwd"),
            message({1: 4, 8: b"weights", 14: 1}),
            message({1: 4, 14: 2**32 + 1}),  # what C++ takes for a 1
        ],
        ids=["named", "said", "said in a roundabout way"],
    )
    def test_are_refused_wherever_they_are_named(self, way: str, constant: bytes, tmp_path: Path) -> None:
        path = tmp_path / "m.onnx"
        path.write_bytes(TINY.read_bytes() + WAYS[way](constant))  # protobuf merges what is appended
        with pytest.raises(ModelError, match=r"m\.onnx: keeps its weights in other files; save it as one"):
            load_model(path)

    def test_all_ways_to_a_tensor_are_known(self) -> None:
        """The table holds every field by which the format reaches one."""
        onnx = pytest.importorskip("onnx")
        parts: dict[str, dict[int, str]] = {}  # of every message in a model: number of field -> message
        ahead = [onnx.ModelProto.DESCRIPTOR]
        while ahead:
            kind = ahead.pop()
            fields = [field for field in kind.fields if field.message_type]
            parts[kind.name] = {field.number: field.message_type.name for field in fields}
            ahead += [field.message_type for field in fields if field.message_type.name not in parts]
        leading = {"TensorProto"}
        for _ in parts:
            leading |= {name for name, inner in parts.items() if leading & set(inner.values())}
        assert {kind.value: {n: part.value for n, part in inner.items()} for kind, inner in PARTS.items()} == {
            name: {number: part for number, part in parts[name].items() if part in leading and name != "TensorProto"}
            for name in leading
        }
