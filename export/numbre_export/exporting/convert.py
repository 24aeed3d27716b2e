"""Keras -> the files a device runs: ONNX, and TFLite in four precisions.

Every file of a classifier takes the raw ink of patches, (N, 28, 28) uint8, and
gives (N, C) float32 probabilities; one of a finder takes tiles and gives cells,
see :mod:`numbre_edge.finding.grid`. N is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import onnx
import tensorflow as tf

from numbre_edge.errors import ModelError
from numbre_edge.model import Format
from numbre_edge.types import Pixels
from numbre_edge.vision.normalize import normalize
from numbre_export.data.mnist import Digits
from numbre_export.quiet import held_back

OPSET = 17
IR_VERSION = 8  # so that runtimes of 2022 load it
INPUT, OUTPUT = "ink", "probabilities"
CALIBRATION_PER_CLASS = 50


@dataclass(frozen=True)
class Kind:
    """One of the files an export writes.

    Attributes:
        quantization: "float32", "float16", "dynamic" or "int8".
    """

    format: Format
    quantization: str

    def file_name(self, model_name: str) -> str:
        return f"{model_name}.onnx" if self.format == "onnx" else f"{model_name}.{self.quantization}.tflite"


KINDS = (Kind("onnx", "float32"), *(Kind("tflite", q) for q in ("float32", "float16", "dynamic", "int8")))


def calibration_digits(training: Digits, *, per_class: int = CALIBRATION_PER_CLASS) -> Pixels:
    """Return the first ``per_class`` training digits of each class as the runtime's vision makes them.

    (N, 28, 28) uint8. Each holds 0 and 255, which pins the int8 input to scale 1 and zero point 0.
    """
    first = np.concatenate([np.flatnonzero(training.labels == digit)[:per_class] for digit in range(10)])
    return np.stack([normalize(image) for image in training.images[np.sort(first)]])


def convert(model: Any, kind: Kind, *, calibration: Pixels) -> bytes:
    """Convert a Keras model that takes (N, 28, 28) float32 ink, 0 to 255.

    Args:
        model: its name is the file's.
        kind: of file.
        calibration: (N, 28, 28) uint8, what int8 takes the ranges of activations from.

    Raises:
        ModelError: the converter failed; what it said is on stderr.
    """
    if model.input_shape != (None, 28, 28):
        raise ModelError(f"{model.name}: takes {model.input_shape}; export wants a model that takes (None, 28, 28) ink")
    try:
        with held_back():
            return to_onnx(model) if kind.format == "onnx" else to_tflite(model, kind.quantization, calibration)
    except Exception as exc:  # the converters raise whatever their layers raise
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0]
        raise ModelError(f"{kind.file_name(model.name)}: conversion failed: {reason}") from exc


def to_onnx(model: Any) -> bytes:
    """Return ``model`` as an ONNX file for onnxruntime and for both engines of OpenCV's dnn."""
    import tf2onnx

    def ink_to_probabilities(ink: Any) -> dict[str, Any]:
        return {OUTPUT: model(tf.cast(ink, tf.float32), training=False)}

    signature = (tf.TensorSpec(model.input_shape, tf.uint8, name=INPUT),)
    function = tf.function(ink_to_probabilities, input_signature=signature, autograph=False)
    converted, _ = tf2onnx.convert.from_function(function, signature, opset=OPSET)
    converted.ir_version = IR_VERSION
    del converted.opset_import[:]
    converted.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    converted.graph.name, converted.graph.doc_string = model.name, ""  # they hold counters of this process
    for value in (*converted.graph.input, *converted.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    _fix_doublings(converted.graph)
    _fix_reshapes(converted.graph, onnx.shape_inference.infer_shapes(converted, data_prop=True).graph)
    _drop_unused(converted.graph)
    _name_by_position(converted.graph)
    onnx.checker.check_model(converted, full_check=True)
    return bytes(converted.SerializeToString(deterministic=True))


def _fix_doublings(graph: Any) -> None:
    """Make nearest-neighbour enlargements by whole factors say so in the one way that all runtimes understand alike.

    Of the way that tf2onnx names after TensorFlow, each has an idea of its own; at whole factors they are the same.
    """
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == "Resize" and attribute.name == "coordinate_transformation_mode":
                attribute.s = b"asymmetric"


def _fix_reshapes(graph: Any, inferred: Any) -> None:
    """Give every Reshape a constant shape, -1 for the batch.

    Keras' Flatten computes its shape from the batch; OpenCV 4's engine, and
    OpenCV 5's classic one, then answer (N, 1, C) where it should be (N, C).
    """
    constants = {initializer.name for initializer in graph.initializer}
    shapes = {value.name: value.type.tensor_type.shape.dim for value in (*inferred.value_info, *inferred.output)}
    for node in graph.node:
        if node.op_type != "Reshape" or node.input[1] in constants:
            continue
        dims = [dim.dim_value or -1 for dim in shapes[node.output[0]]]
        if dims[0] != -1 or dims.count(-1) != 1:
            raise ValueError(f"Reshape {node.name} to {dims}: only the batch may be free")
        name = f"{node.output[0]}_shape"
        graph.initializer.append(onnx.numpy_helper.from_array(np.array(dims, np.int64), name))
        node.input[1] = name


def _drop_unused(graph: Any) -> None:
    """Remove nodes and constants that no output depends on."""
    wanted = {output.name for output in graph.output}
    for node in reversed(list(graph.node)):  # in topological order, so backwards meets users first
        if wanted.intersection(node.output):
            wanted.update(node.input)
        else:
            graph.node.remove(node)
    for initializer in list(graph.initializer):
        if initializer.name not in wanted:
            graph.initializer.remove(initializer)


def _name_by_position(graph: Any) -> None:
    """Name tensors by their place in the graph: tf2onnx's counters depend on what was converted before."""
    names = {INPUT: INPUT, OUTPUT: OUTPUT}
    for node in graph.node:
        node.name = f"{node.op_type}_{len(names)}"
        for name in (*node.input, *node.output):
            names.setdefault(name, f"{node.op_type}_{len(names)}")
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for initializer in graph.initializer:
        initializer.name = names[initializer.name]
    ordered = sorted(graph.initializer, key=lambda constant: list(names.values()).index(constant.name))
    del graph.initializer[:], graph.value_info[:]
    graph.initializer.extend(ordered)


def to_tflite(model: Any, quantization: str, calibration: Pixels) -> bytes:
    """Return ``model`` as a TFLite file.

    int8 is integers throughout but for its last step: the output is float32,
    since uint8 would give the very same 256 levels at the same speed, and only
    make every user look up how to read them.
    """
    # Full-integer conversion makes the input uint8 itself; a cast in the graph would keep it float.
    whole = model if quantization == "int8" else _taking_uint8(model)
    converter = tf.lite.TFLiteConverter.from_keras_model(whole)
    if quantization != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantization == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if quantization == "int8":
        batches = calibration[:, np.newaxis].astype(np.float32)
        converter.representative_dataset = lambda: ([batch] for batch in batches)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.float32
    return bytes(converter.convert())


def _taking_uint8(model: Any) -> Any:
    ink = keras.Input(model.input_shape[1:], dtype="uint8", name=INPUT)
    return keras.Model(ink, model(keras.ops.cast(ink, "float32")), name=model.name)
