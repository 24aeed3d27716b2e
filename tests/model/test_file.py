"""A model file explains itself; whatever else lies under its name is refused, at once and in one clear line."""

from __future__ import annotations

import io
import os
import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.errors import ModelError, UsageError
from numbre_edge.model import (
    CARD_KEY,
    CARD_MEMBER,
    ModelCard,
    default_model,
    find_card,
    find_model,
    load_model,
    shipped_models,
)
from numbre_edge.model.onnx import PARTS, check_graph, read_onnx
from numbre_edge.model.operators import ONNX
from tests.model.protobuf import message

TESTS = Path(__file__).parents[1]
TINY = TESTS / "cli" / "tiny.onnx"  # made by make_tiny_model.py there
LITE = TESTS / "backends" / "tiny.tflite"  # made by make_models.py there
CARD = ModelCard(name="test", preprocessing=1)


def bare(content: bytes) -> bytes:
    """A TFLite file without the archive appended to it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content[: min(member.header_offset for member in archive.infolist())]


def with_members(content: bytes, packed_by: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    file = io.BytesIO(bare(content))
    with zipfile.ZipFile(file, "a", packed_by) as archive:
        for name, value in members.items():
            archive.writestr(name.replace("_", "."), value)
    return file.getvalue()


class TestCard:
    def test_an_onnx_file_carries_it(self) -> None:
        model = load_model(TINY)
        assert (model.format, model.card.name, model.content) == ("onnx", "tiny", TINY.read_bytes())

    def test_a_tflite_file_carries_it(self) -> None:
        assert load_model(LITE).card.name == "tiny"

    def test_without_one_a_card_can_be_given(self, tmp_path: Path) -> None:
        path, card = tmp_path / "m.tflite", tmp_path / "card.json"
        path.write_bytes(bare(LITE.read_bytes()))
        card.write_text(CARD.to_json())
        with pytest.raises(ModelError, match=r"m\.tflite: has no card inside; describe the model with --card"):
            load_model(path)
        assert load_model(path, card=card).card == CARD

    def test_the_card_given_is_named_in_its_errors(self, tmp_path: Path) -> None:
        card = tmp_path / "card.json"
        card.write_text("{")
        with pytest.raises(ModelError, match=r"card\.json: its card is not JSON"):
            load_model(TINY, card=card)
        with pytest.raises(ModelError, match=r"gone\.json: cannot be read"):
            load_model(TINY, card=tmp_path / "gone.json")

    def test_a_bomb_is_not_unpacked(self, tmp_path: Path) -> None:
        path = tmp_path / "m.tflite"
        path.write_bytes(with_members(LITE.read_bytes(), card_json=bytes(20 * 2**20)))
        assert path.stat().st_size < 2**20
        with pytest.raises(ModelError, match=r"m\.tflite: its card is larger than 1 MB"):
            load_model(path)

    @pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_nor_what_is_packed_in_a_way_that_only_bombs_need(self, way: int) -> None:
        """A card of 2.4 GB of nothing in 6 KB: Python's zipfile unpacks a megabyte of these at once, whole."""
        content = with_members(LITE.read_bytes(), way, card_json=CARD.to_json().encode())
        with pytest.raises(ModelError, match=r"^x: its card is damaged \(it is packed otherwise than by deflate\)"):
            find_card(content, "tflite", "x")

    def test_an_encrypted_one_is_said_to_be(self) -> None:
        content = bytearray(with_members(LITE.read_bytes(), card_json=CARD.to_json().encode()))
        for header, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            content[content.rindex(header) + flags] |= 1
        with pytest.raises(
            ModelError, match=r"^x: its card is damaged \(File 'card\.json' is encrypted, password requ"
        ):
            find_card(bytes(content), "tflite", "x")

    def test_a_damaged_one_is_said_to_be(self) -> None:
        content = bytearray(with_members(LITE.read_bytes(), card_json=CARD.to_json().encode()))
        content[content.rindex(b"card.json", 0, content.rindex(b"card.json")) + 15] ^= 0xFF  # within what is packed
        with pytest.raises(ModelError, match=r"m\.tflite: its card is damaged"):
            find_card(bytes(content), "tflite", "m.tflite")

    def test_it_is_found_beside_other_members(self) -> None:
        content = with_members(LITE.read_bytes(), labels_txt=b"0\n1\n", card_json=b"{}")
        assert find_card(content, "tflite", "m.tflite") == b"{}"


class TestNoModel:
    def test_another_kind_of_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"model\.h5: is not a model this runs; it takes \.onnx and \.tflite"):
            load_model(tmp_path / "model.h5")

    def test_a_missing_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"gone\.onnx: cannot be read \(No such file or directory\)"):
            load_model(tmp_path / "gone.onnx")

    @pytest.mark.parametrize("model", [TINY, LITE], ids=["onnx", "tflite"])
    @pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5])
    def test_a_file_cut_short_is_damaged_and_wants_no_card(self, model: Path, share: float, tmp_path: Path) -> None:
        content, cut = model.read_bytes(), tmp_path / f"cut{model.suffix}"
        cut.write_bytes(content[: int(share * len(content))])
        with pytest.raises(ModelError, match=rf"cut\{model.suffix}: is damaged, or no \w+ model"):
            load_model(cut)

    @pytest.mark.parametrize(
        "content",
        [
            b"hello, this is no model at all" * 20,
            bytes(2000),
            b"\xff" * 300_000,  # a number that never ends
            b"\x08\x01" * 2_000_000,  # fields without end
            b"\x3a" + b"\xff" * 8 + b"\x7f",  # a network of 2^62 bytes
            b"",
        ],
        ids=["text", "zeros", "one number", "fields", "length", "empty"],
    )
    @pytest.mark.parametrize("kind", ["onnx", "tflite"])
    def test_junk_is_damaged_and_wants_no_card(self, kind: str, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / f"junk.{kind}"
        path.write_bytes(content)
        with pytest.raises(ModelError, match=rf"junk\.{kind}: is damaged, or no \w+ model"):
            load_model(path)

    @given(st.binary(max_size=300), st.sampled_from([b"", b"\x1c\0\0\0TFL3"]))
    def test_any_bytes_are_answered(self, content: bytes, beginning: bytes) -> None:
        with pytest.raises(ModelError):
            find_card(content, "onnx", "x")
        with suppress(ModelError):
            find_card(beginning + content, "tflite", "x")

    @given(st.sampled_from([TINY, LITE]), st.integers(0, 2**20), st.binary(min_size=1, max_size=4))
    def test_so_is_any_damage(self, model: Path, at: int, damage: bytes) -> None:
        content = bytearray(model.read_bytes())
        at %= len(content)
        content[at : at + len(damage)] = damage
        with suppress(ModelError):
            find_card(bytes(content), "onnx" if model is TINY else "tflite", "x")

    def test_graphs_in_graphs_have_an_end(self) -> None:
        graph = b""
        for _ in range(500):
            graph = message({1: message({5: message({6: graph})})})  # node, attribute, graph
        with pytest.raises(ModelError, match="nested too deep"):
            read_onnx(message({7: graph}), "x")


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
        text = (TESTS.parent / "docs" / "model-card.md").read_text()
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


class TestNoFile:
    @pytest.fixture
    def heard(self, tmp_path: Path) -> Iterator[Path]:
        """A socket."""
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "s.onnx"))
            yield tmp_path / "s.onnx"

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "p.onnx")
        with pytest.raises(ModelError, match=r"p\.onnx: is no file but a pipe"):
            load_model(tmp_path / "p.onnx")
        with pytest.raises(ModelError, match=r"p\.onnx: is no file but a pipe"):
            load_model(TINY, card=tmp_path / "p.onnx")

    def test_nor_a_device(self, tmp_path: Path) -> None:
        (tmp_path / "d.onnx").symlink_to("/dev/zero")
        with pytest.raises(ModelError, match=r"d\.onnx: is no file but a device"):
            load_model(tmp_path / "d.onnx")

    def test_nor_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "f.onnx").mkdir()
        with pytest.raises(ModelError, match=r"f\.onnx: is no file but a folder"):
            load_model(tmp_path / "f.onnx")

    def test_nor_a_socket(self, heard: Path) -> None:
        with pytest.raises(ModelError, match=r"s\.onnx: (cannot be read|is no file but a socket)"):
            load_model(heard)

    def test_a_file_of_many_gigabytes_is_not_read(self, tmp_path: Path) -> None:
        with (tmp_path / "sparse.onnx").open("wb") as file:
            file.truncate(2**40)
        with pytest.raises(ModelError, match=r"sparse\.onnx: is larger than 64 MB"):
            load_model(tmp_path / "sparse.onnx")

    @pytest.mark.parametrize("name", ["a\0b.onnx", "x" * 300 + ".onnx"], ids=["NUL", "long"])
    def test_a_name_that_no_file_can_have_is_an_error(self, name: str) -> None:
        with pytest.raises(ModelError, match="cannot be read"):
            load_model(Path(name))


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


class TestName:
    def test_a_path_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("cnn").write_bytes(b"")
        assert find_model(Path("cnn")) == Path("cnn")

    @pytest.mark.parametrize(
        ("given", "prefer", "file"),
        [
            ("numbre", ("onnx", "tflite"), "numbre.onnx"),
            ("numbre", ("tflite",), "numbre.int8.tflite"),
            ("numbre.int8", ("onnx",), "numbre.int8.tflite"),
            ("numbre.onnx", ("tflite",), "numbre.onnx"),
            ("cnn.int8.tflite", ("onnx",), "cnn.int8.tflite"),
        ],
    )
    def test_else_a_shipped_model_with_or_without_its_suffix(
        self, given: str, prefer: tuple[str, ...], file: str
    ) -> None:
        assert find_model(Path(given), prefer).name == file  # type: ignore[arg-type]

    def test_what_is_neither_is_wrong_usage(self) -> None:
        with pytest.raises(UsageError, match=r"gone\.onnx: no such file, nor a shipped model \(cnn\.int8\.tflite, "):
            find_model(Path("gone.onnx"))

    def test_the_default_is_a_shipped_one(self) -> None:
        assert default_model("onnx") == find_model(Path("cnn"))


def test_the_key_and_the_member_are_those_of_the_documentation() -> None:
    text = (TESTS.parent / "docs" / "model-card.md").read_text()
    assert f"key `{CARD_KEY}`" in text
    assert f"`{CARD_MEMBER}`" in text
