"""Keras -> ONNX and TFLite: the files take raw ink, any number of patches, and answer as Keras does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import open_backend
from numbre_edge.errors import ModelError
from numbre_edge.model import find_card, load_model
from numbre_edge.vision.normalize import normalize
from numbre_export.data.mnist import Digits, Mnist
from numbre_export.evaluation.evaluate import keras_classifier
from numbre_export.exporting.cards import card_for, embed
from numbre_export.exporting.convert import KINDS, Kind, calibration_digits, convert

pytestmark = pytest.mark.export

ONNX = KINDS[0]
INT8 = KINDS[-1]


@pytest.fixture(scope="session")
def calibration(small_mnist: Mnist) -> NDArray[np.uint8]:
    return calibration_digits(small_mnist.train, per_class=5)


@pytest.fixture(scope="session")
def files(trained: Any, calibration: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    """The trained network in every kind of file, cards inside."""
    folder = tmp_path_factory.mktemp("files")
    paths = {kind: folder / kind.file_name(trained.name) for kind in KINDS}
    for kind, path in paths.items():
        path.write_bytes(embed(convert(trained, kind, calibration=calibration), card_for(trained, kind), kind.format))
    return paths


def test_files_are_named_for_the_network_and_the_precision(files: dict[Kind, Path]) -> None:
    assert [path.name for path in files.values()] == [
        "numbre.onnx",
        "numbre.float32.tflite",
        "numbre.float16.tflite",
        "numbre.dynamic.tflite",
        "numbre.int8.tflite",
    ]


@pytest.mark.parametrize(
    ("kind", "runtime", "tolerance"),
    [
        (ONNX, "onnx", 1e-5),
        (ONNX, "opencv", 1e-5),
        *[(kind, "tflite", t) for kind, t in zip(KINDS[1:], (1e-5, 5e-3, 0.1, 0.1), strict=True)],
    ],
    ids=lambda value: f"{value.format}-{value.quantization}" if isinstance(value, Kind) else None,
)
def test_every_file_answers_as_keras_does_one_patch_or_many(
    files: dict[Kind, Path], trained: Any, held_out: Digits, kind: Kind, runtime: str, tolerance: float
) -> None:
    expected = keras_classifier(trained)(held_out.images)
    backend = open_backend(runtime, files[kind])
    np.testing.assert_allclose(backend.predict(held_out.images), expected, atol=tolerance)
    np.testing.assert_allclose(backend.predict(held_out.images[:1]), expected[:1], atol=tolerance)
    np.testing.assert_allclose(backend.predict(held_out.images[7:40]), expected[7:40], atol=tolerance)


def test_the_onnx_graph_is_what_old_runtimes_take(files: dict[Kind, Path]) -> None:
    model = onnx.load(files[ONNX])
    assert (model.ir_version, [(o.domain, o.version) for o in model.opset_import]) == (8, [("", 17)])
    ends = [(v.name, v.type.tensor_type.elem_type, v.type.tensor_type.shape.dim) for v in model.graph.input]
    ends += [(v.name, v.type.tensor_type.elem_type, v.type.tensor_type.shape.dim) for v in model.graph.output]
    assert [(name, kind, [d.dim_param or d.dim_value for d in dims]) for name, kind, dims in ends] == [
        ("ink", onnx.TensorProto.UINT8, ["N", 28, 28]),
        ("probabilities", onnx.TensorProto.FLOAT, ["N", 10]),
    ]


def test_a_convolutional_onnx_graph_has_constant_shapes_only(
    untrained_cnn: Any, calibration: NDArray[np.uint8]
) -> None:
    graph = onnx.load_from_string(convert(untrained_cnn, ONNX, calibration=calibration)).graph
    constants = {constant.name for constant in graph.initializer}
    assert "Shape" not in {node.op_type for node in graph.node}
    assert all(node.input[1] in constants for node in graph.node if node.op_type == "Reshape")
    used = {name for node in graph.node for name in node.input}
    assert constants <= used


@pytest.mark.parametrize("engine", ["ENGINE_AUTO", "ENGINE_CLASSIC"])
def test_both_engines_of_opencv_agree_on_a_convolutional_network(
    untrained_cnn: Any, calibration: NDArray[np.uint8], held_out: Digits, tmp_path: Path, engine: str
) -> None:
    # OpenCV 4 has the classic engine alone, and no name for it.
    choice = (getattr(cv2.dnn, engine),) if hasattr(cv2.dnn, engine) else ()
    path = tmp_path / "cnn.onnx"  # a file: given bytes, OpenCV 5.0 takes no notice of the engine asked for
    path.write_bytes(convert(untrained_cnn, ONNX, calibration=calibration))
    net = cv2.dnn.readNetFromONNX(str(path), *choice)
    expected = keras_classifier(untrained_cnn)(held_out.images)
    for count in (100, 1, 13):
        net.setInput(held_out.images[:count])
        found = net.forward()
        assert found.shape == (count, 10)
        np.testing.assert_allclose(found, expected[:count], atol=1e-5)


def test_the_int8_file_reads_raw_ink_as_it_is(files: dict[Kind, Path]) -> None:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(files[INT8]))
    (given,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert (given["dtype"], given["quantization"]) == (np.uint8, (1.0, 0))
    assert answer["dtype"] == np.float32
    spec = load_model(files[INT8]).card.input
    assert (spec.quantization_scale, spec.quantization_zero_point) == (1.0, 0)


def test_quantized_files_are_smaller(files: dict[Kind, Path]) -> None:
    sizes = [files[kind].stat().st_size for kind in KINDS[1:]]
    assert sizes[1] < 0.6 * sizes[0]
    assert max(sizes[2:]) < 0.4 * sizes[0]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_same_model_gives_the_same_bytes(
    files: dict[Kind, Path], trained: Any, calibration: NDArray[np.uint8], kind: Kind
) -> None:
    again = embed(convert(trained, kind, calibration=calibration), card_for(trained, kind), kind.format)
    assert again == files[kind].read_bytes()


def test_the_card_is_inside(files: dict[Kind, Path], run_folder: Path, trained: Any) -> None:
    for kind, path in files.items():
        card = load_model(path).card
        assert (card.name, card.quantization, card.classes) == ("numbre", kind.quantization, tuple("0123456789"))
        assert "MNIST" in card.data_credits[0]
        assert {"keras", "tf2onnx", "python"} <= card.versions.keys()
    told = card_for(trained, ONNX, run=run_folder)
    assert (told.seed, told.training["recipe"]["epochs"], told.training["recipe"]["arch"]) == (1, 3, "numbre")


def test_an_embedded_card_replaces_the_one_before(files: dict[Kind, Path], trained: Any) -> None:
    content = files[ONNX].read_bytes()
    other = embed(content, card_for(trained, INT8), "onnx")
    assert find_card(other, "onnx", "other") == card_for(trained, INT8).to_json().encode()


def test_calibration_is_balanced_and_has_been_through_the_vision(small_mnist: Mnist) -> None:
    chosen = calibration_digits(small_mnist.train, per_class=5)
    assert chosen.shape == (50, 28, 28)
    ours = {normalize(image).tobytes(): label for image, label in zip(*_both(small_mnist.train), strict=True)}
    labels = [ours[image.tobytes()] for image in chosen]
    assert np.bincount(labels).tolist() == [5] * 10
    assert (chosen.min(), chosen.max()) == (0, 255)


def _both(digits: Digits) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return digits.images, digits.labels


def test_a_model_of_another_shape_is_refused(calibration: NDArray[np.uint8]) -> None:
    import keras

    other = keras.Sequential([keras.Input((32, 32)), keras.layers.Flatten(), keras.layers.Dense(10)], name="other")
    with pytest.raises(ModelError, match=r"other: takes \(None, 32, 32\); export wants"):
        convert(other, ONNX, calibration=calibration)


def test_a_model_of_other_classes_is_refused() -> None:
    from numbre_export.training.architectures import build

    with pytest.raises(ModelError, match="has 14 outputs; expected 10, or up to 3 more: not a digit"):
        card_for(build("numbre", classes=14), ONNX)


def test_a_layer_the_converter_cannot_do_is_a_clear_error_and_converters_are_silent(
    calibration: NDArray[np.uint8], capfd: pytest.CaptureFixture[str], trained: Any
) -> None:
    import keras

    class Odd(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            raise TypeError("odd")

        def compute_output_shape(self, shape: Any) -> Any:
            return (shape[0], 10)

    ink = keras.Input((28, 28))
    with pytest.raises(ModelError, match=r"odd\.onnx: conversion failed: .*Odd"):
        convert(keras.Model(ink, Odd()(ink), name="odd"), ONNX, calibration=calibration)
    capfd.readouterr()
    convert(trained, INT8, calibration=calibration)
    assert capfd.readouterr() == ("", "")
