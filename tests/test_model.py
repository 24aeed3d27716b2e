"""A model file explains itself: its card travels inside, and what does not fit is refused in one clear line."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge import model as models
from numbre_edge.errors import ModelError
from numbre_edge.model import CARD_MEMBER, InputSpec, ModelCard, find_card, load_model, read_sums, verify_sums

TINY = Path(__file__).parent / "cli" / "tiny.onnx"  # made by make_tiny_model.py there
CARD = ModelCard(
    name="test",
    preprocessing=1,
    classes=(*"0123456789", "not a digit"),
    input=InputSpec(quantization_scale=0.5, quantization_zero_point=-3),
    quantization="int8",
    temperature=1.7,
    reject_threshold=0.4,
    metrics={"mnist test": {"n": 10000, "accuracy": 0.997}},
    data_credits=("MNIST", "BHMSDS"),
    seed=3,
    versions={"keras": "3.15"},
    commit="abc",
)


def tflite(card: str | None) -> bytes:
    """A flatbuffer's beginning with a card appended as a ZIP archive, the format's own convention."""
    appended = io.BytesIO()
    if card is not None:
        with zipfile.ZipFile(appended, "w") as archive:
            archive.writestr(CARD_MEMBER, card)
    return b"\x1c\0\0\0TFL3" + bytes(400) + appended.getvalue()


class TestCard:
    def test_it_comes_back_as_it_was_written(self) -> None:
        assert ModelCard.from_json(CARD.to_json(), "x") == CARD

    @given(
        st.builds(
            ModelCard,
            name=st.text(),
            preprocessing=st.just(1),
            temperature=st.floats(0.1, 10),
            reject_threshold=st.floats(0, 1),
            data_credits=st.lists(st.text(), max_size=3).map(tuple),
            seed=st.none() | st.integers(),
        )
    )
    def test_whatever_it_says(self, card: ModelCard) -> None:
        assert ModelCard.from_json(card.to_json(), "x") == card

    def test_a_short_one_takes_the_defaults(self) -> None:
        card = ModelCard.from_json('{"name": "theirs", "preprocessing": 1}', "x")
        assert card == ModelCard(name="theirs", preprocessing=1)
        assert (card.input.shape, card.input.dtype, card.output) == ((28, 28), "uint8", "probabilities")

    def test_keys_of_later_versions_are_passed_over(self) -> None:
        raw = json.loads(CARD.to_json()) | {"flavour": "sweet"}
        raw["input"]["smell"] = "none"
        assert ModelCard.from_json(json.dumps(raw), "x") == CARD

    @pytest.mark.parametrize("version", [0, 2, 99, None, "1"])
    def test_an_unknown_preprocessing_is_refused(self, version: object) -> None:
        raw = json.loads(CARD.to_json()) | {"preprocessing": version}
        with pytest.raises(ModelError, match=rf"^m\.onnx: wants preprocessing version {version}, .* has 1; upgrade"):
            ModelCard.from_json(json.dumps(raw), "m.onnx")

    def test_an_unknown_card_format_is_refused(self) -> None:
        raw = json.loads(CARD.to_json()) | {"format": 2}
        with pytest.raises(ModelError, match=r"^m\.onnx: card format 2, this version reads 1; upgrade numbre-edge$"):
            ModelCard.from_json(json.dumps(raw), "m.onnx")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "is not JSON"),
            ("{", "is not JSON"),
            ("[]", "is not a JSON object"),
            ('{"preprocessing": 1}', "is incomplete .*'name'"),
            ('{"name": "x", "preprocessing": 1, "input": 3}', "InputSpec is not a JSON object"),
            ('{"name": "x", "preprocessing": 1, "classes": ["a", "b"]}', r"must be 0 to 9, found \['a', 'b'\]"),
        ],
    )
    def test_what_is_no_card_is_refused(self, text: str, message: str) -> None:
        with pytest.raises(ModelError, match=message) as error:
            ModelCard.from_json(text, "m.onnx")
        assert str(error.value).startswith("m.onnx: ")
        assert "\n" not in str(error.value)

    @pytest.mark.parametrize(
        "fields",
        [
            {"preprocessing": []},
            {"classes": 5},
            {"classes": None},
            {"input": {"shape": 3}},
            {"temperature": "hot"},
            {"temperature": 0},
            {"output": "votes"},
        ],
        ids=str,
    )
    def test_a_field_of_the_wrong_kind_is_refused(self, fields: dict[str, object]) -> None:
        with pytest.raises(ModelError) as error:
            ModelCard.from_json(json.dumps({"name": "x", "preprocessing": 1} | fields), "m.onnx")
        assert str(error.value).startswith("m.onnx: ")
        assert "\n" not in str(error.value)


class TestFile:
    def test_an_onnx_file_carries_its_card(self) -> None:
        model = load_model(TINY)
        assert (model.format, model.card.name, model.content) == ("onnx", "tiny", TINY.read_bytes())

    def test_a_tflite_file_carries_its_card(self, tmp_path: Path) -> None:
        path = tmp_path / "m.tflite"
        path.write_bytes(tflite(CARD.to_json()))
        assert load_model(path).card == CARD

    def test_without_one_a_card_can_be_given(self, tmp_path: Path) -> None:
        path, card = tmp_path / "m.tflite", tmp_path / "card.json"
        path.write_bytes(tflite(None))
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

    def test_another_kind_of_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"model\.h5: is not a model this runs; it takes \.onnx and \.tflite"):
            load_model(tmp_path / "model.h5")

    def test_a_missing_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"gone\.onnx: cannot be read \(No such file or directory\)"):
            load_model(tmp_path / "gone.onnx")

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
    def test_a_file_cut_short_has_no_card(self, share: float) -> None:
        onnx, lite = TINY.read_bytes(), tflite(CARD.to_json())
        assert find_card(onnx[: int(share * len(onnx))], "onnx") is None
        assert find_card(lite[: int(share * len(lite))], "tflite") is None

    @given(st.binary(max_size=300))
    def test_any_bytes_are_answered(self, content: bytes) -> None:
        assert find_card(content, "onnx") is None
        assert find_card(content, "tflite") is None


class TestSums:
    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Path:
        (tmp_path / "cnn.onnx").write_bytes(TINY.read_bytes())
        digest = hashlib.sha256(TINY.read_bytes()).hexdigest()
        (tmp_path / "SHA256SUMS").write_text(f"{digest}  cnn.onnx\n{digest} *gone.tflite\n\n")
        return tmp_path

    def test_the_list_is_that_of_sha256sum(self, shelf: Path) -> None:
        assert set(read_sums(shelf)) == {"cnn.onnx", "gone.tflite"}
        assert read_sums(shelf / "elsewhere") == {}

    def test_every_listed_file_is_checked(self, shelf: Path) -> None:
        assert verify_sums(shelf) == {"cnn.onnx": True, "gone.tflite": False}
        with (shelf / "cnn.onnx").open("ab") as file:
            file.write(b"\0")
        assert verify_sums(shelf) == {"cnn.onnx": False, "gone.tflite": False}

    def test_a_shipped_model_is_checked_when_it_is_loaded(self, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(models, "MODELS", shelf)
        assert load_model(shelf / "cnn.onnx").card.name == "tiny"
        with (shelf / "cnn.onnx").open("r+b") as file:
            file.seek(500)
            file.write(b"\xff")
        with pytest.raises(ModelError, match=r"cnn\.onnx: is not the file that was shipped .* reinstall numbre-edge"):
            load_model(shelf / "cnn.onnx")
