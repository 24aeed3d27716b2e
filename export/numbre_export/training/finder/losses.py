"""How wrong the network's answers are."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from numbre_edge.finding.grid import BOXES_TIMES, PARTS

# Weights beside the heat's 1; which digit it is, a refiner says better.
_BOXES, _CLASSES, _LINKS = 1.0, 0.4, 0.5
_MARKS = 2.0  # of a mark's heat, beside a digit's 1: there are many cells of digits to one of a mark


def loss(outputs: Any, heat: Any, counts: Any, classes: Any, boxes: Any, links: Any, weights: Any) -> tuple[Any, ...]:
    """Return the losses of a batch: whole, heat, classes, boxes, links.

    Heat is the penalty-reduced focal loss of "Objects as Points", in whose centres all cells are right;
    classes and links are cross entropy, and boxes L1, in the cells of a centre.
    Arguments are those of ``targets.Targets``, batched.
    """
    logits, written, goes_on, of_class = ops.split(outputs, np.cumsum(PARTS).tolist(), axis=-1)
    likely, unlikely = ops.log_sigmoid(logits), ops.log_sigmoid(-logits)
    p = ops.sigmoid(logits)
    centre = ops.cast(heat == 1.0, "float32")
    focal = centre * (1 - p) ** 2 * likely + (1 - centre) * (1 - heat) ** 4 * p**2 * unlikely
    of_heat = -ops.sum(focal * counts * np.array((1.0, _MARKS), np.float32)) / ops.maximum(1.0, ops.sum(centre))
    whole = ops.maximum(1.0, ops.sum(weights))
    wrong = ops.sparse_categorical_crossentropy(classes, of_class, from_logits=True)
    of_classes = ops.sum(wrong * weights) / whole
    away = ops.sum(ops.abs(written / BOXES_TIMES - boxes), -1)
    of_boxes = ops.sum(away * weights) / whole
    unlike = ops.binary_crossentropy(links, goes_on[..., 0], from_logits=True)
    of_links = ops.sum(unlike * weights) / whole
    together = of_heat + _CLASSES * of_classes + _BOXES * of_boxes + _LINKS * of_links
    return together, of_heat, of_classes, of_boxes, of_links
