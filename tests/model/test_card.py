"""A card comes back as it was written, and what it cannot say is refused in one clear line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbre_edge.errors import ModelError
from numbre_edge.model import InputSpec, ModelCard
from numbre_edge.model.card import CardError

CARD = ModelCard(
    name="test",
    preprocessing=1,
    classes=(*"0123456789", "not a digit"),
    input=InputSpec(shape=(28, 28), quantization_scale=0.5, quantization_zero_point=-3),
    quantization="int8",
    temperature=1.7,
    reject_threshold=0.4,
    metrics={"mnist": {"set": "test", "n": 10000, "accuracy": 0.997}},
    data_credits=("MNIST", "BHMSDS"),
    seed=3,
    versions={"keras": "3.15"},
    commit="abc",
)


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
        assert (card.input.shape, card.input.dtype, card.output) == (None, "uint8", "probabilities")

    def test_keys_of_later_versions_are_passed_over(self) -> None:
        raw = json.loads(CARD.to_json()) | {"flavour": "sweet"}
        raw["input"]["smell"] = "none"
        assert ModelCard.from_json(json.dumps(raw), "x") == CARD

    @pytest.mark.parametrize("version", [0, 2, 99, None, "1"])
    def test_an_unknown_preprocessing_is_refused(self, version: object) -> None:
        raw = json.loads(CARD.to_json()) | {"preprocessing": version}
        with pytest.raises(ModelError, match=rf"^m\.onnx: wants preprocessing version {version!r}, .* has 1; upgrade"):
            ModelCard.from_json(json.dumps(raw), "m.onnx")

    def test_an_unknown_card_format_is_refused(self) -> None:
        raw = json.loads(CARD.to_json()) | {"format": 2}
        with pytest.raises(ModelError, match=r"^m\.onnx: card format 2, this version reads 1; upgrade numbre-edge$"):
            ModelCard.from_json(json.dumps(raw), "m.onnx")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "its card is not JSON"),
            ("{", "its card is not JSON"),
            ("[" * 100_000, "its card is not JSON"),
            (b"\xff\xfe", "its card is not JSON"),
            ('{"preprocessing": 1, "temperature": NaN}', "its card is not JSON"),
            ('{"preprocessing": 1, "temperature": 1e999}', "its card is not JSON"),
            ("[]", "its card is not a JSON object"),
            (
                '{"preprocessing": 1, "metrics": {"a": {"b": ' + "[" * 500 + "]" * 500 + "}}}",
                "its card is nested too dee",
            ),
            ('{"preprocessing": 1}', "its card's name is missing"),
        ],
    )
    def test_what_is_no_card_is_refused(self, text: str | bytes, message: str) -> None:
        with pytest.raises(ModelError, match=rf"^m\.onnx: {message}") as error:
            ModelCard.from_json(text, "m.onnx")
        assert "\n" not in str(error.value)

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"name": 7}, "name is 7; expected str, got int"),
            ({"preprocessing": True}, "preprocessing is True; expected int, got bool"),
            ({"classes": 5}, "classes is 5; expected array, got int"),
            ({"classes": [*"012345678", 9]}, "classes.9 is 9; expected str, got int"),
            ({"classes": ["a", "b"]}, "classes is ['a', 'b']; expected the digits 0 to 9 first"),
            ({"classes": [*"0123456789", "9"]}, "classes is ['0', "),
            ({"input": 3}, "input is 3; expected object, got int"),
            ({"input": {"shape": 3}}, "input.shape is 3; expected array | null, got int"),
            ({"input": {"shape": [28, 27]}}, "input.shape is (28, 27); expected 784 values, as 28x28 has"),
            ({"input": {"shape": []}}, "input.shape is (); expected numbers from 1 on"),
            ({"input": {"shape": [-28, -28]}}, "input.shape is (-28, -28); expected numbers from 1 on"),
            ({"input": {"shape": [1] * 1000 + [784]}}, "input.shape is (1, 1, 1,"),
            ({"reject_threshold": "0.5"}, "reject_threshold is '0.5'; expected float, got str"),
            ({"input": {"dtype": "int8"}}, "input.dtype is 'int8'; expected 'uint8' or 'float32'"),
            ({"input": {"ink": "blue"}}, "input.ink is 'blue'; expected '255 on 0' or '0 on 255'"),
            ({"input": {"scale": "x"}}, "input.scale is 'x'; expected float, got str"),
            ({"input": {"scale": 0}}, "input.scale is 0.0; expected a factor other than 0"),
            ({"input": {"offset": None}}, "input.offset is None; expected float, got null"),
            ({"input": {"offset": 1e300}}, "input.offset is 1e+300; expected a number up to 1e6"),
            ({"input": {"quantization_scale": -1}}, "input.quantization_scale is -1.0; expected a number above 0"),
            ({"input": {"quantization_scale": 1}}, "input.quantization_zero_point is None; expected it and"),
            ({"input": {"ink": "either, normalized"}}, "input.ink is 'either, normalized'; expected '255 on 0' or "),
            ({"kind": "oracle"}, "kind is 'oracle'; expected 'classifier' or 'finder'"),
            ({"kind": "finder"}, "input.shape is None; expected the height and width of a tile"),
            ({"kind": "finder", "trust": {"heat": "much"}}, "trust is {'heat': 'much'}; expected float, got str"),
            ({"output": "votes"}, "output is 'votes'; expected 'probabilities' or 'logits'"),
            ({"quantization": "int4"}, "quantization is 'int4'; expected 'float32' or "),
            ({"temperature": "hot"}, "temperature is 'hot'; expected float, got str"),
            ({"temperature": 0}, "temperature is 0.0; expected a number from 0.1 to 10"),
            ({"reject_threshold": 1.1}, "reject_threshold is 1.1; expected a number from 0 to 1"),
            ({"metrics": {"mnist": 3}}, "metrics is {'mnist': 3}; expected object, got int"),
            ({"data_credits": "MNIST"}, "data_credits is 'MNIST'; expected array, got str"),
            ({"seed": 1.5}, "seed is 1.5; expected int | null, got float"),
            ({"versions": {"keras": 3}}, "versions is {'keras': 3}; expected str, got int"),
            ({"commit": ["abc" * 99]}, "commit is ['abcabcabc"),
        ],
        ids=str,
    )
    def test_a_value_that_cannot_be_is_named_with_what_was_expected(
        self, fields: dict[str, object], message: str
    ) -> None:
        with pytest.raises(ModelError) as error:
            ModelCard.from_json(json.dumps({"name": "x", "preprocessing": 1} | fields), "m.onnx")
        assert str(error.value).startswith(f"m.onnx: its card's {message}")
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 200

    def test_nor_can_one_be_made_with_such_a_value(self) -> None:
        with pytest.raises(CardError, match="temperature is -1; expected a number from"):
            ModelCard(name="x", preprocessing=1, temperature=-1)
