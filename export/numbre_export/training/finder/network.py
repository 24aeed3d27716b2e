"""The finder's network: 221 k parameters, 1,988 multiply-adds a pixel of the level.

Most of its work is done at an eighth and a sixteenth of the resolution, where a
digit of the level's size is two to four cells high; the way back up adds the fine
cells that tell touching digits apart. Only convolutions, ReLU, additions and
doubling: what every runtime does well, and alike. How far it sees decides how close
levels may stand in a tile (:mod:`numbre_edge.finding.packing`).
"""

from __future__ import annotations

from typing import Any

from numbre_edge.finding.grid import CHANNELS, CLASSES

_RARE = (
    -4.6
)  # the heat's bias at first: one cell in a hundred, as there are (RetinaNet's prior, T.-Y. Lin et al., 2017)


def build(shape: tuple[int, int], *, classes: bool = True) -> Any:
    """Build an untrained Keras model: (N, *shape) float32 levels, 0 to 255, -> (N, H / 4, W / 4, C).

    What the first CHANNELS outputs mean says :class:`numbre_edge.finding.grid.Answers`; logits
    of CLASSES follow, by which it learns what digits are like, and which nobody asks for later
    (``classes`` left out). The weights are the same for every shape, multiples of 16.
    """
    import keras
    from keras import layers

    def conv(x: Any, filters: int, size: int = 3, stride: int = 1, *, relu: bool = True) -> Any:
        x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        return layers.ReLU()(x) if relu else x

    def sum_of(x: Any, y: Any) -> Any:
        return layers.ReLU()(layers.Add()([x, y]))

    def doubled(x: Any) -> Any:  # one operation in every format; UpSampling2D becomes a dozen
        return layers.Resizing(2 * x.shape[1], 2 * x.shape[2], interpolation="nearest")(x)

    inputs = keras.Input(shape, name="level")
    x = layers.Rescaling(1 / 64, -2.0)(inputs)
    x = layers.Reshape((*shape, 1))(x)
    fine = conv(conv(x, 12, 5, 2), 32, 3, 2)  # a quarter
    middle = conv(fine, 64, 3, 2)  # an eighth
    middle = sum_of(middle, conv(middle, 64, relu=False))
    coarse = conv(middle, 100, 3, 2)  # a sixteenth
    coarse = sum_of(coarse, conv(coarse, 100, relu=False))
    middle = sum_of(middle, doubled(conv(coarse, 64, 1, relu=False)))
    fine = sum_of(doubled(conv(middle, 32, 1, relu=False)), conv(fine, 32, 1, relu=False))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(fine)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = conv(x, 48, 1)
    count = CHANNELS + len(CLASSES) * classes
    head = layers.Conv2D(count, 1, dtype="float32")
    outputs = head(x)
    head.bias.assign([_RARE] * 2 + [0.0] * (count - 2))
    return keras.Model(inputs, outputs, name="finder")
