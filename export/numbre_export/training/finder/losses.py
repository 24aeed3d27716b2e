"""How wrong the network's answers are."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from numbre_edge.finding.grid import BOXES_TIMES, CHANNELS

_BOXES, _CLASSES = 1.0, 1.0  # weights beside the heat's 1


def loss(outputs: Any, heat: Any, counts: Any, classes: Any, boxes: Any, weights: Any) -> tuple[Any, ...]:
    """Return the losses of a batch: whole, heat, classes, boxes.

    Heat is the penalty-reduced focal loss of "Objects as Points", a centre at a time;
    classes are cross entropy, and boxes L1, weighted by closeness to the centre.
    Arguments are those of ``targets.Targets``, batched.
    """
    logits, of_class, written = tf.split(outputs, [2, CHANNELS - 6, 4], axis=-1)
    likely, unlikely = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    p = tf.sigmoid(logits)
    centre = tf.cast(heat == 1.0, tf.float32)
    focal = centre * (1 - p) ** 2 * likely + (1 - centre) * (1 - heat) ** 4 * p**2 * unlikely
    of_heat = -tf.reduce_sum(focal * counts) / tf.maximum(1.0, tf.reduce_sum(centre))
    whole = tf.maximum(1.0, tf.reduce_sum(weights))
    wrong = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, of_class)
    of_classes = tf.reduce_sum(wrong * weights) / whole
    away = tf.reduce_sum(tf.abs(written / BOXES_TIMES - boxes), -1)
    of_boxes = tf.reduce_sum(away * weights) / whole
    return of_heat + _CLASSES * of_classes + _BOXES * of_boxes, of_heat, of_classes, of_boxes
