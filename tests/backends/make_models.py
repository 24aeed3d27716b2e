"""Make the tiny models of these tests, 2 to 4 KB each: python -m tests.backends.make_models.

All are the linear classifier of tests/cli/tiny.onnx, as other people's models come: with other layouts of the
input, as floats, and without a card. The TFLite ones need TensorFlow, the ONNX ones the onnx package.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import onnx
import tensorflow as tf
from onnx import TensorProto, helper, numpy_helper

from numbre_edge.finding.grid import CHANNELS
from numbre_edge.model import CARD_KEY, CARD_MEMBER, InputSpec, ModelCard
from tests.cli.make_tiny_model import fitted_weights

HERE = Path(__file__).parent
LAYOUTS = {
    "flat": ["N", 784],
    "channels_first": ["N", 1, 28, 28],
    "one_at_a_time": [1, 28, 28, 1],
    "colour": ["N", 3, 28, 28],
}


def onnx_model(shape: list[int | str], dtype: int, given: int = TensorProto.FLOAT) -> bytes:
    """Logits, given as this type, of ink from 0 to 1 in an input of this shape and type."""
    values = {
        "image": np.array([-1, 1, 28, 28], np.int64),
        "pooled_flat": np.array([-1, 49], np.int64),
        "weights": fitted_weights(),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["theirs"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("Reshape", ["float", "image"], ["images"]),
            helper.make_node("AveragePool", ["images"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Reshape", ["pooled", "pooled_flat"], ["features"]),
            helper.make_node("MatMul", ["features", "weights"], ["logits"]),
            *([] if given == TensorProto.FLOAT else [helper.make_node("Cast", ["logits"], ["given"], to=given)]),
        ],
        "theirs",
        [helper.make_tensor_value_info("theirs", dtype, shape)],
        [helper.make_tensor_value_info("logits" if given == TensorProto.FLOAT else "given", given, [shape[0], 10])],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString(deterministic=True))


def tflite_model(shape: list[int], dtype: tf.DType, full: float) -> bytes:
    """Probabilities of ink from 0 to ``full``."""
    weights = tf.constant(fitted_weights())

    @tf.function(input_signature=[tf.TensorSpec(shape, dtype)])
    def classify(ink: tf.Tensor) -> tf.Tensor:
        images = tf.reshape(tf.cast(ink, tf.float32) / full, [-1, 28, 28, 1])
        features = tf.reshape(tf.nn.avg_pool2d(images, 4, 4, "VALID"), [-1, 49])
        return tf.nn.softmax(features @ weights)

    module = tf.Module()
    module.classify = classify
    converter = tf.lite.TFLiteConverter.from_concrete_functions([classify.get_concrete_function()], module)
    return bytes(converter.convert())


def finder_model() -> bytes:
    """A finder of (N, 32, 32) tiles, with its card: all channels of a cell say how bright its 4x4 pixels are."""
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["level"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("Reshape", ["float", "image"], ["images"]),
            helper.make_node("AveragePool", ["images"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Concat", ["pooled"] * CHANNELS, ["stacked"], axis=1),
            helper.make_node("Transpose", ["stacked"], ["cells"], perm=[0, 2, 3, 1]),
        ],
        "finder",
        [helper.make_tensor_value_info("level", TensorProto.UINT8, ["N", 32, 32])],
        [helper.make_tensor_value_info("cells", TensorProto.FLOAT, ["N", 8, 8, CHANNELS])],
        [numpy_helper.from_array(np.array([-1, 1, 32, 32], np.int64), "image")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    card = ModelCard("tiny finder", 1, kind="finder", input=InputSpec(shape=(32, 32)), output="logits")
    helper.set_model_props(model, {CARD_KEY: card.to_json()})
    return bytes(model.SerializeToString(deterministic=True))


def greedy_model() -> bytes:
    """Probabilities, all the same, of an image that is doubled fourteen times: 13 MB a patch, 0.8 GB a batch."""
    times = 14
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["ink", "flat"], ["0"]),
            *(helper.make_node("Concat", [f"{n}"] * 2, [f"{n + 1}"], axis=1) for n in range(times)),
            helper.make_node("Slice", [f"{times}", "first", "last", "across"], ["some"]),
            helper.make_node("Cast", ["some"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("Softmax", ["floats"], ["probabilities"], axis=1),
        ],
        "greedy",
        [helper.make_tensor_value_info("ink", TensorProto.UINT8, ["N", 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10])],
        [
            numpy_helper.from_array(np.array(value, np.int64), name)
            for name, value in {"flat": [-1, 784], "first": [0], "last": [10], "across": [1]}.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {CARD_KEY: ModelCard("greedy", 1).to_json()})
    return bytes(model.SerializeToString(deterministic=True))


def main() -> None:
    (HERE / "greedy.onnx").write_bytes(greedy_model())
    (HERE / "finder.onnx").write_bytes(finder_model())
    for name, shape in LAYOUTS.items():
        (HERE / f"{name}.onnx").write_bytes(onnx_model(shape, TensorProto.FLOAT))
    (HERE / "texts.onnx").write_bytes(onnx_model(LAYOUTS["flat"], TensorProto.FLOAT, TensorProto.STRING))
    (HERE / "double.onnx").write_bytes(onnx_model(LAYOUTS["flat"], TensorProto.DOUBLE))
    card = io.BytesIO()
    with zipfile.ZipFile(card, "w") as archive:
        name = zipfile.ZipInfo(CARD_MEMBER)  # of 1980: the same bytes every time
        archive.writestr(name, ModelCard(name="tiny", preprocessing=1).to_json())
    (HERE / "tiny.tflite").write_bytes(tflite_model([1, 28, 28], tf.uint8, 255) + card.getvalue())
    (HERE / "channels_last.tflite").write_bytes(tflite_model([1, 28, 28, 1], tf.float32, 1))
    for path in HERE.glob("*.onnx"):
        onnx.checker.check_model(onnx.load(path))


if __name__ == "__main__":
    main()
