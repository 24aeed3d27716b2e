"""A model file explains itself; whatever else lies under its name is refused, at once and in one clear line."""

from __future__ import annotations

import io
import os
import socket
import zipfile
from collections.abc import Iterator
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
)
from numbre_edge.model.onnx import card_in
from tests.backends.models import LITE, TINY
from tests.conftest import ROOT

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

    def test_of_an_onnx_file_it_is_the_same_whether_the_rest_is_looked_through_or_not(self) -> None:
        content = default_model("onnx").read_bytes()
        assert card_in(content) == find_card(content, "onnx", "x")

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
    text = (ROOT / "docs" / "model-card.md").read_text()
    assert f"key `{CARD_KEY}`" in text
    assert f"`{CARD_MEMBER}`" in text
