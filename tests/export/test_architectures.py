"""The two networks: what they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numbre_export.training.architectures import ARCHITECTURES, build

pytestmark = pytest.mark.export


def test_numbre_is_the_article_s_network() -> None:
    model = build("numbre", raw=True)
    dense = [(layer.units, layer.activation.__name__) for layer in model.layers if hasattr(layer, "units")]
    assert dense == [(25, "relu"), (256, "relu"), (300, "relu"), (10, "softmax")]
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Flatten", *["Dense"] * 4]
    assert model.layers[1].output.shape == (None, 784)
    # 784*25+25 + 25*256+256 + 256*300+300 + 300*10+10
    assert model.count_params() == 106_391


def test_numbre_not_raw_differs_only_in_the_scale_of_its_input() -> None:
    model = build("numbre")
    assert type(model.layers[1]).__name__ == "Rescaling"
    assert model.count_params() == 106_391


def test_cnn_is_a_megabyte_of_floats_at_most() -> None:
    assert 4 * build("cnn", classes=13).count_params() <= 1_000_000


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("classes", [10, 11])
def test_every_network_maps_raw_ink_to_probabilities(arch: str, classes: int) -> None:
    model: Any = build(arch, classes=classes)
    assert (model.name, model.input_shape, model.output_shape) == (arch, (None, 28, 28), (None, classes))
    ink = np.random.default_rng(0).integers(0, 256, (3, 28, 28)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(model(ink)).sum(1), 1, atol=1e-5)
