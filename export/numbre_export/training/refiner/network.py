"""The refiner's network: a crop of what a finder found -> what it is."""

from __future__ import annotations

from typing import Any

from numbre_edge.finding.crops import ANSWERS, CROP, NEAR


def build() -> Any:
    """Build an untrained Keras model: (N, *CROP) float32, 0 to 255, -> (N, ANSWERS).

    337 k parameters and 45 million multiply-adds a crop.
    """
    import keras
    from keras import layers

    def conv(x: Any, filters: int, size: int = 3, stride: int = 1, padding: str = "same", *, relu: bool = True) -> Any:
        x = layers.Conv2D(filters, size, strides=stride, padding=padding, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        return layers.ReLU()(x) if relu else x

    def sum_of(x: Any) -> Any:
        return layers.ReLU()(layers.Add()([x, conv(conv(x, x.shape[-1]), x.shape[-1], relu=False)]))

    inputs = keras.Input(CROP, name="crop")
    x = layers.Rescaling(1 / 64, -2.0)(inputs)
    x = layers.Permute((2, 3, 1))(layers.Reshape((2, *NEAR))(x))  # the two views are channels
    x = sum_of(conv(conv(x, 24, 5, 2), 48))  # half
    x = sum_of(sum_of(conv(x, 64, 3, 2)))  # a quarter
    x = conv(conv(x, 80, 3, 2), 64, padding="valid")  # an eighth
    x = layers.Dropout(0.25)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(ANSWERS, dtype="float32")(x), name="refiner")
