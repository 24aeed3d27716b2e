"""How wrong the network's answers are."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from numbre_edge.finding.grid import BOXES_TIMES, CLASSES, PARTS

# Weights beside the heat's 1; which digit it is, a refiner says better.
_BOXES, _CLASSES, _LINKS = 1.0, 0.4, 0.5
_MARKS = 2.0  # of a mark's heat, beside a digit's 1: there are many cells of digits to one of a mark


def loss(outputs: Any, heat: Any, counts: Any, classes: Any, boxes: Any, links: Any, weights: Any) -> tuple[Any, ...]:
    """Return the losses of a batch: whole, heat, classes, boxes, links.

    Heat is the penalty-reduced focal loss of "Objects as Points", in whose centres all cells are right;
    classes and links are cross entropy, and boxes L1, in the cells of a centre.
    Arguments are those of ``targets.Targets``, batched.
    """
    logits, written, goes_on, of_class = tf.split(outputs, (*PARTS, len(CLASSES)), axis=-1)
    likely, unlikely = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    p = tf.sigmoid(logits)
    centre = tf.cast(heat == 1.0, tf.float32)
    focal = centre * (1 - p) ** 2 * likely + (1 - centre) * (1 - heat) ** 4 * p**2 * unlikely
    of_heat = -tf.reduce_sum(focal * counts * (1.0, _MARKS)) / tf.maximum(1.0, tf.reduce_sum(centre))
    whole = tf.maximum(1.0, tf.reduce_sum(weights))
    wrong = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, of_class)
    of_classes = tf.reduce_sum(wrong * weights) / whole
    away = tf.reduce_sum(tf.abs(written / BOXES_TIMES - boxes), -1)
    of_boxes = tf.reduce_sum(away * weights) / whole
    unlike = tf.nn.sigmoid_cross_entropy_with_logits(links, goes_on[..., 0])
    of_links = tf.reduce_sum(unlike * weights) / whole
    together = of_heat + _CLASSES * of_classes + _BOXES * of_boxes + _LINKS * of_links
    return together, of_heat, of_classes, of_boxes, of_links
