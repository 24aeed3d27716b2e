"""An exported network, back in Keras: what ships can be taught on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import DataError

_TRAINED = 0.2  # root mean square of a kernel after some thousand steps of AdamW


def restore(model: Any, path: Path) -> None:
    """Give a network the weights of an exported .onnx; it then answers alike.

    What normalized batches is part of the kernels there, and does nothing here until :func:`settle`. Answers that are
    not exported, a finder's classes, stay untrained.

    Raises:
        DataError: the file cannot be opened, or is none of this network.
    """
    from keras import ops

    left = _kernels(path)
    for layer in (layer for layer in model.layers if hasattr(layer, "kernel")):
        *own, last = layer.kernel.shape
        norm = next((n.operation for n in layer._outbound_nodes if _normalizes(n.operation)), None)
        fits = [
            at
            for at, (kernel, _) in enumerate(left)
            if kernel.shape[:-1] == tuple(own) and (kernel.shape[-1] == last or norm is None)
        ]
        if not fits:
            raise DataError(f"{path}: is not a {model.name} of this version")
        kernel, bias = left.pop(fits[0])
        layer.kernel.assign(np.concatenate([kernel, ops.convert_to_numpy(layer.kernel)[..., kernel.shape[-1] :]], -1))
        if norm is None:
            layer.bias.assign(np.concatenate([bias, ops.convert_to_numpy(layer.bias)[len(bias) :]]))
        else:
            even = np.ones_like(bias)
            norm.set_weights([even, bias, 0 * even, even - norm.epsilon])


def settle(model: Any, inputs: Any) -> None:
    """Have all that normalizes batches expect what it is given of ``inputs``; what the network answers is the same."""
    import keras
    from keras import ops

    norms = [layer for layer in model.layers if _normalizes(layer)]
    for norm, given in zip(
        norms, keras.Model(model.input, [norm.input for norm in norms])(inputs, training=False), strict=True
    ):
        gamma, beta, mean, variance = norm.get_weights()
        scale = gamma / np.sqrt(variance + norm.epsilon)
        own_mean, own_variance = (
            ops.convert_to_numpy(moment)
            for moment in ops.moments(ops.cast(given, "float32"), list(range(len(given.shape) - 1)))
        )
        moved = beta + scale * (own_mean - mean)
        larger = _larger(norm.input._keras_history.operation)
        own_mean, own_variance = own_mean * larger, own_variance * larger**2
        norm.set_weights([scale / larger * np.sqrt(own_variance + norm.epsilon), moved, own_mean, own_variance])


def _larger(layer: Any) -> float:
    """Have the kernel before what normalizes be as large as training leaves one; return how many times as large.

    In an exported network it is as small as what comes after it makes it, and each of the optimizer's steps, which are
    as large for small weights as for large ones, would undo more than it teaches.
    """
    kernel = np.asarray(layer.kernel)
    larger = _TRAINED / float(np.sqrt(np.mean(kernel**2)))
    layer.kernel.assign(kernel * larger)
    return larger


def _normalizes(layer: Any) -> bool:
    return type(layer).__name__ == "BatchNormalization"


def _kernels(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return the kernels of an .onnx in the order in which they are used, shaped as Keras has them, and the biases."""
    import onnx
    from onnx import numpy_helper

    try:
        graph = onnx.load(path).graph
    except Exception as exc:  # of protobuf, as it comes
        raise DataError(f"{path}: cannot be opened as ONNX: {exc}") from exc
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found: list[list[NDArray[np.float32]]] = []
    for node in graph.node:
        given = [constants[name] for name in node.input if name in constants]
        if node.op_type == "Conv":
            each_its_own = any(part.name == "group" and part.i > 1 for part in node.attribute)
            kernel = given[0].transpose((2, 3, 0, 1) if each_its_own else (2, 3, 1, 0))
            found.append([kernel, given[1] if len(given) > 1 else np.zeros(len(given[0]), np.float32)])
        elif node.op_type == "MatMul" and given:
            found.append([given[0], np.zeros(given[0].shape[1], np.float32)])
        elif node.op_type in ("Mul", "Add") and found and given and given[0].size == found[-1][1].size:
            # What normalized it, where that is no part of the kernel: of a convolution of each channel by itself.
            kernel, bias = found[-1]
            by = given[0].ravel()
            found[-1] = [kernel * by[:, np.newaxis], bias * by] if node.op_type == "Mul" else [kernel, bias + by]
    return [(kernel, bias) for kernel, bias in found]
