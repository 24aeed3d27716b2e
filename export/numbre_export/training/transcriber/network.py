"""The transcriber's network: a number in a strip -> its characters from left to right."""

from __future__ import annotations

from typing import Any

from numbre_edge.finding.strips import SAID, SIZE, STEP, STEPS, STRIP


def build() -> Any:
    """Build an untrained Keras model of 371,218 parameters, 76 million multiply-adds a number.

    (N, *STRIP) float32, 0 to 255, -> (N, STEPS, SAID) logits. Convolutions with residual connections (K. He et al.,
    2015) down to a row of one pixel, and along that row.
    """
    import keras
    from keras import layers

    def conv(x: Any, filters: int, size: Any = 3, stride: Any = 1, padding: str = "same", *, relu: bool = True) -> Any:
        x = layers.Conv2D(filters, size, strides=stride, padding=padding, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        return layers.ReLU()(x) if relu else x

    def sum_of(x: Any, size: Any = 3) -> Any:
        return layers.ReLU()(layers.Add()([x, conv(x, x.shape[-1], size, relu=False)]))

    inputs = keras.Input(STRIP, name="strip")
    x = layers.Rescaling(1 / 64, -2.0)(inputs)
    x = layers.Permute((2, 3, 1))(layers.Reshape((2, *SIZE))(x))  # the strip, and where the number stands
    x = sum_of(sum_of(conv(x, 32, 5, (2, STEP))))  # half as high
    x = sum_of(sum_of(conv(x, 64, 3, (2, 1))))  # a quarter
    x = sum_of(conv(x, 72, 3, (2, 1)))  # an eighth
    x = conv(layers.ZeroPadding2D((0, 1))(x), 96, (4, 3), padding="valid")  # one pixel
    x = sum_of(sum_of(sum_of(layers.Dropout(0.1)(x), (1, 3)), (1, 3)), (1, 3))
    x = layers.Conv2D(SAID, 1, dtype="float32")(layers.Dropout(0.1)(x))
    return keras.Model(inputs, layers.Reshape((STEPS, SAID))(x), name="transcriber")
