"""Make tiny.onnx, a real model of 3 KB for the tests: python tests/cli/make_tiny_model.py.

A linear classifier on 7x7 means of the patch, fitted to tests/data/mnist_test_100.npz by least squares.
"""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from numbre_edge.model import CARD_KEY, ModelCard

HERE = Path(__file__).parent


def fitted_weights() -> NDArray[np.float32]:
    """Return (49, 10): from 7x7 means of ink, 0 to 1, to logits."""
    digits = np.load(HERE.parent / "data" / "mnist_test_100.npz")
    means = digits["x"].reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(-1, 49) / 255
    targets = 12 * np.eye(10)[digits["y"]]
    return np.asarray(np.linalg.solve(means.T @ means + 0.05 * np.eye(49), means.T @ targets), np.float32)


def main() -> None:
    constants = {
        "image": np.array([-1, 1, 28, 28], np.int64),
        "flat": np.array([-1, 49], np.int64),
        "full": np.array(255, np.float32),
        "weights": fitted_weights(),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["ink"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("Div", ["float", "full"], ["scaled"]),
            helper.make_node("Reshape", ["scaled", "image"], ["images"]),
            helper.make_node("AveragePool", ["images"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Reshape", ["pooled", "flat"], ["features"]),
            helper.make_node("MatMul", ["features", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ],
        "tiny",
        [helper.make_tensor_value_info("ink", TensorProto.UINT8, ["N", 28, 28])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    card = ModelCard(name="tiny", preprocessing=1, metrics={"mnist test": {"n": 10000, "accuracy": 0.75}})
    helper.set_model_props(model, {CARD_KEY: card.to_json()})
    onnx.checker.check_model(model)
    (HERE / "tiny.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
