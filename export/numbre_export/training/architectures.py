"""The networks. Each takes (N, 28, 28) ink, 0 to 255, and gives class probabilities.

The arithmetic that makes floats of the raw ink is part of the network, so that
every exported file takes what a camera's patch is: uint8.
"""

from __future__ import annotations

from typing import Any

from numbre_edge.vocabulary import DIGITS

ARCHITECTURES = ("cnn", "numbre")


def build(name: str, *, classes: int = len(DIGITS), raw: bool = False) -> Any:
    """Build an untrained Keras model.

    Args:
        name: one of ARCHITECTURES.
        classes: outputs; the first ten are the digits.
        raw: feed 0 to 255 to the first layer as it is, as the article did,
            instead of 0 to 1.
    """
    import keras

    inputs = keras.Input((28, 28), name="ink")
    x = inputs if raw else keras.layers.Rescaling(1 / 255)(inputs)
    x = {"numbre": _numbre, "cnn": _cnn}[name](x)
    outputs = keras.layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name=name)


def _numbre(x: Any) -> Any:
    """The article's network: 784 -> 25 -> 256 -> 300 (-> 10), relu."""
    from keras import layers

    x = layers.Flatten()(x)
    for units in (25, 256, 300):
        x = layers.Dense(units, activation="relu")(x)
    return x


def _cnn(x: Any) -> Any:
    """A small convolutional network, 240 k parameters with all classes, shaped for small CPUs.

    A 5x5 stem of stride 2 keeps the expensive layers at 14x14 and 7x7; the last one
    drops the border, which would be a tenth of all weights in the layer behind it;
    batch normalisation folds into the convolutions on export; relu quantizes well.
    """
    from keras import layers

    def conv(x: Any, filters: int, size: int, stride: int, padding: str = "same") -> Any:
        x = layers.Conv2D(filters, size, strides=stride, padding=padding, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    x = layers.Reshape((28, 28, 1))(x)
    x = conv(x, 32, 5, 2)
    x = conv(x, 48, 3, 1)
    x = conv(x, 78, 3, 2)
    x = conv(x, 78, 3, 1)
    x = conv(x, 78, 3, 1)
    x = conv(x, 78, 3, 1, "valid")
    x = layers.Flatten()(x)
    return layers.Dropout(0.4)(x)
